using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// The package's <see cref="ActivitySource"/> and <see cref="Meter"/>, both named <c>OpenAI.Realtime.WebRtc.Agents</c>. Names that begin with <c>gen_ai</c> are those of OpenTelemetry's semantic conventions
/// for generative AI, release 0.1.0; <c>gen_ai.client.token.usage</c> is of the conventions before (1.41), which most dashboards still read. What those have no name for begins with <c>openai.realtime.webrtc</c>.
/// </summary>
internal static class AgentsTelemetry
{
    public const string Name = AgentsLog.Category;

    // The bounds of buckets that the conventions ask for; of the latency, those that make a difference to who waits for a voice.
    private static readonly double[] InferenceSeconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
    private static readonly double[] InvocationSeconds = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6];
    private static readonly double[] LatencySeconds = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10];
    private static readonly long[] Tokens = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];
    private static readonly long[] Calls = [1, 2, 4, 8, 16, 32, 64, 128];

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> TurnLatency = Seconds(
        "openai.realtime.webrtc.turn.latency", "From the end of the user's speech to the first audible sound of the answer.", LatencySeconds);

    private static readonly Counter<long> Interruptions = Meter.CreateCounter<long>(
        "openai.realtime.webrtc.interruptions", "{interruption}", "How often the assistant was cut off.");

    private static readonly Counter<long> GuardrailChecks = Meter.CreateCounter<long>(
        "openai.realtime.webrtc.guardrail.checks", "{check}", "How often a guardrail looked at what the assistant says, by what it found.");

    public static readonly Counter<long> CallChanges = Meter.CreateCounter<long>(
        "openai.realtime.webrtc.call.changes", "{change}", "How often a call took the place of another.");

    private static readonly Counter<long> TranscriptionTokens = Meter.CreateCounter<long>(
        "openai.realtime.webrtc.transcription.tokens", "{token}", "Tokens of writing the user's speech down, which are billed apart.");

    private static readonly Histogram<double> InvocationDuration = Seconds(
        "gen_ai.invoke_agent.duration", "How long a turn took, from the end of the user's speech to the end of all that was done about it.", InvocationSeconds);

    private static readonly Histogram<long> InvocationResponses = Meter.CreateHistogram(
        "gen_ai.invoke_agent.inference_calls", "{inference_call}", "How many responses a turn took.", tags: null, new InstrumentAdvice<long> { HistogramBucketBoundaries = Calls });

    private static readonly Histogram<long> InvocationTools = Meter.CreateHistogram(
        "gen_ai.invoke_agent.tool_calls", "{tool_call}", "How many tools a turn called.", tags: null, new InstrumentAdvice<long> { HistogramBucketBoundaries = Calls });

    private static readonly Histogram<double> ResponseDuration = Seconds(
        "gen_ai.client.inference.duration", "How long the service took to generate a response, from its beginning to its end.", InferenceSeconds);

    private static readonly Histogram<double> ToolDuration = Seconds("gen_ai.execute_tool.duration", "How long tools ran.", InferenceSeconds);

    private static readonly Counter<long> InputTokens = Meter.CreateCounter<long>(
        "gen_ai.client.inference.usage.input_tokens", "{token}", "Tokens that went into responses, those from the cache included.");

    private static readonly Counter<long> CachedTokens = Meter.CreateCounter<long>(
        "gen_ai.client.inference.usage.cache_read.input_tokens", "{token}", "Tokens that went into responses from the service's cache.");

    private static readonly Counter<long> OutputTokens = Meter.CreateCounter<long>(
        "gen_ai.client.inference.usage.output_tokens", "{token}", "Tokens that came out of responses.");

    private static readonly Histogram<long> ResponseInputTokens = PerResponse("gen_ai.client.inference.operation.input_tokens", "Tokens that went into a response.");

    private static readonly Histogram<long> ResponseOutputTokens = PerResponse("gen_ai.client.inference.operation.output_tokens", "Tokens that came out of a response.");

    private static readonly Histogram<long> TokenUsageBefore = PerResponse("gen_ai.client.token.usage", "Tokens of a response.");

    /// <summary>A turn is over.</summary>
    public static void Count(ConversationTurn turn, TimeSpan took, string agent, string? model)
    {
        var tags = new TagList { { "gen_ai.agent.name", agent } };
        InvocationResponses.Record(turn.Responses, tags);
        InvocationTools.Record(turn.ToolCalls, tags);
        if (model is not null)
            tags.Add("gen_ai.request.model", model);
        InvocationDuration.Record(took.TotalSeconds, tags);
        if (turn.Latency is { } latency)
            TurnLatency.Record(latency.TotalSeconds, tags);
    }

    /// <summary>A response has ended.</summary>
    public static void Count(ResponseTelemetry response, TimeSpan? took, string? model)
    {
        var tags = new TagList { { "gen_ai.operation.name", ResponseTelemetry.Operation }, { "gen_ai.provider.name", "openai" } };
        if (model is not null)
            tags.Add("gen_ai.request.model", model);
        foreach ((Counter<long> counter, string modality, long count) in response.Kinds(InputTokens, CachedTokens, OutputTokens))
            counter.Add(count, With(tags, "gen_ai.token.modality", modality));
        if (response.Usage?.InputTokens is { } input)
            TokenUsageBefore.Record(input, With(tags, "gen_ai.token.type", "input"));
        if (response.Usage?.OutputTokens is { } output)
            TokenUsageBefore.Record(output, With(tags, "gen_ai.token.type", "output"));
        if (response.ErrorType is { } error)
            tags.Add("error.type", error);
        ResponseInputTokens.Record(response.Usage?.InputTokens ?? 0, tags);
        ResponseOutputTokens.Record(response.Usage?.OutputTokens ?? 0, tags);
        if (took is { } duration)
            ResponseDuration.Record(duration.TotalSeconds, tags);
    }

    /// <summary>A function has ended.</summary>
    public static void Count(ToolCall call, string agent)
    {
        var tags = new TagList { { "gen_ai.tool.name", call.Name }, { "gen_ai.tool.type", "function" }, { "gen_ai.agent.name", agent } };
        if (ErrorTypeOf(call.Status) is { } error)
            tags.Add("error.type", error);
        ToolDuration.Record(call.Duration.TotalSeconds, tags);
    }

    /// <summary>The assistant was cut off.</summary>
    public static void CountInterruption(string by, string agent) => Interruptions.Add(1, new("by", by), new("gen_ai.agent.name", agent));

    /// <summary>A guardrail has looked at what the assistant says.</summary>
    public static void Count(string guardrail, GuardrailOutcome outcome, string agent) => GuardrailChecks.Add(
        1, new("openai.realtime.webrtc.guardrail.name", guardrail), new("openai.realtime.webrtc.guardrail.outcome", NameOf(outcome)), new("gen_ai.agent.name", agent));

    /// <summary>The user's speech was written down.</summary>
    public static void Count(UsageDetails transcription, string agent)
    {
        foreach ((string name, string type) in new[] { (TokenUsage.TranscriptionInputTokens, "input"), (TokenUsage.TranscriptionOutputTokens, "output") })
        {
            if (transcription.AdditionalCounts?.TryGetValue(name, out long count) == true)
                TranscriptionTokens.Add(count, new("gen_ai.token.type", type), new("gen_ai.agent.name", agent));
        }
    }

    /// <summary>What <c>error.type</c> says of a tool; null of one that gave a result.</summary>
    public static string? ErrorTypeOf(ToolCallStatus status) => status switch
    {
        ToolCallStatus.Failed => "failed",
        ToolCallStatus.TimedOut => "timeout",
        ToolCallStatus.Cancelled => "cancelled",
        ToolCallStatus.Rejected => "rejected",
        _ => null,
    };

    public static string NameOf(GuardrailOutcome outcome) => outcome switch
    {
        GuardrailOutcome.Refused => "refused",
        GuardrailOutcome.Failed => "failed",
        GuardrailOutcome.TimedOut => "timeout",
        GuardrailOutcome.Skipped => "skipped",
        _ => "passed",
    };

    // A copy: the few tags that there are stand in the structure itself.
    private static TagList With(TagList tags, string name, object? value)
    {
        tags.Add(name, value);
        return tags;
    }

    private static Histogram<double> Seconds(string name, string description, double[] bounds) =>
        Meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private static Histogram<long> PerResponse(string name, string description) =>
        Meter.CreateHistogram(name, "{token}", description, tags: null, new InstrumentAdvice<long> { HistogramBucketBoundaries = Tokens });
}
