using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary><c>decision</c>: what the Decisions model has come to.</summary>
public sealed record LiveDecision : IHasUnknownFields
{
    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>The answers, in the order of the questions.</summary>
    public OptionalList<LiveDecisionAnswer> Answers { get; init; }

    /// <summary>The tokens that it took.</summary>
    public LiveDecisionUsage? Usage { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>An answer. Fields that its kind does not have are null.</summary>
public sealed record LiveDecisionAnswer : IHasUnknownFields
{
    /// <summary>What the question asked for; <see cref="LiveDecisionKind.Refusal"/> where there is no answer.</summary>
    public LiveDecisionKind? Type { get; init; }

    /// <summary>The question's name.</summary>
    public string? Name { get; init; }

    /// <summary>How probable it is, 0 to 1, of a <c>predicate</c>.</summary>
    public double? Probability { get; init; }

    /// <summary>The value chosen: a text, true or false; of a <c>choice</c>.</summary>
    public RawJson? Choice { get; init; }

    /// <summary>The score, of a <c>score</c>.</summary>
    public double? Score { get; init; }

    /// <summary>How sure the model is, 0 to 1.</summary>
    public double? Confidence { get; init; }

    /// <summary>How probable each value or level is.</summary>
    public OptionalList<LiveDecisionProbability> Probabilities { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>How probable a value or a level is.</summary>
public sealed record LiveDecisionProbability : IHasUnknownFields
{
    /// <summary>The level's name, of a <c>score</c>.</summary>
    public string? Label { get; init; }

    /// <summary>The value; of a <c>score</c> the level's number.</summary>
    public RawJson? Value { get; init; }

    /// <summary>How probable it is, 0 to 1.</summary>
    public double? Probability { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>usage</c>: the tokens of a decision.</summary>
public sealed record LiveDecisionUsage : IHasUnknownFields
{
    /// <summary>Read by the model.</summary>
    public long? InputTokens { get; init; }

    /// <summary>Of these.</summary>
    public LiveDecisionInputTokens? InputTokensDetails { get; init; }

    /// <summary>Written by the model.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>Of these.</summary>
    public LiveDecisionOutputTokens? OutputTokensDetails { get; init; }

    /// <summary>All.</summary>
    public long? TotalTokens { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>input_tokens_details</c>.</summary>
public sealed record LiveDecisionInputTokens : IHasUnknownFields
{
    /// <summary>Taken from the cache.</summary>
    public long? CachedTokens { get; init; }

    /// <summary>Put into the cache.</summary>
    public long? CacheWriteTokens { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>output_tokens_details</c>.</summary>
public sealed record LiveDecisionOutputTokens : IHasUnknownFields
{
    /// <summary>Thought, and not shown.</summary>
    public long? ReasoningTokens { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}
