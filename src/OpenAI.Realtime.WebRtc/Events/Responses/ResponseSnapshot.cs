using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>realtime.response</c>: a response as it stands. The service may leave any field out. Flat here, and in the beta; nested on the wire of today.</summary>
public sealed record ResponseSnapshot : IHasExtraProperties
{
    private JsonTree _extra; // a field of a type with value equality, so that the record has it too

    /// <summary>The response's id, such as <c>resp_…</c>.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; set; }

    /// <summary><c>realtime.response</c>, where the service says so.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; set; }

    /// <summary>How far it is, or how it ended.</summary>
    [JsonPropertyName("status")]
    public ResponseState? Status { get; set; }

    /// <summary>Why it is cancelled, failed or incomplete; null while it runs.</summary>
    [JsonPropertyName("status_details")]
    public ResponseStatusDetails? StatusDetails { get; set; }

    /// <summary>What the model has produced.</summary>
    [JsonPropertyName("output")]
    public OptionalList<ConversationItem> Output { get; set; }

    /// <summary>The conversation that it belongs to; null for none.</summary>
    [JsonPropertyName("conversation_id")]
    public string? ConversationId { get; set; }

    /// <summary>What the model answers with.</summary>
    [JsonPropertyName("output_modalities")]
    public OptionalList<OutputModality> OutputModalities { get; set; }

    /// <summary>How many tokens it may have at most.</summary>
    [JsonPropertyName("max_output_tokens")]
    public OutputLimit MaxOutputTokens { get; set; }

    /// <summary>The format of the audio.</summary>
    [JsonPropertyName("audio.output.format")]
    public AudioEncoding? OutputAudioFormat { get; set; }

    /// <summary>The voice.</summary>
    [JsonPropertyName("audio.output.voice")]
    public Voice? Voice { get; set; }

    /// <summary>How freely the model chooses its words; the beta alone.</summary>
    [JsonPropertyName("temperature")]
    public double? Temperature { get; set; }

    /// <summary>What the client gave <c>response.create</c> to know the response by; null for nothing.</summary>
    [JsonPropertyName("metadata")]
    public StringMap? Metadata { get; set; }

    /// <summary>What it is billed by; null while it runs.</summary>
    [JsonPropertyName("usage")]
    public ResponseUsage? Usage { get; set; }

    /// <summary>Fields that this version does not know, and those that came as null, in the shape in which they were received. Null when there are none.</summary>
    [JsonIgnore]
    public JsonObject? ExtraProperties
    {
        get => _extra.Json;
        set => _extra = new JsonTree(value);
    }

    /// <summary>All that the model wrote or said, one item a line.</summary>
    [JsonIgnore]
    public string Text => string.Join('\n', Output.OfType<MessageItem>().Select(item => item.Text).Where(text => text.Length > 0));

    /// <summary>The functions that the model calls: each wants a <see cref="ConversationItem.FunctionOutput"/>.</summary>
    [JsonIgnore]
    public IEnumerable<FunctionCallItem> FunctionCalls => Output.OfType<FunctionCallItem>();

    /// <summary>The state, why, what it took, and what the model said.</summary>
    public override string ToString()
    {
        string?[] parts = [Status?.Value, StatusDetails?.ToString(), Usage?.ToString(), Text];
        return EventText.Short(string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part))));
    }
}

/// <summary><c>status_details</c>: why a response is cancelled, failed or incomplete.</summary>
public sealed record ResponseStatusDetails : IHasUnknownFields
{
    /// <summary>The state again.</summary>
    public ResponseState? Type { get; init; }

    /// <summary>Why it was cut off; null when it was not.</summary>
    public ResponseEndReason? Reason { get; init; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public ErrorDetails? Error { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The reason or the error.</summary>
    public override string ToString() => Error?.ToString() ?? Reason?.Value ?? "";
}
