using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>The formulas that order candidates and pairs.</summary>
internal static class IcePriority
{
    public const int Component = 1;

    /// <summary>
    /// RFC 8445 §5.1.2.1:
    /// <code>
    /// priority = 2^24 × type preference + 2^8 × local preference + (256 − component)
    /// </code>
    /// </summary>
    public static uint OfCandidate(CandidateType type, TransportProtocol protocol, ushort localPreference) =>
        (TypePreference(type, protocol) << 24) | ((uint)localPreference << 8) | (256 - Component);

    /// <summary>
    /// The preference of a local address: the caller's order within a scope, and of the scopes global first, then link-local, then loopback.
    /// One address alone gets 65535, as RFC 8445 §5.1.2.1 recommends. With TCP the highest three bits say who connects (RFC 6544 §4.2: active before passive).
    /// </summary>
    public static ushort LocalPreference(TransportAddress address, int index, TcpCandidateType tcpType = TcpCandidateType.None)
    {
        int scope = address.IsLoopback ? 2 : address.IsLinkLocal ? 1 : 0;
        return tcpType switch
        {
            TcpCandidateType.None => (ushort)(ushort.MaxValue - (scope * 0x4000) - Math.Min(index, 0x3FFF)),
            TcpCandidateType.Active => (ushort)((6 << 13) + 0x1FFF - (scope * 0x800) - Math.Min(index, 0x7FF)),
            _ => (ushort)((4 << 13) + 0x1FFF - (scope * 0x800) - Math.Min(index, 0x7FF)),
        };
    }

    /// <summary>
    /// RFC 8445 §6.1.2.3, G the controlling side's candidate and D the controlled side's:
    /// <code>
    /// pair priority = 2^32 × MIN(G,D) + 2 × MAX(G,D) + (G &gt; D ? 1 : 0)
    /// </code>
    /// </summary>
    public static ulong OfPair(uint local, uint remote, bool isControlling)
    {
        (uint g, uint d) = isControlling ? (local, remote) : (remote, local);
        return ((ulong)Math.Min(g, d) << 32) + (2 * (ulong)Math.Max(g, d)) + (g > d ? 1u : 0u);
    }

    // RFC 8445 §5.1.2.2. RFC 6544 §4.2: UDP comes first, so that any pair of UDP's is better than the best of TCP's.
    private static uint TypePreference(CandidateType type, TransportProtocol protocol) => (type, protocol) switch
    {
        (CandidateType.Host, TransportProtocol.Udp) => 126,
        (CandidateType.PeerReflexive, TransportProtocol.Udp) => 110,
        (CandidateType.ServerReflexive, TransportProtocol.Udp) => 100,
        (CandidateType.Host, _) => 90,
        (CandidateType.PeerReflexive, _) => 80,
        _ => 0,
    };
}
