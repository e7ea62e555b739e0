using OpenAI.Realtime.WebRtc.Engine.Core;

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

    /// <summary>An ICE restart has found a path, and the call goes by it.</summary>
    IceRestarted,

    /// <summary>An ICE restart has found none; the call goes on by the path that it has.</summary>
    IceRestartFailed,

    /// <summary>Closing has begun, from this side.</summary>
    Closing,

    /// <summary>Over. Nothing follows.</summary>
    Ended,
}

/// <summary>One event of a peer.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="End">How it ended, with <see cref="PeerEventKind.Ended"/>; otherwise null.</param>
/// <param name="Detail">What there is to say beyond the kind, for a person; otherwise null.</param>
public readonly record struct PeerEvent(PeerEventKind Kind, PeerEnd? End = null, string? Detail = null);

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
    Instant Arrival);
