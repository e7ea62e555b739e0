namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>Why a bridged call ended.</summary>
public enum RealtimeBridgeEndReason
{
    /// <summary>The page closed its connection or hung up.</summary>
    PageClosed,

    /// <summary>Nothing came from the page any more (<see cref="RealtimeBridgeOptions.PageTimeout"/>), or its connection failed.</summary>
    PageLost,

    /// <summary>The page got its answer and never connected.</summary>
    PageNeverConnected,

    /// <summary>The page is there and does not take its events, or takes them far too slowly: more than <see cref="RealtimeBridgeOptions.MaxPageBacklog"/> bytes waited for it.</summary>
    PageStalled,

    /// <summary>The service closed the call.</summary>
    ServiceClosed,

    /// <summary>The service's time limit for a session was reached (<c>session_expired</c>).</summary>
    SessionExpired,

    /// <summary>The service stopped answering, or its connection failed.</summary>
    ServiceLost,

    /// <summary><see cref="RealtimeBridgeOptions.MaxDuration"/> was reached.</summary>
    TimeLimit,

    /// <summary>The host hung up: <see cref="RealtimeBridgeCall.HangUpAsync"/>.</summary>
    HungUp,

    /// <summary>The host is shutting down.</summary>
    HostStopping,

    /// <summary>Something failed that should not; please report it.</summary>
    Failed,
}

/// <summary>How a bridged call ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">What happened, in one sentence.</param>
public sealed record RealtimeBridgeEnd(RealtimeBridgeEndReason Reason, string Detail);
