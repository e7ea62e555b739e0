using System.Buffers;
using System.Text;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// Takes secrets out of SDP that goes into a message or a log. An ICE password lets its holder answer for the peer
/// (RFC 8839 §9.1); <c>a=crypto</c> and <c>k=</c> carry keys (RFC 4568, RFC 8866 §5.12). A fingerprint is public by design.
/// API keys do not belong in SDP, but a body that was taken for SDP may hold one.
/// </summary>
internal static class SdpRedaction
{
    /// <summary>The most characters of a line that a message repeats.</summary>
    public const int MaxLineLength = 120;

    private const string Replacement = "***";

    private static readonly string[] s_valuesHiddenAfter = ["ice-pwd:", "crypto:"];
    private static readonly string[] s_keyPrefixes = ["sk-", "ek_", "sess-"];
    private static readonly SearchValues<char> s_keyEnds = SearchValues.Create(" \t\"',;<>");

    /// <summary>One line, short, printable and without secrets.</summary>
    public static string LineForMessage(ReadOnlySpan<char> line)
    {
        // Secrets go first: a cut must not leave half a password that no rule knows any more.
        StringBuilder result = new();
        AppendRedacted(result, line.Length > 4 * MaxLineLength ? line[..(4 * MaxLineLength)] : line);
        if (result.Length > MaxLineLength)
        {
            result.Length = MaxLineLength;
            result.Append('…');
        }

        for (int i = 0; i < result.Length; i++)
        {
            // Control characters could rewrite a terminal; half a surrogate pair could break a log.
            if (char.IsControl(result[i]) || char.IsSurrogate(result[i]))
                result[i] = '·';
        }

        return result.ToString();
    }

    private static void AppendRedacted(StringBuilder result, ReadOnlySpan<char> line)
    {
        if (line.StartsWith("k="))
        {
            result.Append("k=").Append(Replacement);
            return;
        }

        foreach (string name in s_valuesHiddenAfter)
        {
            int at = line.IndexOf(name, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
                continue;
            result.Append(line[..(at + name.Length)]).Append(Replacement);
            return;
        }

        while (!line.IsEmpty)
        {
            int at = IndexOfKey(line);
            if (at < 0)
                break;
            int length = line[at..].IndexOfAny(s_keyEnds);
            result.Append(line[..at]).Append(Replacement);
            line = length < 0 ? default : line[(at + length)..];
        }

        result.Append(line);
    }

    // A key begins a word: "task-1" holds none.
    private static int IndexOfKey(ReadOnlySpan<char> line)
    {
        int first = -1;
        foreach (string prefix in s_keyPrefixes)
        {
            int at = line.IndexOf(prefix, StringComparison.Ordinal);
            if (at >= 0 && (at == 0 || !char.IsLetterOrDigit(line[at - 1])) && (first < 0 || at < first))
                first = at;
        }

        return first;
    }
}
