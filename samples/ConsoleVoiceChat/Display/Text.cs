using System.Globalization;
using System.Text;

namespace ConsoleVoiceChat.Display;

/// <summary>Text for a terminal: what comes from outside must not steer it, and has a width.</summary>
internal static class Text
{
    /// <summary>One line without control characters, and without what changes the direction of writing.</summary>
    public static string OneLine(string text)
    {
        var clean = new StringBuilder(text.Length);
        bool space = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Format or UnicodeCategory.Surrogate)
                continue;
            if (Rune.IsWhiteSpace(rune) || category is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                space = true;
                continue;
            }
            if (space && clean.Length > 0)
                clean.Append(' ');
            space = false;
            clean.Append(rune);
        }
        return clean.ToString();
    }

    /// <summary>How many cells a character takes.</summary>
    public static int Width(Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
            return 0;
        int c = rune.Value;
        bool isWide = c is >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF
            or >= 0xFE30 and <= 0xFE6F or >= 0xFF00 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1FAFF or >= 0x20000 and <= 0x3FFFD;
        return isWide ? 2 : 1;
    }

    public static int Width(string text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
            width += Width(rune);
        return width;
    }

    /// <summary>Breaks a line between words; a word that is too long is broken anywhere.</summary>
    public static List<string> Wrap(string text, int width)
    {
        List<string> lines = [];
        var line = new StringBuilder();
        int used = 0;
        foreach (string word in text.Split(' '))
        {
            int wordWidth = Width(word);
            if (used > 0 && used + 1 + wordWidth > width)
                Break();
            if (used > 0)
            {
                line.Append(' ');
                used++;
            }
            foreach (Rune rune in word.EnumerateRunes())
            {
                int cells = Width(rune);
                if (used + cells > width)
                    Break();
                line.Append(rune);
                used += cells;
            }
        }
        if (line.Length > 0 || lines.Count == 0)
            lines.Add(line.ToString());
        return lines;

        void Break()
        {
            lines.Add(line.ToString());
            line.Clear();
            used = 0;
        }
    }
}
