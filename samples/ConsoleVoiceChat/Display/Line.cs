using System.Text;

namespace ConsoleVoiceChat.Display;

/// <summary>How text is emphasised: the SGR parameters, or nothing.</summary>
internal static class Ink
{
    public const string Plain = "";
    public const string Bold = "1";
    public const string Dim = "2";
    public const string You = "36";
    public const string Assistant = "35";
    public const string Good = "32";
    public const string Warn = "33";
}

/// <summary>A line of the live display: coloured pieces, cut where the terminal ends.</summary>
internal sealed class Line(int width, bool color)
{
    private readonly StringBuilder _text = new();
    private int _used;

    public int Used => _used;

    public int Room => width - _used;

    public Line Add(string text, string ink = Ink.Plain)
    {
        bool colored = color && ink.Length > 0;
        if (colored)
            _text.Append("\e[").Append(ink).Append('m');
        foreach (Rune rune in text.EnumerateRunes())
        {
            int cells = Text.Width(rune);
            if (_used + cells > width)
                break;
            _text.Append(rune);
            _used += cells;
        }
        if (colored)
            _text.Append("\e[0m");
        return this;
    }

    /// <summary>Goes on at a column; where it is already further, stays there.</summary>
    public Line Pad(int column) => Add(new string(' ', Math.Max(0, column - _used)));

    public override string ToString() => _text.ToString();
}
