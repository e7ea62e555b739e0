namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>What can stand in an HTTP header.</summary>
internal static class HeaderValue
{
    /// <summary>Visible ASCII only: what every server and proxy passes on unchanged.</summary>
    public static bool IsSendable(string? value) => value is null || !value.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>Whether it stands in quotation marks, as keys do that were taken over from a file or a command.</summary>
    public static bool IsQuoted(string? value) => value is { Length: > 0 } && (value[0] is '"' or '\'' or '`' || value[^1] is '"' or '\'' or '`');
}
