using System.Globalization;
using System.Net;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>Changes an SDP answer after it has been written: for the emulated network, and to break it on purpose.</summary>
internal static class AnswerText
{
    /// <summary>Puts other addresses into the candidates of transport UDP.</summary>
    public static string ReplaceCandidates(string sdp, Func<IPEndPoint, IPEndPoint> replace) => ReplaceCandidates(sdp, static transport => transport == "udp", replace);

    private static string ReplaceCandidates(string sdp, Func<string, bool> isMeant, Func<IPEndPoint, IPEndPoint> replace) => ChangeLines(sdp, line =>
    {
        // a=candidate:foundation component transport priority address port typ … (RFC 8839 §5.1)
        if (!line.StartsWith("a=candidate:", StringComparison.Ordinal))
            return line;
        string[] parts = line.Split(' ');
        if (parts.Length < 8 || !isMeant(parts[2].ToLowerInvariant())
            || !IPAddress.TryParse(parts[4], out IPAddress? address) || !ushort.TryParse(parts[5], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            return line;
        IPEndPoint other = replace(new IPEndPoint(address, port));
        parts[4] = other.Address.ToString();
        parts[5] = other.Port.ToString(CultureInfo.InvariantCulture);
        return string.Join(' ', parts);
    });

    public static string Break(string sdp, RealtimeTestFault.FaultKind kind) => kind switch
    {
        RealtimeTestFault.FaultKind.TruncatedAnswer => sdp[..(sdp.Length / 2)],
        RealtimeTestFault.FaultKind.NoFingerprint => ChangeLines(sdp, line => IsFingerprint(line) ? null : line),
        RealtimeTestFault.FaultKind.WrongFingerprint => ChangeLines(sdp, line => IsFingerprint(line) ? Spoil(line) : line),
        RealtimeTestFault.FaultKind.DeadCandidates => ReplaceCandidates(sdp, static _ => true, static candidate => new IPEndPoint(candidate.Address, 9)),     // discard (RFC 863)
        _ => sdp,
    };

    private static bool IsFingerprint(string line) => line.StartsWith("a=fingerprint:", StringComparison.Ordinal);

    // Another last digit: still well-formed, but of another certificate.
    private static string Spoil(string line) => line[..^1] + (line[^1] == '0' ? '1' : '0');

    private static string ChangeLines(string sdp, Func<string, string?> change) =>
        string.Join("\r\n", sdp.Split("\r\n").Select(change).Where(line => line is not null));
}
