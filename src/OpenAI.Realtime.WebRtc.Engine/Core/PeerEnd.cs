namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>The phases that a connection goes through; named by its end, by exceptions and by measurements.</summary>
public enum PeerPhase
{
    /// <summary>Opening sockets and gathering addresses.</summary>
    Gathering,

    /// <summary>Offer and answer.</summary>
    Negotiation,

    /// <summary>ICE connectivity checks.</summary>
    Ice,

    /// <summary>The DTLS handshake.</summary>
    Dtls,

    /// <summary>The SCTP association and the data channel.</summary>
    Channel,

    /// <summary>The channel has been open.</summary>
    Connected,
}

/// <summary>Why a connection ended.</summary>
public enum PeerEndReason
{
    /// <summary>We closed it.</summary>
    ClosedLocally,

    /// <summary>The peer closed the channel, the association or the DTLS connection in good order.</summary>
    ClosedByPeer,

    /// <summary>No socket could be opened on any local address.</summary>
    NoLocalAddress,

    /// <summary>No pair of addresses worked before the timeout.</summary>
    IceFailed,

    /// <summary>The peer stopped answering consent checks (RFC 7675 §5.1).</summary>
    ConsentExpired,

    /// <summary>The DTLS handshake did not finish before the timeout.</summary>
    DtlsTimeout,

    /// <summary>The DTLS handshake failed: an alert, or a message that could not be used.</summary>
    DtlsFailed,

    /// <summary>The peer's certificate is not the one that its SDP promised with <c>a=fingerprint</c> (RFC 8122 §5).</summary>
    FingerprintMismatch,

    /// <summary>The SCTP association or the channel did not open before the timeout.</summary>
    ChannelTimeout,

    /// <summary>The SCTP association was aborted, or DATA went unacknowledged for too long.</summary>
    ChannelFailed,

    /// <summary>The engine failed in a way that it should not; the detail says how.</summary>
    EngineFailure,
}

/// <summary>How a connection ended. Made where it ended, in the engine or in the driver, and carried up as it is.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Phase">The phase it was in.</param>
/// <param name="Detail">What happened, in one sentence that a person can act on.</param>
/// <param name="Error">The exception behind it, where there was one; otherwise null.</param>
public sealed record PeerEnd(PeerEndReason Reason, PeerPhase Phase, string Detail, Exception? Error = null)
{
    /// <summary>Whether one of the two sides closed it in an orderly way.</summary>
    public bool IsOrderly => Reason is PeerEndReason.ClosedLocally or PeerEndReason.ClosedByPeer;
}
