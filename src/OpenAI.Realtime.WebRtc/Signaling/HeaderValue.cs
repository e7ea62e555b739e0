namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>What can stand in an HTTP header.</summary>
internal static class HeaderValue
{
    /// <summary>Visible ASCII only: what every server and proxy passes on unchanged.</summary>
    public static bool IsSendable(string? value) => value is null || !value.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>Whether it stands in quotation marks, as keys do that were taken over from a file or a command.</summary>
    public static bool IsQuoted(string? value) => value is { Length: > 0 } && (value[0] is '"' or '\'' or '`' || value[^1] is '"' or '\'' or '`');

    /// <summary>What is wrong with a key, as the end of a sentence that begins with its name, and what to do; null when nothing is. Never shows the key.</summary>
    public static string? FaultOfKey(string? key) =>
        IsQuoted(key) ? "stands in quotation marks: set the key alone; they were probably taken over from a file or a command."
        : key?.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) == true ? "begins with the word Bearer: set the key alone; the word is put before it when it is sent."
        : !IsSendable(key) ? "holds a character that cannot stand in an HTTP header; is there a line break or a blank at its end?"
        : null;
}
