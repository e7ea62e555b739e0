using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// <c>translation</c>: the configuration of a session that says in another language what is said. A client writes no <c>type</c> in it; a configuration
/// without one is therefore read as this.
/// </summary>
public sealed record TranslationSessionConfig : SessionConfig
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "translation";

    /// <summary>The model; cannot be changed once a session runs. Default: not set, <c>gpt-realtime-translate</c>.</summary>
    [JsonPropertyName("model")]
    public OptionalValue<TranslationModel> Model { get; set; }

    /// <summary>Whether and with which model the speech is written down; null switches it off.</summary>
    [JsonPropertyName("audio.input.transcription")]
    public Optional<InputTranscription?> InputTranscription { get; set; }

    /// <summary>Whether noise is taken out of the speech; null switches it off.</summary>
    [JsonPropertyName("audio.input.noise_reduction")]
    public Optional<NoiseReduction?> NoiseReduction { get; set; }

    /// <summary>The language to translate into, such as <c>es</c>.</summary>
    [JsonPropertyName("audio.output.language")]
    public Optional<string?> OutputLanguage { get; set; }

    internal override string ModelName => (Model.Value ?? TranslationModel.GptRealtimeTranslate).Value;

    internal override bool HasSettings => this != new TranslationSessionConfig();

    internal override SessionConfig ForCall(string model) => this with { Model = model };

    internal override SessionConfig ForUpdate() => this with { Model = default };
}
