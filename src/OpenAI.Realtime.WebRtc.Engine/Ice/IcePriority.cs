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
    public static uint OfCandidate(CandidateType type, ushort localPreference) =>
        (TypePreference(type) << 24) | ((uint)localPreference << 8) | (256 - Component);

    /// <summary>
    /// The preference of a local address: the caller's order within a scope, and of the scopes global first, then link-local, then loopback.
    /// One address alone gets 65535, as RFC 8445 §5.1.2.1 recommends.
    /// </summary>
    public static ushort LocalPreference(TransportAddress address, int index)
    {
        int scope = address.IsLoopback ? 2 : address.IsLinkLocal ? 1 : 0;
        return (ushort)(ushort.MaxValue - (scope * 0x4000) - Math.Min(index, 0x3FFF));
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

    // RFC 8445 §5.1.2.2.
    private static uint TypePreference(CandidateType type) => type switch
    {
        CandidateType.Host => 126,
        CandidateType.PeerReflexive => 110,
        CandidateType.ServerReflexive => 100,
        _ => 0,
    };
}
