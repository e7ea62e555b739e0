using System.Globalization;
using System.Text;

namespace ConsoleVoiceChat.Display;

/// <summary>Text for a terminal: what comes from outside must not steer it.</summary>
internal static class Clean
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
}
