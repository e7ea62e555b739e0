namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>Words that are said while the other side speaks, to show that one listens.</summary>
internal static class Acknowledgement
{
    private static readonly string[] Words =
        ["aha", "alright", "gotcha", "hm", "hmm", "mhm", "mm", "mm hmm", "okay", "ok", "right", "sure", "uh huh", "yeah", "yep", "yes"];

    private static readonly int LongestText = 4 * Words.Max(word => word.Length);       // with marks and blanks around it

    /// <summary>Whether a text is nothing else.</summary>
    public static bool Is(string text) => Plain(text) is { Length: > 0 } plain && Words.Contains(plain);

    /// <summary>Whether a text can still become one, because the words of one begin like it.</summary>
    public static bool CanBecome(string text) => Plain(text) is { } plain && Array.Exists(Words, word => word.StartsWith(plain, StringComparison.Ordinal));

    /// <summary>Letters in lower case with single blanks between them; null for a text that is too long to be one.</summary>
    private static string? Plain(string text)
    {
        if (text.Length > LongestText)
            return null;
        Span<char> plain = stackalloc char[text.Length];
        int length = 0;
        foreach (char c in text)
        {
            if (char.IsLetterOrDigit(c))
                plain[length++] = char.ToLowerInvariant(c);
            else if (length > 0 && plain[length - 1] != ' ')
                plain[length++] = ' ';
        }
        return plain[..length].TrimEnd(' ').ToString();
    }
}
