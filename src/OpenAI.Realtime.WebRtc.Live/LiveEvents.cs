using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Live.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Live.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>The events of a Live session. One pump calls <see cref="Read"/>.</summary>
internal sealed class LiveEvents(OpenAILiveWebRtcOptions options, RealtimeEventTrace? trace, ILogger logger)
    : SessionEvents<LiveServerEvent>(options.EventBufferSize, trace, logger, LiveTelemetry.EventsReceived, LiveTelemetry.EventsSent)
{
    /// <summary>Reads a message, shows it to the trace and the log, and counts it.</summary>
    /// <param name="utf8Json">The message.</param>
    /// <param name="pairs">The halves of characters that its connection has left over.</param>
    public LiveServerEvent Read(ReadOnlySpan<byte> utf8Json, LiveSplitPairs pairs)
    {
        ShowReceived(utf8Json);
        LiveServerEvent read = LiveServerEventReader.ReadEvent(utf8Json, pairs);
        if (options.KeepEventJson)
            read.ReceivedFrom(utf8Json);
        CountReceived();
        return read;
    }

    /// <summary>An event in place of one that could not be kept.</summary>
    /// <param name="reason">Why not.</param>
    public LiveServerEvent Malformed(string reason)
    {
        CountReceived();
        return new MalformedLiveEvent("", "", reason);
    }
}
