using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>The events of a session of the Realtime API. One pump calls <see cref="Read"/> and <see cref="Note"/>.</summary>
internal sealed class RealtimeEvents(OpenAIRealtimeWebRtcOptions options, RealtimeEventTrace? trace, ILogger logger)
    : SessionEvents<ServerEvent>(options.EventBufferSize, trace, logger, Telemetry.EventsReceived, Telemetry.EventsSent)
{
    /// <summary>Reads a message, and shows it to the trace and the log.</summary>
    /// <param name="utf8Json">The message.</param>
    /// <param name="ids">What the events of one connection have in common.</param>
    public ServerEvent Read(ReadOnlySpan<byte> utf8Json, RunningIds ids)
    {
        ShowReceived(utf8Json);
        ServerEvent serverEvent = ServerEventReader.ReadEvent(utf8Json, options.Dialect, ids);
        if (options.KeepEventJson)
            serverEvent.ReceivedFrom(utf8Json);
        return serverEvent;
    }

    /// <summary>Counts an event, and logs what somebody should know of whether or not the events are read.</summary>
    public void Note(ServerEvent serverEvent)
    {
        CountReceived();
        switch (serverEvent)
        {
            case ServerError { Error: { } error } when !IsExpiry(serverEvent, out _):
                Logger.ServiceError(error.Code?.Value ?? error.Type?.Value, error.Message is null ? null : Redaction.Hide(error.Message));
                break;
            case MalformedServerEvent malformed:
                Logger.MalformedEvent(EventText.Short(malformed.Type), EventText.Short(malformed.Reason));
                break;
            case UnknownServerEvent unknown:
                Logger.UnknownEvent(EventText.Short(unknown.Type));
                break;
        }
    }

    /// <summary>Whether it is the one error that ends a session: its time is over.</summary>
    public static bool IsExpiry(ServerEvent serverEvent, [NotNullWhen(true)] out string? why)
    {
        why = serverEvent is ServerError { Error: { Code: { Value: "session_expired" } } error } ? error.Message ?? "The service's time limit for a session was reached." : null;
        return why is not null;
    }
}
