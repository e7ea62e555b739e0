using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>response</c> of <c>response.create</c>: what holds for one response, in place of the session's configuration. Only what is set is sent.</summary>
public sealed record ResponseParameters : IHasExtraProperties
{
    private JsonTree _extra;

    /// <summary>What the model answers with: <c>audio</c> or <c>text</c>, not both.</summary>
    [JsonPropertyName("output_modalities")]
    public OptionalList<OutputModality> OutputModalities { get; set; }

    /// <summary>What the model is told, in place of the session's instructions.</summary>
    [JsonPropertyName("instructions")]
    public Optional<string?> Instructions { get; set; }

    /// <summary>How audio in events of the service is encoded. Of no consequence over WebRTC.</summary>
    [JsonPropertyName("audio.output.format")]
    public Optional<AudioEncoding?> OutputFormat { get; set; }

    /// <summary>The voice; fixed once the model has spoken.</summary>
    [JsonPropertyName("audio.output.voice")]
    public OptionalValue<Voice> Voice { get; set; }

    /// <summary>The tools for this response.</summary>
    [JsonPropertyName("tools")]
    public OptionalList<SessionTool> Tools { get; set; }

    /// <summary>Whether the model uses tools, and which.</summary>
    [JsonPropertyName("tool_choice")]
    public Optional<ToolChoice?> ToolChoice { get; set; }

    /// <summary>Whether the model may call several tools at once. For models that reason.</summary>
    [JsonPropertyName("parallel_tool_calls")]
    public Optional<bool?> ParallelToolCalls { get; set; }

    /// <summary>How the model thinks before it answers. For models that do.</summary>
    [JsonPropertyName("reasoning")]
    public Optional<ReasoningOptions?> Reasoning { get; set; }

    /// <summary>How many tokens the answer may have; <c>max_response_output_tokens</c> in the beta.</summary>
    [JsonPropertyName("max_output_tokens")]
    public OutputLimit MaxOutputTokens { get; set; }

    /// <summary>Whether the response belongs to the conversation (<c>auto</c>, the service's default) or stands beside it (<c>none</c>).</summary>
    [JsonPropertyName("conversation")]
    public OptionalValue<ResponseConversation> Conversation { get; set; }

    /// <summary>Up to 16 texts by which to know the response again; names of at most 64 characters, values of at most 512.</summary>
    [JsonPropertyName("metadata")]
    public Optional<StringMap?> Metadata { get; set; }

    /// <summary>A prompt stored at the service; null for none.</summary>
    [JsonPropertyName("prompt")]
    public Optional<PromptTemplate?> Prompt { get; set; }

    /// <summary>What the model is to go by in place of the conversation; an empty list is nothing. May refer to items by <c>item_reference</c>.</summary>
    [JsonPropertyName("input")]
    public OptionalList<ConversationItem> Input { get; set; }

    /// <summary>Any other field, in the shape of the dialect that is used; laid over the rest, member by member. Default: null.</summary>
    [JsonIgnore]
    public JsonObject? ExtraProperties
    {
        get => _extra.Json;
        set => _extra = new JsonTree(value);
    }

    /// <summary>The parameters as JSON, without credentials, long texts cut.</summary>
    public override string ToString() => ShownJson.Of(JsonSerializer.SerializeToUtf8Bytes(this, EventsJson.Ga.Of<ResponseParameters>()));
}
