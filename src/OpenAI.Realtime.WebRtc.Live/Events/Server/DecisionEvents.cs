using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary><c>decision.event</c>: the Decisions model has answered its questions: for a delegation, for a trigger, or for your own <see cref="LiveDecisionCreate"/>.</summary>
public sealed record LiveDecisionEvent : LiveServerEvent
{
    /// <summary>What it has come to.</summary>
    public required LiveDecisionCompleted Event { get; init; }

    /// <summary>The delegation that asked; null where none did.</summary>
    public string? DelegationId { get; init; }

    /// <summary>The trigger that asked; null where none did.</summary>
    public string? TriggerId { get; init; }

    /// <summary>The event that set the trigger off; null where none did.</summary>
    public string? SourceEventId { get; init; }

    /// <summary>The name of that event.</summary>
    public LiveTranscriptEvent? SourceEventType { get; init; }

    private protected override string WireName => "decision.event";

    private protected override string? Gist => Event.Type;
}

/// <summary><c>decision.completed</c>: a decision.</summary>
public sealed record LiveDecisionCompleted : IHasUnknownFields
{
    /// <summary><c>decision.completed</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The decision; null in an event of another kind, whose members then stand in <see cref="AdditionalProperties"/>.</summary>
    public LiveDecision? Decision { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>decision.item.created</c>: answers <see cref="LiveDecisionItemCreate"/>.</summary>
public sealed record LiveDecisionItemCreated : LiveServerEvent
{
    /// <summary>The item, with its id.</summary>
    public required LiveDecisionItem Item { get; init; }

    private protected override string WireName => "decision.item.created";

    private protected override string? Gist => Item.Id;
}

/// <summary><c>decision.item.deleted</c>: answers <see cref="LiveDecisionItemDelete"/>.</summary>
public sealed record LiveDecisionItemDeleted : LiveServerEvent
{
    /// <summary>The item.</summary>
    public required string ItemId { get; init; }

    private protected override string WireName => "decision.item.deleted";

    private protected override string Gist => ItemId;
}
