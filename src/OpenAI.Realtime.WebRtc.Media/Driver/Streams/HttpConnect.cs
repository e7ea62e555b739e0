using System.Buffers;
using System.Net;
using System.Text;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Asks an HTTP proxy to connect (RFC 9110 §9.3.6): the request, and what is read of the reply. After a reply of 2xx the connection is the stream. Nothing of a proxy's makes it throw.
/// </summary>
internal sealed class HttpConnect(IPEndPoint target, NetworkCredential? credential)
{
    /// <summary>The longest head of a reply that is read, in bytes.</summary>
    public const int MaxHead = 16 * 1024;

    /// <summary>The longest part of a proxy's words that is told.</summary>
    private const int MaxReason = 100;

    private readonly ArrayBufferWriter<byte> _head = new(256);

    /// <summary>Whether the request says who we are.</summary>
    public bool HasCredential => credential is not null;

    /// <summary>The reply's status; 0 before its head is complete.</summary>
    public int Status { get; private set; }

    /// <summary>The words behind the status, without control characters.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Whether the proxy would take Basic credentials (RFC 7617).</summary>
    public bool OffersBasic { get; private set; }

    /// <summary>The request.</summary>
    public byte[] Request()
    {
        string host = target.ToString();
        string authorization = credential is null
            ? ""
            : $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}"))}\r\n";
        return Encoding.ASCII.GetBytes($"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n{authorization}\r\n");
    }

    /// <summary>Reads on. What follows the head is left in <paramref name="data"/>: it belongs to the stream.</summary>
    /// <returns>Null while the head is not complete; false when it is none of HTTP's, or too long.</returns>
    public bool? Read(ref Span<byte> data)
    {
        // The head ends with an empty line; byte by byte, because it can be cut anywhere.
        int read = 0;
        while (read < data.Length)
        {
            _head.GetSpan(1)[0] = data[read++];
            _head.Advance(1);
            ReadOnlySpan<byte> head = _head.WrittenSpan;
            if (head[^1] == '\n' && (head.EndsWith("\r\n\r\n"u8) || head.EndsWith("\n\n"u8)))
            {
                data = data[read..];
                return TryParse(Encoding.Latin1.GetString(head));
            }

            if (head.Length == MaxHead)
                return false;
        }

        data = default;
        return null;
    }

    private bool TryParse(string head)
    {
        string[] lines = head.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string[] words = lines.Length == 0 ? [] : lines[0].Split(' ', 3);
        if (words.Length < 2 || !words[0].StartsWith("HTTP/", StringComparison.OrdinalIgnoreCase) || words[1].Length != 3 || !int.TryParse(words[1], System.Globalization.NumberStyles.None, null, out int status))
            return false;
        Status = status;
        string reason = words.Length == 3 ? words[2] : "";
        Reason = new string([.. reason.Where(c => c is >= ' ' and <= '~').Take(MaxReason)]);
        OffersBasic = lines.Any(line => line.StartsWith("Proxy-Authenticate:", StringComparison.OrdinalIgnoreCase) && line.Contains("Basic", StringComparison.OrdinalIgnoreCase));
        return true;
    }
}
