using System.Globalization;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>One line that says what an object is, for logs and debuggers.</summary>
internal static class EventText
{
    private const int Longest = 200;

    public static string Of(string type, string? gist) => (type.Length, gist) switch
    {
        (0, null) => "(no type)",
        (0, _) => "(no type): " + Short(gist),
        (_, null) => type,
        _ => $"{type}: {Short(gist)}",
    };

    /// <summary>A time, in seconds.</summary>
    public static string Of(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    /// <summary>At most a line: longer text is cut, line breaks become blanks.</summary>
    public static string Short(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        if (line.Length <= Longest)
            return line;
        int cut = char.IsHighSurrogate(line[Longest - 2]) ? Longest - 2 : Longest - 1;
        return string.Concat(line.AsSpan(0, cut), "…");
    }
}
