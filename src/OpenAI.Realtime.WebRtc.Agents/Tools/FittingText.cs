using System.Globalization;
using System.Text.Encodings.Web;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Cuts what a tool gives to what the model is to be given of it, and to what the data channel carries; the model is told so, and can ask for less.</summary>
internal static class FittingText
{
    /// <summary>Within the 256 KiB of one message that the service takes for sure, with room for the event around the text.</summary>
    private const int MostBytes = 240_000;

    private const int EscapedBytes = 6;     // \uXXXX
    private const int LongestShown = 1_000;

    /// <summary>A text of at most so many characters, and of no more bytes than the channel carries.</summary>
    public static string Cut(string text, int maxLength)
    {
        int length = Math.Min(maxLength, LengthThatFits(text));
        if (length >= text.Length)
            return text;
        ReadOnlySpan<char> kept = HeardText.Prefix(text, length - 150);     // room for the sentence below
        return string.Create(CultureInfo.InvariantCulture, $"{kept}\n(Cut here: these are the first {kept.Length} of {text.Length} characters. Ask for less at a time.)");
    }

    /// <summary>A text of no more bytes, as JSON, than the channel carries.</summary>
    public static string Fit(string text) => Cut(text, int.MaxValue);

    /// <summary>Arguments in a sentence about their call: enough to know it by.</summary>
    public static string Shown(string arguments) => arguments.Length <= LongestShown ? arguments : $"{HeardText.Prefix(arguments, LongestShown)}…";

    private static int LengthThatFits(string text)
    {
        if (text.Length <= MostBytes / EscapedBytes)
            return text.Length;
        int bytes = 0;
        for (int i = 0; i < text.Length; i++)
        {
            bytes += char.IsAscii(text[i]) && !JavaScriptEncoder.Default.WillEncode(text[i]) ? 1 : EscapedBytes;
            if (bytes > MostBytes)
                return i;
        }

        return text.Length;
    }
}
