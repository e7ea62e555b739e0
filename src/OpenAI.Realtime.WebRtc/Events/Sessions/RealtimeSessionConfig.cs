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
    public Optional<string> Instructions { get; set; }

    /// <summary>Whether and how the user's speech is written down; null switches it off.</summary>
    [JsonPropertyName("audio.input.transcription")]
    public Optional<InputTranscription?> InputTranscription { get; set; }

    /// <summary>Whether noise is taken out of the user's speech; null switches it off.</summary>
    [JsonPropertyName("audio.input.noise_reduction")]
    public Optional<NoiseReduction?> NoiseReduction { get; set; }

    /// <summary>Who decides when the user's turn is over; null leaves it to the client (push to talk).</summary>
    [JsonPropertyName("audio.input.turn_detection")]
    public Optional<TurnDetection?> TurnDetection { get; set; }

    /// <summary>The voice; fixed once the model has spoken.</summary>
    [JsonPropertyName("audio.output.voice")]
    public OptionalValue<Voice> Voice { get; set; }

    /// <summary>How fast the model speaks, 0.25 to 1.5; 1 is normal.</summary>
    [JsonPropertyName("audio.output.speed")]
    public Optional<double> Speed { get; set; }

    /// <summary>The tools; an empty list clears.</summary>
    [JsonPropertyName("tools")]
    public OptionalList<RawJson> Tools { get; set; }

    internal override string? ModelName => Model.Value?.Value;

    internal override bool HasSettings => this != new RealtimeSessionConfig();

    internal override SessionConfig ForCall(string model) => this with { Model = model };

    internal override SessionConfig ForUpdate() => this with { Model = default };
}
