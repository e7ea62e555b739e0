namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Where a connection stands.</summary>
public enum PeerState
{
    /// <summary>Made; nothing opened yet, or an offer is waiting for its answer.</summary>
    New,

    /// <summary>ICE is looking for a pair of addresses that works.</summary>
    CheckingConnectivity,

    /// <summary>A pair works; the DTLS handshake is under way.</summary>
    Securing,

    /// <summary>DTLS is up, so audio may flow; the SCTP association and the channel are being opened.</summary>
    OpeningChannel,

    /// <summary>The channel is open.</summary>
    Connected,

    /// <summary>The peer has not answered for some seconds; it may come back (then <see cref="Connected"/> again).</summary>
    Disconnected,

    /// <summary>We are closing: what is queued is being sent.</summary>
    Closing,

    /// <summary>Ended; <see cref="IPeerConnection.Completion"/> says why.</summary>
    Closed,
}

/// <summary>One change of <see cref="PeerState"/>.</summary>
/// <param name="State">The state entered.</param>
/// <param name="At">When, on the connection's clock, since it was created.</param>
/// <param name="Reason">Why, in words, where there is more to say than the state itself; otherwise null.</param>
public readonly record struct PeerStateChange(PeerState State, TimeSpan At, string? Reason);

/// <summary>The phases that a connection goes through; named by exceptions and by measurements.</summary>
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
/// <remarks>
/// The engine's <see cref="Engine.Peer.EndCause"/> stays a type of its own: this one is what any engine behind the seam can say, and names what
/// only a driver sees, such as sockets that do not open.
/// </remarks>
public enum PeerEndReason
{
    /// <summary>We closed it.</summary>
    ClosedLocally,

    /// <summary>The peer closed the channel or the connection in an orderly way.</summary>
    ClosedByPeer,

    /// <summary>No socket could be opened on any local address.</summary>
    NoLocalAddress,

    /// <summary>No pair of addresses worked before the timeout.</summary>
    IceFailed,

    /// <summary>The peer stopped answering consent checks (RFC 7675).</summary>
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

/// <summary>How a connection ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Phase">The phase it was in.</param>
/// <param name="Detail">What happened, in one sentence that a person can act on.</param>
public sealed record PeerEnd(PeerEndReason Reason, PeerPhase Phase, string Detail)
{
    /// <summary>Whether one of the two sides closed it in an orderly way.</summary>
    public bool IsOrderly => Reason is PeerEndReason.ClosedLocally or PeerEndReason.ClosedByPeer;
}
