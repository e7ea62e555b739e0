using System.Globalization;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>One line that says what an object is, for logs and debuggers. Names and texts in it come from the peer: no control character survives.</summary>
internal static class EventText
{
    private const int Longest = 200;

    public static string Of(string type, string? gist) => (type.Length, gist) switch
    {
        (0, null) => "(no type)",
        (0, _) => "(no type): " + Short(gist),
        (_, null) => Short(type),
        _ => $"{Short(type)}: {Short(gist)}",
    };

    /// <summary>A time, in seconds.</summary>
    public static string Of(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    /// <summary>At most a line: longer text is cut, line breaks and other control characters become blanks.</summary>
    public static string Short(string text)
    {
        string line = text.Length <= Longest ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[Longest - 2]) ? Longest - 2 : Longest - 1), "…");
        return !line.Any(BreaksLine) ? line : string.Create(line.Length, line, static (shown, line) =>
        {
            for (int i = 0; i < shown.Length; i++)
                shown[i] = BreaksLine(line[i]) ? ' ' : line[i];
        });
    }

    private static bool BreaksLine(char c) => char.IsControl(c) || c is '\u2028' or '\u2029'; // the separators of lines and paragraphs
}
