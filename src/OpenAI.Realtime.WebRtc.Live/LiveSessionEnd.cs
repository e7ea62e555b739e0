using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>How a session ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">What happened, in one sentence.</param>
public sealed record LiveSessionEnd(SessionEndReason Reason, string Detail)
{
    /// <summary>
    /// Whether the service has said that it closed the session (<see cref="LiveSessionClosed"/>). Where it has not, the session may go on for some seconds, and what it is charged for is not known
    /// exactly: <see cref="Usage"/> is the last that was heard.
    /// </summary>
    public bool IsConfirmed { get; init; }

    /// <summary>Why the service closed it, in its own word; null where it has not said so.</summary>
    public LiveCloseReason? ServiceReason { get; init; }

    /// <summary>What the session is charged for; null where the service has never said.</summary>
    public LiveUsage? Usage { get; init; }

    /// <summary>How the connection beneath ended, as it said itself. Null when it is not known.</summary>
    public PeerEnd? Connection { get; init; }

    /// <summary>Why a <see cref="LiveSideband"/> could not be attached again, from its last try; null where it was not tried, and for other sessions.</summary>
    public RealtimeException? Error { get; init; }

    /// <summary>The same in the words of the other API, for its exceptions.</summary>
    internal SessionEnd ToSessionEnd() => new(Reason, Detail) { Connection = Connection, Error = Error };
}
