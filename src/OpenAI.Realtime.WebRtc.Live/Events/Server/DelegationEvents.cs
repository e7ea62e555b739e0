using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>
/// <c>session.delegation.created</c>: the voice model hands something over. It does not say what: that stands in the transcript up to here, and in what of the sentence is still to come.
/// </summary>
public sealed record LiveDelegationCreated : LiveServerEvent
{
    /// <summary>Where on the session's clock; may lie in the past. Null where the service does not say.</summary>
    [JsonPropertyName("offset_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Offset { get; init; }

    /// <summary>What was handed over, and to whom.</summary>
    public required LiveDelegation Delegation { get; init; }

    private protected override string WireName => "session.delegation.created";

    private protected override string Gist => $"{Delegation.Id} to {Delegation.Target}";
}

/// <summary><c>delegation</c>: something that the voice model has handed over.</summary>
public sealed record LiveDelegation : IHasUnknownFields
{
    /// <summary>Its id, to be named in the texts that answer it.</summary>
    public required string Id { get; init; }

    /// <summary><c>delegation</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Who is to do it.</summary>
    public LiveDelegationTarget? Target { get; init; }

    /// <summary>The response that works on it, where the service runs one.</summary>
    public string? ResponseId { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>response.event</c>: an event of the Responses API, of a model that the service runs for a delegation or for your own <see cref="LiveResponseCreate"/>.</summary>
public sealed record LiveResponseEvent : LiveServerEvent
{
    /// <summary>The event, as that API has it: an object with a <c>type</c> such as <c>response.output_item.done</c>.</summary>
    public required RawJson Event { get; init; }

    /// <summary>The delegation that it belongs to, by which events of one task are known; null where your own <see cref="LiveResponseCreate"/> began it.</summary>
    public string? DelegationId { get; init; }

    /// <summary>The name of <see cref="Event"/>, such as <c>response.completed</c>; null where it has none.</summary>
    [JsonIgnore]
    public string? EventType => Event.KindOf();

    private protected override string WireName => "response.event";

    private protected override string? Gist => EventType;
}
