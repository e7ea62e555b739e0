using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary><c>decisions</c>: the Decisions model and what it is asked. The key needs the permission <c>api.decisions.write</c>.</summary>
public sealed record LiveDecisionsConfig : IHasUnknownFields
{
    /// <summary>The model, such as <c>gpt-6-luna</c>; not in a trigger. Needed when a session begins.</summary>
    public Optional<string?> Model { get; set; }

    /// <summary>The questions, which are answered in this order. Needed when a session begins.</summary>
    public OptionalList<LiveDecisionQuestion> Questions { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>A question to the Decisions model. Fields that its kind does not have are not set.</summary>
public sealed record LiveDecisionQuestion : IHasUnknownFields
{
    /// <summary>What it asks for.</summary>
    public LiveDecisionKind? Type { get; init; }

    /// <summary>By which its answer is known. Default: not set.</summary>
    public Optional<string?> Name { get; init; }

    /// <summary>The question.</summary>
    public LiveContent? Instructions { get; init; }

    /// <summary>The values, of a <c>choice</c>.</summary>
    public OptionalList<LiveDecisionChoice> Choices { get; init; }

    /// <summary>The levels, of a <c>score</c>, from the lowest.</summary>
    public OptionalList<LiveDecisionLevel> Levels { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary><c>predicate</c>: how probable is it that this holds?</summary>
    public static LiveDecisionQuestion Predicate(LiveContent instructions, string? name = null) => Ask(LiveDecisionKind.Predicate, instructions, name);

    /// <summary><c>choice</c>: which of these?</summary>
    public static LiveDecisionQuestion Choice(LiveContent instructions, OptionalList<LiveDecisionChoice> choices, string? name = null) =>
        Ask(LiveDecisionKind.Choice, instructions, name) with { Choices = choices };

    /// <summary><c>score</c>: how much?</summary>
    public static LiveDecisionQuestion Score(LiveContent instructions, OptionalList<LiveDecisionLevel> levels, string? name = null) =>
        Ask(LiveDecisionKind.Score, instructions, name) with { Levels = levels };

    private static LiveDecisionQuestion Ask(LiveDecisionKind kind, LiveContent instructions, string? name)
    {
        ArgumentNullException.ThrowIfNull(instructions);
        return new LiveDecisionQuestion { Type = kind, Instructions = instructions, Name = name is null ? default : name };
    }
}

/// <summary>A value to choose.</summary>
public sealed record LiveDecisionChoice : IHasUnknownFields
{
    /// <summary>The value: a text, true or false.</summary>
    public RawJson? Value { get; init; }

    /// <summary>What it stands for. Default: not set.</summary>
    public Optional<string?> Description { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>A level of a score.</summary>
public sealed record LiveDecisionLevel : IHasUnknownFields
{
    /// <summary>Its name.</summary>
    public string? Label { get; init; }

    /// <summary>What it stands for. Default: not set.</summary>
    public Optional<string?> Description { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>Asks the Decisions model whenever an event of some kind comes, whoever does the work that is handed over.</summary>
public sealed record LiveDecisionTrigger : IHasUnknownFields
{
    /// <summary><c>decisions</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The event on which it asks.</summary>
    public LiveTranscriptEvent? EventType { get; init; }

    /// <summary>What it asks; without a model.</summary>
    public LiveDecisionsConfig? Decisions { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>Asks <paramref name="questions"/> on each event of a kind.</summary>
    public static LiveDecisionTrigger On(LiveTranscriptEvent eventType, OptionalList<LiveDecisionQuestion> questions) =>
        new() { Type = "decisions", EventType = eventType, Decisions = new LiveDecisionsConfig { Questions = questions } };
}
