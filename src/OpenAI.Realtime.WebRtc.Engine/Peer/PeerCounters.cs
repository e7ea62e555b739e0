namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>What a peer has counted since it was made.</summary>
public sealed record PeerCounters
{
    /// <summary>RTP packets sent.</summary>
    public long AudioPacketsSent { get; init; }

    /// <summary>Opus bytes sent.</summary>
    public long AudioBytesSent { get; init; }

    /// <summary>Opus packets that could not be sent: no keys or path yet, or the queue was full.</summary>
    public long AudioPacketsNotSent { get; init; }

    /// <summary>RTP packets received and authenticated.</summary>
    public long AudioPacketsReceived { get; init; }

    /// <summary>Opus bytes received.</summary>
    public long AudioBytesReceived { get; init; }

    /// <summary>Received Opus packets dropped because they were not taken.</summary>
    public long AudioPacketsNotTaken { get; init; }

    /// <summary>RTP packets lost on the way to us (RFC 3550 A.3).</summary>
    public long AudioPacketsLost { get; init; }

    /// <summary>Interarrival jitter (RFC 3550 A.8).</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The share of our packets lost by the peer's last report, 0 to 1; null before one came.</summary>
    public double? RemoteFractionLost { get; init; }

    /// <summary>The last round-trip time measured; null before one was.</summary>
    public TimeSpan? RoundTripTime { get; init; }

    /// <summary>Messages sent.</summary>
    public long MessagesSent { get; init; }

    /// <summary>Messages received.</summary>
    public long MessagesReceived { get; init; }

    /// <summary>DATA chunks sent again.</summary>
    public long ChunksRetransmitted { get; init; }

    /// <summary>Candidates of the peer's that no check is sent to: names, TCP where nobody here connects to it, and those that cannot be read. No sign of trouble.</summary>
    public long CandidatesIgnored { get; init; }

    /// <summary>What was dropped, by protocol and reason; reasons with a count of zero are left out.</summary>
    public IReadOnlyDictionary<string, long> Drops { get; init; } = new Dictionary<string, long>();

    /// <summary>The DTLS cipher suite's IANA name; null before the handshake is done.</summary>
    public string? DtlsCipherSuite { get; init; }

    /// <summary>The SRTP protection profile's IANA name; null before the handshake is done.</summary>
    public string? SrtpProfile { get; init; }

    /// <summary>ICE restarts that have found a path.</summary>
    public int IceRestarts { get; init; }

    /// <summary>The path that was selected last, after the end, too; null before there was one.</summary>
    public Core.TransportPath? SelectedPath { get; init; }
}
