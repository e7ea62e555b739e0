using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>transcription</c>: the configuration of a session that only writes down what is said. In the beta it is sent as <c>transcription_session.update</c>.</summary>
public sealed record TranscriptionSessionConfig : SessionConfig
{
    /// <inheritdoc/>
    public override string Type => "transcription";

    /// <summary>How audio in <see cref="InputAudioBufferAppend"/> is encoded. Of no consequence over WebRTC.</summary>
    [JsonPropertyName("audio.input.format")]
    public Optional<AudioEncoding?> InputFormat { get; set; }

    /// <summary>
    /// How the speech is written down. Default: not set, and then a call that is opened with it asks for <c>gpt-transcribe</c>, as it does when this names no model: without one the service would write nothing. Null
    /// is sent as it is.
    /// </summary>
    [JsonPropertyName("audio.input.transcription")]
    public Optional<InputTranscription?> InputTranscription { get; set; }

    /// <summary>Whether noise is taken out of the speech; null switches it off.</summary>
    [JsonPropertyName("audio.input.noise_reduction")]
    public Optional<NoiseReduction?> NoiseReduction { get; set; }

    /// <summary>Who decides when a turn is over; null leaves it to the client, as <c>gpt-realtime-whisper</c> wants it.</summary>
    [JsonPropertyName("audio.input.turn_detection")]
    public Optional<TurnDetection?> TurnDetection { get; set; }

    /// <summary>What to send beside the usual, such as how sure the transcription is.</summary>
    [JsonPropertyName("include")]
    public OptionalList<SessionInclude> Include { get; set; }

    internal override bool HasSettings => this != new TranscriptionSessionConfig();

    // A session that only writes down is of no use without a model that does.
    internal override SessionConfig ForCall(string model)
    {
        if (InputTranscription is { IsSet: true, Value: null } || InputTranscription.Value?.Model.IsSet == true)
            return this;
        return this with { InputTranscription = (InputTranscription.Value ?? new InputTranscription()) with { Model = TranscriptionModel.GptTranscribe } };
    }
}
