using System.Globalization;
using System.Net;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

/// <summary>What has to be read from and written into an SDP beside what SIPSorcery does itself.</summary>
internal static class SdpText
{
    /// <summary>What a peer accepts that says nothing (RFC 8841 §6.1).</summary>
    private const int DefaultMaxMessageSize = 65_536;

    private const string MaxMessageSize = "a=max-message-size:";
    private const string Candidate = "a=candidate:";

    /// <summary>Refuses what is no SDP, or no audio and data channel in one: SIPSorcery takes much that cannot become a connection.</summary>
    /// <exception cref="SdpException">What is wrong.</exception>
    public static void Check(string sdp)
    {
        string[] lines = Lines(sdp);
        if (!lines[0].StartsWith("v=0", StringComparison.Ordinal))
            throw new SdpException("an SDP begins with v=0", 1, lines[0].Length > 80 ? lines[0][..80] + "…" : lines[0]);
        foreach (string kind in (string[])["audio", "application"])
        {
            int at = Array.FindIndex(lines, line => line.StartsWith($"m={kind} ", StringComparison.Ordinal));
            if (at < 0)
                throw new SdpException($"There is no m={kind} section: audio and a data channel are both needed.");
            if (lines[at].Split(' ') is [_, "0", ..])
                throw new SdpException("the peer refused this section (port 0)", at + 1, lines[at]);
        }
    }

    /// <summary>The largest message that the peer's SDP accepts (RFC 8841 §6); 0 there means any.</summary>
    public static int ReadMaxMessageSize(string sdp)
    {
        string? line = Lines(sdp).FirstOrDefault(l => l.StartsWith(MaxMessageSize, StringComparison.Ordinal));
        if (line is null || !ulong.TryParse(line.AsSpan(MaxMessageSize.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong size))
            return DefaultMaxMessageSize;
        return size == 0 ? int.MaxValue : (int)Math.Min(size, int.MaxValue);
    }

    /// <summary>Whether the peer is an ICE-lite agent (RFC 8839 §5.3).</summary>
    public static bool IsIceLite(string sdp) => Lines(sdp).Contains("a=ice-lite");

    /// <summary>Our own SDP as it goes out: the message size that we accept, and no candidate on an address that is not wanted.</summary>
    /// <param name="sdp">As SIPSorcery wrote it.</param>
    /// <param name="maxMessageSize">In bytes.</param>
    /// <param name="addresses">The addresses that may be named; null for all.</param>
    public static string Finish(string sdp, int maxMessageSize, IReadOnlyCollection<IPAddress>? addresses)
    {
        IEnumerable<string> lines = Lines(sdp)
            .Select(line => line.StartsWith(MaxMessageSize, StringComparison.Ordinal) ? MaxMessageSize + maxMessageSize.ToString(CultureInfo.InvariantCulture) : line)
            .Where(line => addresses is null || !line.StartsWith(Candidate, StringComparison.Ordinal) || IsWanted(line, addresses));
        return string.Join("\r\n", lines) + "\r\n";
    }

    /// <summary>Whether an SDP names any address.</summary>
    public static bool HasCandidates(string sdp) => Lines(sdp).Any(line => line.StartsWith(Candidate, StringComparison.Ordinal));

    /// <summary><c>a=candidate:foundation component transport priority ADDRESS port typ …</c> (RFC 8839 §5.1).</summary>
    private static bool IsWanted(string candidate, IReadOnlyCollection<IPAddress> addresses) =>
        candidate.Split(' ') is { Length: > 4 } fields && IPAddress.TryParse(fields[4], out IPAddress? address) && addresses.Contains(address);

    private static string[] Lines(string sdp) => sdp.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}
