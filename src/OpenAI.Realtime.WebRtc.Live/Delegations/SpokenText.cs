namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>Texts for the voice model: how many tokens they have, about, and how they are cut into pieces that the service takes.</summary>
internal static class SpokenText
{
    /// <summary>
    /// The longest piece, in tokens by our estimate. The service takes 500 by its own count; others saw 1,756 characters of Spanish pass and 1,900 fail, so that an estimate for English needs room.
    /// </summary>
    public const int LongestPiece = 400;

    /// <summary>How many pieces a text is cut into; what is behind them is left out, and that is said. Some 6,000 tokens are half an hour of speech.</summary>
    public const int MaxPieces = 16;

    private const string CutHere = " (The rest was too long and is left out.)";
    private const int PerToken = 4;

    /// <summary>An estimate: four characters of ASCII, or one other.</summary>
    public static int Tokens(string text) => (Weigh(text) + PerToken - 1) / PerToken;

    /// <summary>The pieces of a text in order, none empty: cut behind sentences where that is possible, else between words, else between characters.</summary>
    public static IReadOnlyList<string> Pieces(string text)
    {
        List<string> pieces = [];
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        while (rest.Length > 0)
        {
            int length = LengthOfPiece(rest, LongestPiece * PerToken);
            if (pieces.Count == MaxPieces - 1 && length < rest.Length)
            {
                length = LengthOfPiece(rest, LongestPiece * PerToken - CutHere.Length);
                pieces.Add(string.Concat(rest[..length].TrimEnd(), CutHere));
                break;
            }
            pieces.Add(rest[..length].TrimEnd().ToString());
            rest = rest[length..].TrimStart();
        }
        return pieces;
    }

    /// <summary>Both halves of a text, for a piece that the service counts differently; null when it cannot be halved.</summary>
    public static (string First, string Second)? Halve(string text)
    {
        int weight = Weigh(text);
        if (weight < 2 * PerToken)
            return null;
        int length = LengthOfPiece(text, (weight + 1) / 2);
        string first = text[..length].TrimEnd(), second = text[length..].TrimStart();
        return first.Length > 0 && second.Length > 0 ? (first, second) : null;
    }

    private static int LengthOfPiece(ReadOnlySpan<char> text, int limit)
    {
        int weight = 0, behindSentence = 0, behindWord = 0, at = 0;
        while (at < text.Length)
        {
            int length = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
            weight += length == 1 ? WeightOf(text[at]) : PerToken * 2;
            if (weight > limit && at > 0)
                return behindSentence > at / 4 ? behindSentence : behindWord > 0 ? behindWord : at;
            at += length;
            bool isBreak = at == text.Length || char.IsWhiteSpace(text[at]);
            if (length == 1 && (text[at - 1] is '。' or '！' or '？' or '\n' || (isBreak && text[at - 1] is '.' or '!' or '?' or '…')))
                behindSentence = at;
            if (isBreak)
                behindWord = at;
        }
        return text.Length;
    }

    private static int Weigh(string text)
    {
        int weight = 0;
        foreach (char c in text)
            weight += WeightOf(c);
        return weight;
    }

    private static int WeightOf(char c) => char.IsAscii(c) ? 1 : PerToken;
}
