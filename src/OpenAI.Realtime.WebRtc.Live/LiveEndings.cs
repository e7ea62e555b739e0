using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>What is known about a session when its connection has ended.</summary>
internal readonly record struct LiveEndFacts
{
    /// <summary>Whether <c>session.closed</c> has come.</summary>
    public bool ServiceClosed { get; init; }

    /// <summary>What it said; null where it could not be read, or has not come.</summary>
    public LiveSessionClosed? Closed { get; init; }

    /// <summary>Whether this side was closing it.</summary>
    public bool WasClosing { get; init; }

    /// <summary>Why events could not be read any more; null where they could.</summary>
    public Exception? PumpFailure { get; init; }

    /// <summary>What the session is charged for, as the service last said.</summary>
    public LiveUsage? Usage { get; init; }
}

/// <summary>How a session ended, or why it never began: the one place where that becomes words.</summary>
internal static class LiveEndings
{
    public static LiveSessionEnd Explain(PeerEnd end, in LiveEndFacts facts)
    {
        (SessionEndReason reason, string detail) = ReasonOf(end, facts);
        return new LiveSessionEnd(reason, facts.ServiceClosed ? detail : detail + " The service has not confirmed that the session is closed, so what it is charged for is not known exactly.")
        {
            IsConfirmed = facts.ServiceClosed,
            ServiceReason = facts.Closed?.Reason,
            Usage = facts.Usage,
            Connection = end,
        };
    }

    /// <summary>How a sideband ended: with its session where the service has said so; where it has not, the session may go on.</summary>
    public static LiveSessionEnd ExplainSideband(SessionEnd end, in LiveEndFacts facts)
    {
        string detail = facts.ServiceClosed || end.Reason == SessionEndReason.ClosedByPeer ? end.Detail : end.Detail + " The session goes on without it, as far as is known here.";
        return new LiveSessionEnd(end.Reason, detail)
        {
            IsConfirmed = facts.ServiceClosed,
            ServiceReason = facts.Closed?.Reason,
            Usage = facts.Usage,
            Error = end.Error,
        };
    }

    /// <summary>An error came in place of <c>session.started</c>.</summary>
    public static RealtimeConnectException Refused(LiveErrorDetails error)
    {
        string code = error.Code is { } known ? $" ({Shown(known.Value)})" : "";
        bool key = error.Code?.Value is "forbidden" or "invalid_api_key" or "account_deactivated";
        return new RealtimeConnectException(ConnectPhase.Session, key ? RealtimeFailure.KeyRefused : RealtimeFailure.RequestRejected,
            $"The service did not start the session and said \"{Shown(error.Message) ?? "nothing more"}\"{code}. Check the session's configuration, and the account's access and credit.")
        {
            ErrorCode = error.Code?.Value,
            ErrorType = error.Type,
            Param = error.Param,
        };
    }

    public static RealtimeConnectException NeverStarted(LiveSessionEnd end) => new(ConnectPhase.Session, RealtimeFailure.ClosedByPeer,
        $"The session ended before it had started ({end.Reason}): {end.Detail} Try again; a bad session configuration can be the cause.");

    public static RealtimeConnectException TooLate(TimeSpan limit, Exception e) => new(ConnectPhase.Session, RealtimeFailure.SessionNeverStarted,
        $"The channel is open, but the service did not say within {limit.TotalSeconds:0.###} s that the session has started. Try again; StartTimeout sets the limit, and a session that starts on speech needs StartsOnSpeech.", e);

    /// <summary>What the service wrote, fit for a message or a log: a line of bounded length, without keys.</summary>
    public static string? Shown(string? text) => text is null ? null : EventText.Short(Redaction.Hide(text));

    /// <summary>How a session ended that the service has closed.</summary>
    /// <param name="closed">What it said; null where it could not be read.</param>
    public static SessionEnd OfService(LiveSessionClosed? closed) => closed?.Reason?.Value switch
    {
        "expired" => new(SessionEndReason.SessionExpired, "The session's time was over, or no audio came for too long."),
        "content" => new(SessionEndReason.ClosedByPeer, "The service closed the session because of what was said."),
        "remote_hangup" => new(SessionEndReason.ClosedByPeer, "The other side hung up."),
        "connection_lost" => new(SessionEndReason.ConnectionLost, "The service lost the connection."),
        "close_requested" => new(SessionEndReason.ClosedLocally, "Closed because it was asked for."),
        var other => new(SessionEndReason.ClosedByPeer, $"The service closed the session ({EventText.Short(other ?? "without a reason")})."),
    };

    private static (SessionEndReason Reason, string Detail) ReasonOf(PeerEnd end, in LiveEndFacts facts)
    {
        if (facts.ServiceClosed)
        {
            SessionEnd closed = OfService(facts.Closed);
            return (closed.Reason, closed.Detail);
        }
        if (facts.WasClosing && end.Reason != PeerEndReason.EngineFailure)
            return (SessionEndReason.ClosedLocally, "Closed by this side.");

        // The connection was closed by the session then, and by nobody else.
        if (facts.PumpFailure is { } failure && end.Reason == PeerEndReason.ClosedLocally)
            return (SessionEndReason.Failed, $"Receiving events failed with {failure.GetType().Name}: {Redaction.Sentence(failure.Message)}");
        return end.Reason switch
        {
            PeerEndReason.ClosedByPeer => (SessionEndReason.ClosedByPeer, Redaction.Sentence(end.Detail)),
            PeerEndReason.ClosedLocally => (SessionEndReason.ClosedByPeer, "No more events came from the service."),
            PeerEndReason.ConsentExpired or PeerEndReason.IceFailed => (SessionEndReason.ConnectionLost, Redaction.Sentence(end.Detail)),
            PeerEndReason.ChannelFailed or PeerEndReason.ChannelTimeout => (SessionEndReason.ChannelFailed, Redaction.Sentence(end.Detail)),
            _ => (SessionEndReason.Failed, Redaction.Sentence(end.Detail)),
        };
    }
}
