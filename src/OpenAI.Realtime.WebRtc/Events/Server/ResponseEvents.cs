using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>response.created</c>: the model begins a response.</summary>
public sealed record ResponseCreated : ServerEvent
{
    /// <summary>The response as it stands.</summary>
    public required ResponseSnapshot Response { get; init; }

    private protected override string WireName => "response.created";
}

/// <summary><c>response.done</c>: the response has ended, however it ended. Its audio may still be on its way; see <see cref="OutputAudioBufferStopped"/>.</summary>
public sealed record ResponseDone : ServerEvent
{
    /// <summary>The response, with all its items and without audio.</summary>
    public required ResponseSnapshot Response { get; init; }

    private protected override string WireName => "response.done";

    private protected override string? Gist => Response.Status?.Value;
}

/// <summary>A response as it stands. What has no property of its own stands in <see cref="AdditionalProperties"/>.</summary>
public sealed record ResponseSnapshot : IHasUnknownFields
{
    /// <summary>The response's id, such as <c>resp_…</c>.</summary>
    public string? Id { get; init; }

    /// <summary><c>in_progress</c>, <c>completed</c>, <c>cancelled</c>, <c>failed</c> or <c>incomplete</c>.</summary>
    public ResponseState? Status { get; init; }

    /// <summary>Why it is cancelled, failed or incomplete, as JSON.</summary>
    public RawJson? StatusDetails { get; init; }

    /// <summary>What the model has produced.</summary>
    public OptionalList<ConversationItem> Output { get; init; }

    /// <summary>The conversation that it belongs to; null for none.</summary>
    public string? ConversationId { get; init; }

    /// <summary>What it is billed by, as JSON.</summary>
    public RawJson? Usage { get; init; }

    /// <summary>Every other field.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>response.output_item.added</c>: the response has a new item.</summary>
public sealed record ResponseOutputItemAdded : ServerEvent
{
    /// <summary>The response.</summary>
    public required string ResponseId { get; init; }

    /// <summary>The item's place in the response.</summary>
    public int OutputIndex { get; init; }

    /// <summary>The item.</summary>
    public required ConversationItem Item { get; init; }

    private protected override string WireName => "response.output_item.added";
}

/// <summary><c>response.output_item.done</c>: an item of the response is complete.</summary>
public sealed record ResponseOutputItemDone : ServerEvent
{
    /// <summary>The response.</summary>
    public required string ResponseId { get; init; }

    /// <summary>The item's place in the response.</summary>
    public int OutputIndex { get; init; }

    /// <summary>The item.</summary>
    public required ConversationItem Item { get; init; }

    private protected override string WireName => "response.output_item.done";
}
