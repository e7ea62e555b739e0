using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>The sentence that says why no path was found: what was tried, over what, and what came back.</summary>
internal static class IceFailure
{
    /// <summary>Reasons of streams that are told; the pairs of one machine fail alike.</summary>
    private const int MaxReasons = 4;

    public static string Describe(IceAgent ice, NegotiatedSession session, TimeSpan timeout)
    {
        string remote = session.RemoteCandidates.Count == 0
            ? "the peer named no address that can be checked"
            : $"the peer's addresses: {string.Join(", ", session.RemoteCandidates.Select(c => $"{c.Address}:{c.Port}/{(c.Protocol == TransportProtocol.Tcp ? "tcp" : "udp")}"))}";
        string ignored = session.NamedCandidates > 0
            ? $" (and {session.NamedCandidates} name(s), such as those by which browsers hide addresses, which are not resolved here)"
            : "";
        IceCounters counters = ice.Counters;
        return $"No pair of addresses worked within {timeout.TotalSeconds:0.#} s: {counters.RequestsSent} checks sent, {counters.ResponsesReceived} answered, "
            + $"{counters.RequestsReceived} received. {DescribeUdp(ice.Pairs)}{DescribeTcp(ice.Pairs)}What was known: {remote}{ignored}.";
    }

    /// <summary>Of a restart: the call itself goes on.</summary>
    public static string DescribeRestart(IceAgent ice, TimeSpan timeout) =>
        $"The ICE restart found no pair of addresses that works within {timeout.TotalSeconds:0.#} s. {DescribeUdp(ice.Pairs)}{DescribeTcp(ice.Pairs)}".TrimEnd();

    private static string DescribeUdp(IReadOnlyList<CandidatePair> pairs)
    {
        List<CandidatePair> udp = [.. pairs.Where(p => !p.IsTcp)];
        if (udp.Count == 0)
            return "UDP: no pair. ";
        int unsendable = udp.Count(p => p.IsUnsendable);
        string refused = unsendable == 0 ? "" : $", {unsendable} of them to where this system refuses to send";
        return $"UDP: {udp.Count} pair(s), {udp.Sum(p => p.ChecksSent)} checks{refused}. ";
    }

    private static string DescribeTcp(IReadOnlyList<CandidatePair> pairs)
    {
        List<CandidatePair> tcp = [.. pairs.Where(p => p.IsTcp)];
        if (tcp.Count == 0)
            return "TCP: no pair. ";
        IEnumerable<string> reasons = tcp.Select(p => $"{p.Path.Remote}: {DescribeStream(p)}").Distinct().Take(MaxReasons);
        return $"TCP: {tcp.Count} pair(s), {tcp.Sum(p => p.ChecksSent)} checks; {string.Join("; ", reasons)}. ";
    }

    private static string DescribeStream(CandidatePair pair) => pair switch
    {
        { Stream: PairStream.Open } => "connected, no check answered",
        { WhyClosed: { } why } => why,
        { Stream: PairStream.Opening } => "no connection",
        _ => "not tried",
    };
}
