using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc;

/// <summary>Where a session stands. It begins as <see cref="Connected"/>: before that there is no session.</summary>
public enum SessionState
{
    /// <summary>Channel and audio are open; of a <see cref="RealtimeSideband"/>, its WebSocket.</summary>
    Connected,

    /// <summary>
    /// The service has not answered for some seconds; it may come back (then <see cref="Connected"/> again). Of a <see cref="RealtimeSideband"/>: its WebSocket is gone and it attaches again;
    /// events of that time are missed.
    /// </summary>
    Disconnected,

    /// <summary>It is being closed from our side.</summary>
    Closing,

    /// <summary>It has ended; <see cref="IRealtimeSession.Completion"/> says why.</summary>
    Closed,
}

/// <summary>One change of <see cref="SessionState"/>.</summary>
/// <param name="State">The state entered.</param>
/// <param name="At">When, since the call of <see cref="RealtimeWebRtcClient.ConnectAsync"/> or <see cref="RealtimeCalls.AttachAsync"/>.</param>
/// <param name="Reason">Why, where there is more to say than the state itself; otherwise null.</param>
public readonly record struct SessionStateChange(SessionState State, TimeSpan At, string? Reason);

/// <summary>Why a session ended.</summary>
public enum SessionEndReason
{
    /// <summary>We closed it.</summary>
    ClosedLocally,

    /// <summary>The service closed it in an orderly way.</summary>
    ClosedByPeer,

    /// <summary>The service's time limit for a session was reached (<c>session_expired</c>).</summary>
    SessionExpired,

    /// <summary>The service stopped answering (RFC 7675): the network is gone, or the service is. A <see cref="RealtimeSideband"/> could not be attached again.</summary>
    ConnectionLost,

    /// <summary>The data channel broke.</summary>
    ChannelFailed,

    /// <summary>Something failed that should not; please report it.</summary>
    Failed,
}

/// <summary>How a session ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">What happened, in one sentence.</param>
public sealed record SessionEnd(SessionEndReason Reason, string Detail)
{
    /// <summary>How the connection beneath ended, as it said itself: reason, phase and the exception behind it. Null when it is not known, as in a test double.</summary>
    public PeerEnd? Connection { get; init; }

    /// <summary>Why a <see cref="RealtimeSideband"/> could not be attached again, from its last try; null where it was not tried, and for other sessions.</summary>
    public RealtimeException? Error { get; init; }
}

/// <summary>The session has ended, so nothing can be sent any more.</summary>
public sealed class RealtimeSessionEndedException : RealtimeException
{
    /// <summary>Makes one.</summary>
    /// <param name="end">How the session ended; null while it is still being closed.</param>
    /// <param name="innerException">What caused it.</param>
    public RealtimeSessionEndedException(SessionEnd? end, Exception? innerException = null)
        : base(RealtimeFailure.SessionEnded, end is null ? "The session has ended or is being closed." : $"The session has ended ({end.Reason}): {end.Detail}", innerException) => End = end;

    /// <summary>How it ended; null while it is still being closed.</summary>
    public SessionEnd? End { get; }
}
