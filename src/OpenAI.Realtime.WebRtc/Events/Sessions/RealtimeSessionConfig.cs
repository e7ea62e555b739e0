using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>realtime</c>: the configuration of a conversation with a model.</summary>
public sealed record RealtimeSessionConfig : SessionConfig
{
    /// <inheritdoc/>
    public override string Type => "realtime";

    /// <summary>The model; cannot be changed once a session runs. Default: not set, <see cref="OpenAIRealtimeWebRtcOptions.Model"/>.</summary>
    [JsonPropertyName("model")]
    public OptionalValue<RealtimeModel> Model { get; set; }

    /// <summary>What the model answers with: <c>audio</c> or <c>text</c>, not both. The beta's own <c>["audio","text"]</c> is written for <c>audio</c> there.</summary>
    [JsonPropertyName("output_modalities")]
    public OptionalList<OutputModality> OutputModalities { get; set; }

    /// <summary>What the model is told; an empty text clears.</summary>
    [JsonPropertyName("instructions")]
    public Optional<string?> Instructions { get; set; }

    /// <summary>How audio in <see cref="InputAudioBufferAppend"/> is encoded. Of no consequence over WebRTC.</summary>
    [JsonPropertyName("audio.input.format")]
    public Optional<AudioEncoding?> InputFormat { get; set; }

    /// <summary>Whether and how the user's speech is written down; null switches it off.</summary>
    [JsonPropertyName("audio.input.transcription")]
    public Optional<InputTranscription?> InputTranscription { get; set; }

    /// <summary>Whether noise is taken out of the user's speech; null switches it off.</summary>
    [JsonPropertyName("audio.input.noise_reduction")]
    public Optional<NoiseReduction?> NoiseReduction { get; set; }

    /// <summary>Who decides when the user's turn is over; null leaves it to the client (push to talk).</summary>
    [JsonPropertyName("audio.input.turn_detection")]
    public Optional<TurnDetection?> TurnDetection { get; set; }

    /// <summary>How audio in events of the service is encoded. Of no consequence over WebRTC.</summary>
    [JsonPropertyName("audio.output.format")]
    public Optional<AudioEncoding?> OutputFormat { get; set; }

    /// <summary>The voice; fixed once the model has spoken.</summary>
    [JsonPropertyName("audio.output.voice")]
    public OptionalValue<Voice> Voice { get; set; }

    /// <summary>How fast the model speaks, 0.25 to 1.5; 1 is normal. Changed between turns only.</summary>
    [JsonPropertyName("audio.output.speed")]
    public Optional<double?> Speed { get; set; }

    /// <summary>What to send beside the usual, such as how sure the transcription is.</summary>
    [JsonPropertyName("include")]
    public OptionalList<SessionInclude> Include { get; set; }

    /// <summary>Whether the session is recorded on the traces dashboard; null switches it off.</summary>
    [JsonPropertyName("tracing")]
    public Optional<Tracing?> Tracing { get; set; }

    /// <summary>The tools; an empty list clears.</summary>
    [JsonPropertyName("tools")]
    public OptionalList<SessionTool> Tools { get; set; }

    /// <summary>Whether the model uses tools, and which. Default: not set (auto).</summary>
    [JsonPropertyName("tool_choice")]
    public Optional<ToolChoice?> ToolChoice { get; set; }

    /// <summary>Whether the model may call several tools at once. For models that reason.</summary>
    [JsonPropertyName("parallel_tool_calls")]
    public Optional<bool?> ParallelToolCalls { get; set; }

    /// <summary>How the model thinks before it answers. For models that do.</summary>
    [JsonPropertyName("reasoning")]
    public Optional<ReasoningOptions?> Reasoning { get; set; }

    /// <summary>How many tokens one answer may have; <c>max_response_output_tokens</c> in the beta. Default: not set (unlimited).</summary>
    [JsonPropertyName("max_output_tokens")]
    public OutputLimit MaxOutputTokens { get; set; }

    /// <summary>What happens when the conversation outgrows the model's window. Default: not set (auto).</summary>
    [JsonPropertyName("truncation")]
    public Optional<Truncation?> Truncation { get; set; }

    /// <summary>A prompt stored at the service; null for none.</summary>
    [JsonPropertyName("prompt")]
    public Optional<PromptTemplate?> Prompt { get; set; }

    internal override string? ModelName => Model.Value?.Value;

    internal override bool HasSettings => this != new RealtimeSessionConfig();

    internal override SessionConfig ForCall(string model) => this with { Model = model };

    internal override SessionConfig ForUpdate() => this with { Model = default };
}
