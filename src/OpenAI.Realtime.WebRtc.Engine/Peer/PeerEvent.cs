namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>What happened to a peer. Rare: a handful in a connection's life.</summary>
public enum PeerEventKind
{
    /// <summary>ICE selected a pair; DTLS begins.</summary>
    PathSelected,

    /// <summary>The DTLS handshake is done and the certificate is the promised one; audio may flow.</summary>
    Secured,

    /// <summary>The data channel is open.</summary>
    ChannelOpen,

    /// <summary>The peer has not answered consent checks for some seconds.</summary>
    Disconnected,

    /// <summary>The peer answers again.</summary>
    Recovered,

    /// <summary>There is room in the send buffer again after <see cref="SendResult.BufferFull"/>.</summary>
    SendBufferLow,

    /// <summary>Closing has begun, from this side.</summary>
    Closing,

    /// <summary>Over. Nothing follows.</summary>
    Ended,
}

/// <summary>Why a peer ended.</summary>
public enum EndCause
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>Closed from this side.</summary>
    ClosedLocally,

    /// <summary>The peer closed the channel, the association or the DTLS connection in good order.</summary>
    ClosedByPeer,

    /// <summary>No pair of addresses worked in time.</summary>
    IceTimeout,

    /// <summary>Consent ran out (RFC 7675 §5.1).</summary>
    ConsentExpired,

    /// <summary>The DTLS handshake took too long.</summary>
    DtlsTimeout,

    /// <summary>The DTLS handshake failed.</summary>
    DtlsFailed,

    /// <summary>The peer's certificate is not the one in its SDP (RFC 8122 §5).</summary>
    FingerprintMismatch,

    /// <summary>The association or the channel took too long to open.</summary>
    ChannelTimeout,

    /// <summary>The association was aborted, or DATA went unacknowledged for too long.</summary>
    ChannelFailed,
}

/// <summary>One event of a peer.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Cause">Why it ended; <see cref="EndCause.None"/> for every other kind.</param>
/// <param name="Detail">What there is to say beyond the kind, for a person; otherwise null.</param>
public readonly record struct PeerEvent(PeerEventKind Kind, EndCause Cause = EndCause.None, string? Detail = null);

/// <summary>What became of a message handed to <see cref="WebRtcPeer.SendMessage"/>.</summary>
public enum SendResult
{
    /// <summary>Taken; it will be sent.</summary>
    Accepted,

    /// <summary>The send buffer is full; try again after <see cref="PeerEventKind.SendBufferLow"/>.</summary>
    BufferFull,

    /// <summary>Larger than the peer accepts: <see cref="WebRtcPeer.MaxOutgoingMessageSize"/>.</summary>
    TooLarge,

    /// <summary>The channel is not open yet, or no longer.</summary>
    NotOpen,
}

/// <summary>What the header of a received Opus packet said.</summary>
/// <param name="Length">How many bytes of the destination are the packet.</param>
/// <param name="PayloadType">The RTP payload type.</param>
/// <param name="SequenceNumber">The RTP sequence number.</param>
/// <param name="Timestamp">The RTP timestamp, 48 kHz.</param>
/// <param name="Marker">The marker bit.</param>
/// <param name="Ssrc">The synchronisation source.</param>
/// <param name="Arrival">When the datagram was handled.</param>
public readonly record struct ReceivedAudio(
    int Length,
    byte PayloadType,
    ushort SequenceNumber,
    uint Timestamp,
    bool Marker,
    uint Ssrc,
    Core.Instant Arrival);
