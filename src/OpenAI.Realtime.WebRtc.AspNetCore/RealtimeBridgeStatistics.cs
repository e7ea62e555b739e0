using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>What the bridges of this host have counted since it started.</summary>
public sealed record RealtimeBridgeStatistics
{
    /// <summary>Calls that are live or connecting now.</summary>
    public required int ActiveCalls { get; init; }

    /// <summary>Calls that were opened at the service.</summary>
    public required long StartedCalls { get; init; }

    /// <summary>Calls that have ended.</summary>
    public required long EndedCalls { get; init; }

    /// <summary>Calls refused because of <see cref="RealtimeBridgeOptions.MaxCalls"/>, <see cref="RealtimeBridgeOptions.MaxCallsPerUser"/> or a shutdown.</summary>
    public required long RefusedCalls { get; init; }
}

/// <summary>What one bridged call has counted until now; also after its end.</summary>
public sealed record RealtimeBridgeCallStatistics
{
    /// <summary>How long the call has lasted since the service was connected.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>What was relayed from the page to the service.</summary>
    public required RelayedAudio PageAudio { get; init; }

    /// <summary>What was relayed from the service to the page.</summary>
    public required RelayedAudio ServiceAudio { get; init; }

    /// <summary>Events from the page that the service was given.</summary>
    public required long PageEventsRelayed { get; init; }

    /// <summary>Events from the page that were refused: they are no events, the page may not send them, or the handler did not let them pass.</summary>
    public required long PageEventsRefused { get; init; }

    /// <summary>Events from the service that the page was shown.</summary>
    public required long ServiceEventsRelayed { get; init; }

    /// <summary>Events from the service that the page was not shown: private ones, and those that the handler held back.</summary>
    public required long ServiceEventsHeldBack { get; init; }

    /// <summary>
    /// Events from the service that nobody was shown, because they waited for a page that did not take its events (<see cref="RealtimeBridgeEndReason.PageStalled"/>) or came
    /// when the call was ending. Not among those held back.
    /// </summary>
    public required long ServiceEventsDropped { get; init; }

    /// <summary>
    /// Bytes of events that have come while a message to the page waited, and wait behind it: 0 as long as the page takes what it is sent. At most
    /// <see cref="RealtimeBridgeOptions.MaxPageBacklog"/>, or a single event.
    /// </summary>
    public required long PageBacklog { get; init; }

    /// <summary>What the connection to the page has counted.</summary>
    public required PeerStatistics Page { get; init; }

    /// <summary>What the session with the service has counted.</summary>
    public required SessionStatistics Service { get; init; }
}

/// <summary>What of one direction's audio went through a bridge.</summary>
/// <param name="Packets">Opus packets passed on.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Missing">Packets that never came; the other side is shown the loss.</param>
/// <param name="Late">Duplicates, and packets from before the first; not passed on.</param>
public readonly record struct RelayedAudio(long Packets, long Bytes, long Missing, long Late);
