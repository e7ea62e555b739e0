using System.Text;
using System.Text.RegularExpressions;

namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>Makes what somebody else wrote fit for a message or a log: short, one line, without keys and without ICE passwords.</summary>
internal static partial class Redaction
{
    private const int LongestQuote = 200;

    /// <summary>The beginning of a body, in quotation marks.</summary>
    public static string Quote(ReadOnlySpan<byte> body)
    {
        // Redact before cutting, so that no half of a key is left; a body is bounded, so this is as well.
        string text = Hide(Encoding.UTF8.GetString(body[..Math.Min(body.Length, 4096)]));
        var quote = new StringBuilder(LongestQuote + 8).Append('"');
        bool blank = false;
        foreach (char c in text)
        {
            if (quote.Length > LongestQuote)
            {
                quote.Append('…');
                break;
            }
            if (char.IsWhiteSpace(c) || char.IsControl(c))
            {
                blank = quote.Length > 1;
                continue;
            }
            if (blank)
                quote.Append(' ');
            blank = false;
            quote.Append(c == '"' ? '\'' : c);
        }
        return quote.Append('"').ToString();
    }

    /// <summary>A text with keys and ICE passwords replaced.</summary>
    public static string Hide(string text)
    {
        text = Keys().Replace(text, "$1…");
        text = Bearers().Replace(text, "$1…");
        return IcePasswords().Replace(text, "$1…");
    }

    /// <summary>Somebody else's words as a sentence of ours: without secrets, and with one full stop at the end, whether or not they bring one.</summary>
    public static string Sentence(string text)
    {
        text = Hide(text).TrimEnd();
        return text.Length == 0 || text[^1] is '.' or '!' or '?' ? text : text + ".";
    }

    /// <summary>An address without its query and user information, either of which may hold a secret.</summary>
    public static string Show(Uri uri) =>
        uri.IsAbsoluteUri ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : "(relative address)";

    [GeneratedRegex(@"\b((?:ek|sk)[-_])[A-Za-z0-9_\-\.\*]+", RegexOptions.CultureInvariant)]
    private static partial Regex Keys();

    [GeneratedRegex(@"(Bearer\s+)[^\s""']+", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Bearers();

    [GeneratedRegex(@"(a=ice-pwd:)\S+", RegexOptions.CultureInvariant)]
    private static partial Regex IcePasswords();
}
