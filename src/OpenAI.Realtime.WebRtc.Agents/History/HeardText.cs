namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>How much of a text was heard in a time.</summary>
internal static class HeardText
{
    /// <summary>How fast the assistant speaks until it has been measured: about 160 English words a minute.</summary>
    public const double UsualCharactersPerSecond = 15;

    /// <summary>The beginning of a text that takes as long to say, whole words of it.</summary>
    public static string Estimate(string text, TimeSpan heard, double charactersPerSecond)
    {
        double budget = heard.TotalSeconds * charactersPerSecond + 0.5;     // to the nearest character
        if (budget >= text.Length)
            return text;
        int end = Math.Max(0, (int)budget);

        // A word that was cut in two was heard, and will be meant, by its half; it does not count.
        while (end > 0 && !char.IsWhiteSpace(text[end]) && !IsIdeograph(text[end - 1]))
            end--;
        return text[..end].TrimEnd();
    }

    /// <summary>The beginning of a text, without half a character at its end.</summary>
    public static ReadOnlySpan<char> Prefix(string text, int length)
    {
        if (length >= text.Length)
            return text;
        if (length <= 0)
            return [];
        return text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length);
    }

    /// <summary>Whether a character is of Chinese or Japanese, which put no spaces between words.</summary>
    public static bool IsIdeograph(char c) => c is >= '\u3040' and <= '\u9fff';
}
