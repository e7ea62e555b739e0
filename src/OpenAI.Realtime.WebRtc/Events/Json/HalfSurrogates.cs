namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>
/// Halves of a surrogate pair that stand alone in JSON, such as the escape <c>\ud83d</c>. RFC 8259 §8.2 allows them, and services that cut text by UTF-16 units send them;
/// the framework's reader refuses them. Only an escape can make one: UTF-8 has none.
/// </summary>
internal static class HalfSurrogates
{
    private const int EscapeLength = 6;

    /// <summary>Whether there is one, in a whole message or in the text between two quotation marks.</summary>
    public static bool In(ReadOnlySpan<byte> utf8) => Next(utf8, 0) >= 0;

    /// <summary>The same JSON with U+FFFD for each; null when there are none, which costs a look at each backslash.</summary>
    public static byte[]? Replace(ReadOnlySpan<byte> utf8)
    {
        int at = Next(utf8, 0);
        if (at < 0)
            return null;
        byte[] replaced = utf8.ToArray();
        for (; at >= 0; at = Next(utf8, at + EscapeLength))
            "fffd"u8.CopyTo(replaced.AsSpan(at + 2));
        return replaced;
    }

    /// <summary>The high half at the end of an escaped text, which waits for its other half; null when it ends otherwise.</summary>
    public static char? AtEnd(ReadOnlySpan<byte> escaped)
    {
        int last = -1;
        for (int at = Next(escaped, 0); at >= 0; at = Next(escaped, at + EscapeLength))
            last = at;
        return last >= 0 && last + EscapeLength == escaped.Length && char.IsHighSurrogate(Unit(escaped, last)) ? Unit(escaped, last) : null;
    }

    /// <summary>The low half at the beginning of an escaped text; null when it begins otherwise.</summary>
    public static char? AtStart(ReadOnlySpan<byte> escaped) => char.IsLowSurrogate(Unit(escaped, 0)) ? Unit(escaped, 0) : null;

    // Escapes are walked from the front, because a backslash may itself be escaped.
    private static int Next(ReadOnlySpan<byte> utf8, int from)
    {
        while (true)
        {
            int next = utf8[from..].IndexOf((byte)'\\');
            if (next < 0)
                return -1;
            from += next;
            char unit = Unit(utf8, from);
            if (!char.IsSurrogate(unit))
                from = Math.Min(from + 2, utf8.Length);
            else if (char.IsHighSurrogate(unit) && char.IsLowSurrogate(Unit(utf8, from + EscapeLength)))
                from += 2 * EscapeLength;
            else
                return from;
        }
    }

    /// <summary>The UTF-16 unit that the escape stands for; NUL where there is no such escape.</summary>
    private static char Unit(ReadOnlySpan<byte> utf8, int at)
    {
        if (utf8.Length - at < EscapeLength || utf8[at] != '\\' || utf8[at + 1] != 'u')
            return '\0';
        int unit = 0;
        foreach (byte digit in utf8.Slice(at + 2, 4))
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return '\0';
            unit = (unit << 4) + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }
        return (char)unit;
    }
}
