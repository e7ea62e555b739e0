using System.Diagnostics.Metrics;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The package's <see cref="Meter"/>, named <c>OpenAI.Realtime.WebRtc.Agents</c>. Tokens have OpenTelemetry's name for them.</summary>
internal static class AgentsTelemetry
{
    private static readonly Meter Meter = new(AgentsLog.Category);

    public static readonly Histogram<double> Latency = Meter.CreateHistogram<double>(
        "openai.realtime.webrtc.turn.latency", "s", "From the end of the user's speech to the first audible sound of the answer.");

    public static readonly Histogram<double> ToolDuration = Meter.CreateHistogram<double>(
        "openai.realtime.webrtc.tool.duration", "s", "How long tools ran.");

    public static readonly Counter<long> Interruptions = Meter.CreateCounter<long>(
        "openai.realtime.webrtc.interruptions", "{interruption}", "How often the assistant was cut off.");

    private static readonly Histogram<long> Tokens = Meter.CreateHistogram<long>(
        "gen_ai.client.token.usage", "{token}", "Tokens of a response.");

    public static void Count(ResponseUsage usage)
    {
        Record(usage.InputTokens, "input");
        Record(usage.OutputTokens, "output");

        static void Record(long? tokens, string type)
        {
            if (tokens is { } count)
                Tokens.Record(count, new("gen_ai.token.type", type), new("gen_ai.operation.name", "realtime"), new("gen_ai.provider.name", "openai"));
        }
    }
}
