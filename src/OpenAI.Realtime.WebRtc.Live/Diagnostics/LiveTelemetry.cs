using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OpenAI.Realtime.WebRtc.Live.Diagnostics;

/// <summary>The package's one <see cref="ActivitySource"/> and one <see cref="Meter"/>, both named <c>OpenAI.Realtime.WebRtc.Live</c>.</summary>
internal static class LiveTelemetry
{
    public const string Name = "OpenAI.Realtime.WebRtc.Live";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    /// <summary>From the call of ConnectAsync to the start of the session, or to the failure.</summary>
    public static readonly Histogram<double> SetupDuration = Meter.CreateHistogram<double>(
        "openai.live.webrtc.setup.duration", "s", "Time from the call of ConnectAsync until the session has started, or the failure.");

    public static readonly UpDownCounter<int> ActiveSessions = Meter.CreateUpDownCounter<int>(
        "openai.live.webrtc.sessions.active", "{session}", "Sessions that are connected now.");

    public static readonly Counter<long> EventsReceived = Meter.CreateCounter<long>(
        "openai.live.webrtc.events.received", "{event}", "Events received.");

    public static readonly Counter<long> EventsSent = Meter.CreateCounter<long>(
        "openai.live.webrtc.events.sent", "{event}", "Events sent.");
}
