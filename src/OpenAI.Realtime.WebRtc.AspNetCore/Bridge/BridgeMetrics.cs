using System.Diagnostics.Metrics;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>The package's one <see cref="Meter"/>, named <c>OpenAI.Realtime.WebRtc.AspNetCore</c>.</summary>
internal static class BridgeMetrics
{
    private static readonly Meter Meter = new(AspNetLog.Category);

    public static readonly UpDownCounter<int> ActiveCalls = Meter.CreateUpDownCounter<int>(
        "openai.realtime.webrtc.bridge.calls.active", "{call}", "Bridged calls that are live or connecting now.");

    public static readonly Counter<long> RefusedCalls = Meter.CreateCounter<long>(
        "openai.realtime.webrtc.bridge.calls.refused", "{call}", "Bridged calls refused because a bound was reached or the host is stopping.");

    public static readonly Histogram<double> CallDuration = Meter.CreateHistogram<double>(
        "openai.realtime.webrtc.bridge.call.duration", "s", "How long a bridged call lasted, by the reason of its end.");
}
