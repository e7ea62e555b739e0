using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Live.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>
/// <c>delegation</c>: who does the work that the voice model hands over. The same types change the settings of a running session (<see cref="LiveSessionChanges"/>), with nothing set but what is to change.
/// </summary>
[JsonConverter(typeof(LiveDelegationConfigConverter))]
public abstract record LiveDelegationConfig : IHasUnknownFields
{
    private protected LiveDelegationConfig()
    {
    }

    /// <summary>The kind on the wire; null where it is missing.</summary>
    public abstract string? Type { get; }

    /// <summary>How long the model waits before it says by itself that it is at work. Every text that is appended meanwhile drops that. Default: not set, 0; for Decisions 400 ms.</summary>
    [JsonPropertyName("acknowledgement_delay_ms")]
    public Optional<TimeSpan?> AcknowledgementDelay { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>client</c>: your program. It takes what is asked for from the transcript, and answers with <see cref="LiveThinkingAppend"/> and <see cref="LiveCommentaryAppend"/>.</summary>
public sealed record LiveClientDelegation : LiveDelegationConfig
{
    /// <inheritdoc/>
    public override string Type => "client";
}

/// <summary><c>responses</c>: a model of the Responses API, which the service runs. It can call functions of yours.</summary>
public sealed record LiveResponsesDelegation : LiveDelegationConfig
{
    /// <inheritdoc/>
    public override string Type => "responses";

    /// <summary>The model and its settings. Needed when a session begins.</summary>
    public Optional<LiveResponsesConfig?> Responses { get; set; }
}

/// <summary><c>decisions</c>: the Decisions model, which answers questions that you have set.</summary>
public sealed record LiveDecisionsDelegation : LiveDelegationConfig
{
    /// <inheritdoc/>
    public override string Type => "decisions";

    /// <summary>The model and its questions. Needed when a session begins.</summary>
    public Optional<LiveDecisionsConfig?> Decisions { get; set; }
}

/// <summary>Delegation in a shape that this version does not know.</summary>
/// <param name="Json">All of it.</param>
public sealed record UnknownLiveDelegation([property: JsonIgnore] RawJson Json) : LiveDelegationConfig, IKeepsJson
{
    /// <inheritdoc/>
    public override string? Type => Json.KindOf();
}

/// <summary><c>responses</c>: a model of the Responses API and how it works.</summary>
public sealed record LiveResponsesConfig : IHasUnknownFields
{
    /// <summary>The model. Needed when a session begins.</summary>
    public Optional<string?> Model { get; set; }

    /// <summary>What it is to do, and how to write: what it writes is read out, so without markup. Default: not set.</summary>
    public Optional<string?> Instructions { get; set; }

    /// <summary>How many tokens an answer may have, at least 16. Default: not set.</summary>
    public Optional<int?> MaxOutputTokens { get; set; }

    /// <summary>Whether it may call several functions at once. Default: not set.</summary>
    public Optional<bool?> ParallelToolCalls { get; set; }

    /// <summary>How much it thinks. Default: not set. A value that the model does not have lets the session begin and the model do nothing.</summary>
    public Optional<LiveReasoning?> Reasoning { get; set; }

    /// <summary>How soon it is run. Default: not set.</summary>
    public OptionalValue<LiveServiceTier> ServiceTier { get; set; }

    /// <summary>How much it writes. Default: not set.</summary>
    public Optional<LiveTextConfig?> Text { get; set; }

    /// <summary>Whether it uses tools, and which. Default: not set.</summary>
    public Optional<LiveToolChoice?> ToolChoice { get; set; }

    /// <summary>Its tools. Default: not set.</summary>
    public OptionalList<LiveTool> Tools { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>reasoning</c>: how much a model thinks.</summary>
public sealed record LiveReasoning : IHasUnknownFields
{
    /// <summary>How much. Default: not set.</summary>
    public OptionalValue<LiveReasoningEffort> Effort { get; set; }

    /// <summary>How it sums up what it thought. Default: not set.</summary>
    public OptionalValue<LiveReasoningSummary> Summary { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>text</c>: how a model writes.</summary>
public sealed record LiveTextConfig : IHasUnknownFields
{
    /// <summary>How much. Default: not set.</summary>
    public OptionalValue<LiveVerbosity> Verbosity { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}
