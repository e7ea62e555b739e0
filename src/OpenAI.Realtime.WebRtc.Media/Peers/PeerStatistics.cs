using System.Collections.ObjectModel;
using System.Globalization;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What a connection has counted since it was made. Null means that this engine cannot tell.</summary>
public sealed record PeerStatistics
{
    /// <summary>RTP packets sent.</summary>
    public long? AudioPacketsSent { get; init; }

    /// <summary>Opus bytes sent, without headers.</summary>
    public long? AudioBytesSent { get; init; }

    /// <summary>Opus packets that <see cref="IOpusTrack.Send"/> dropped: not connected yet, or the queue was full.</summary>
    public long? AudioPacketsDroppedOnSend { get; init; }

    /// <summary>RTP packets received.</summary>
    public long? AudioPacketsReceived { get; init; }

    /// <summary>Opus bytes received, without headers.</summary>
    public long? AudioBytesReceived { get; init; }

    /// <summary>Received Opus packets dropped because nobody read them in time.</summary>
    public long? AudioPacketsDroppedOnReceive { get; init; }

    /// <summary>RTP packets that the peer sent and that never came (RFC 3550 A.3); can fall when late ones arrive.</summary>
    public long? AudioPacketsLost { get; init; }

    /// <summary>Interarrival jitter (RFC 3550 A.8).</summary>
    public TimeSpan? Jitter { get; init; }

    /// <summary>The share of our packets that the peer's last receiver report calls lost, 0 to 1.</summary>
    public double? RemoteFractionLost { get; init; }

    /// <summary>Round trip by the last consent check or receiver report.</summary>
    public TimeSpan? RoundTripTime { get; init; }

    /// <summary>Data-channel messages sent.</summary>
    public long? MessagesSent { get; init; }

    /// <summary>Data-channel messages received.</summary>
    public long? MessagesReceived { get; init; }

    /// <summary>SCTP DATA chunks sent again.</summary>
    public long? ChunksRetransmitted { get; init; }

    /// <summary>Candidates of the peer's that no check is sent to: names, TCP where nobody here connects to it, and those that cannot be read. No sign of trouble.</summary>
    public long? CandidatesIgnored { get; init; }

    /// <summary>Datagrams received that no protocol wanted, or that failed authentication or parsing; by reason in <see cref="Drops"/>.</summary>
    public long? DatagramsDropped { get; init; }

    /// <summary>What was dropped, by reason.</summary>
    public IReadOnlyDictionary<string, long>? Drops { get; init => field = Listed<string, long>.Of(value); }

    /// <summary>The DTLS cipher suite, by its IANA name.</summary>
    public string? DtlsCipherSuite { get; init; }

    /// <summary>The SRTP protection profile, by its IANA name.</summary>
    public string? SrtpProfile { get; init; }

    /// <summary>The selected pair: UDP or TCP.</summary>
    public TransportProtocol? Transport { get; init; }

    /// <summary>The HTTP proxy that the selected pair leads through, by scheme, host and port; null when it is reached directly.</summary>
    public string? Proxy { get; init; }

    /// <summary>The selected pair: our address and port.</summary>
    public string? LocalAddress { get; init; }

    /// <summary>The selected pair: the peer's address and port.</summary>
    public string? RemoteAddress { get; init; }

    /// <summary>ICE restarts that have found a path.</summary>
    public long? IceRestarts { get; init; }

    /// <summary>When each phase had been passed, since the connection was created.</summary>
    public IReadOnlyDictionary<PeerPhase, TimeSpan>? PhaseTimes { get; init => field = Listed<PeerPhase, TimeSpan>.Of(value); }

    /// <summary>Pairs that a record prints as pairs: a dictionary would print the name of its type.</summary>
    private sealed class Listed<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> pairs) : ReadOnlyDictionary<TKey, TValue>(new Dictionary<TKey, TValue>(pairs))
        where TKey : notnull
    {
        public static Listed<TKey, TValue>? Of(IReadOnlyDictionary<TKey, TValue>? pairs) => pairs is null ? null : pairs as Listed<TKey, TValue> ?? new(pairs);

        public override string ToString() => Count == 0 ? "{ }" : $"{{ {string.Join(", ", this.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} = {pair.Value}")))} }}";
    }
}
