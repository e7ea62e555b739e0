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
