using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OpenAI.Realtime.WebRtc.Diagnostics;

/// <summary>The SDK's one <see cref="ActivitySource"/> and one <see cref="Meter"/>, both named <c>OpenAI.Realtime.WebRtc</c>.</summary>
internal static class Telemetry
{
    public const string Name = "OpenAI.Realtime.WebRtc";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    /// <summary>From the call of ConnectAsync to the end of each phase, and with phase "connect" to the open channel or the failure.</summary>
    public static readonly Histogram<double> SetupDuration = Meter.CreateHistogram<double>(
        "openai.realtime.webrtc.setup.duration", "s", "Time from the call of ConnectAsync until each step was reached.");

    public static readonly UpDownCounter<int> ActiveSessions = Meter.CreateUpDownCounter<int>(
        "openai.realtime.webrtc.sessions.active", "{session}", "Sessions that are connected now.");

    public static readonly Counter<long> EventsReceived = Meter.CreateCounter<long>(
        "openai.realtime.webrtc.events.received", "{event}", "Events received.");

    public static readonly Counter<long> EventsSent = Meter.CreateCounter<long>(
        "openai.realtime.webrtc.events.sent", "{event}", "Events sent.");
}
