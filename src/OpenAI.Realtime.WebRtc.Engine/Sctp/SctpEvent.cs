namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

internal enum SctpEventKind : byte
{
    None,

    /// <summary>The association is up: either side may send.</summary>
    Established,

    /// <summary>The association is over; <see cref="SctpEvent.Reason"/> says why. The last event. What has arrived can still be taken.</summary>
    Ended,

    /// <summary>The peer has reset its stream <see cref="SctpEvent.StreamId"/>: it has closed that channel (RFC 8831 §6.7).</summary>
    StreamReset,

    /// <summary>After <see cref="SctpSendResult.BufferFull"/>: at least half of the send buffer is free again.</summary>
    SendBufferLow,
}

internal enum SctpEndReason : byte
{
    None,

    /// <summary>Our SHUTDOWN was completed (RFC 9260 §9.2).</summary>
    ClosedLocally,

    /// <summary>The peer's SHUTDOWN was completed.</summary>
    ClosedByPeer,

    /// <summary>We called <see cref="SctpAssociation.Abort"/>.</summary>
    AbortedLocally,

    /// <summary>The peer sent ABORT.</summary>
    AbortedByPeer,

    /// <summary>INIT or COOKIE ECHO was never answered.</summary>
    InitTimeout,

    /// <summary>Association.Max.Retrans was exceeded: the peer no longer acknowledges.</summary>
    RetransmitLimit,

    /// <summary>DATA that was cut for longer packets than the path carries now was repeated in vain, while small packets got through.</summary>
    PathTooNarrow,

    /// <summary>Our SHUTDOWN was not completed in time.</summary>
    ShutdownTimeout,

    /// <summary>The peer started the association anew (RFC 9260 §5.2.4.1); what it had of ours is lost, so we end.</summary>
    PeerRestarted,

    /// <summary>A message of the peer exceeds <see cref="SctpOptions.MaxIncomingMessageSize"/>.</summary>
    MessageTooLarge,

    /// <summary>The peer broke a rule that cannot be passed over.</summary>
    ProtocolViolation,
}

/// <param name="Kind">What happened.</param>
/// <param name="Reason">Why the association ended; otherwise <see cref="SctpEndReason.None"/>.</param>
/// <param name="StreamId">The stream of <see cref="SctpEventKind.StreamReset"/>; <see cref="AllStreams"/> for all of them.</param>
/// <param name="Detail">What happened, in a sentence, when the association ended; otherwise null.</param>
internal readonly record struct SctpEvent(SctpEventKind Kind, SctpEndReason Reason = SctpEndReason.None, ushort StreamId = 0, string? Detail = null)
{
    /// <summary>Not an id that a stream can have (RFC 8831 §6.2).</summary>
    public const ushort AllStreams = 65535;
}
