using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>transcription</c>: how the user's speech is written down.</summary>
public sealed record InputTranscription : IHasUnknownFields
{
    /// <summary>The model that listens. Default: not set; the service asks for one.</summary>
    public OptionalValue<TranscriptionModel> Model { get; set; }

    /// <summary>The language, as ISO 639-1, which makes it quicker and better. Default: not set.</summary>
    public Optional<string?> Language { get; set; }

    /// <summary>The languages that may be spoken, at least one; for <c>gpt-transcribe</c> and <c>gpt-live-transcribe</c>. Default: not set.</summary>
    public OptionalList<string> Languages { get; set; }

    /// <summary>Words to expect, such as names; for <c>gpt-transcribe</c> and <c>gpt-live-transcribe</c>. Default: not set.</summary>
    public OptionalList<string> Keywords { get; set; }

    /// <summary>What the speech is about; for <c>whisper-1</c> a list of words. Not for <c>gpt-realtime-whisper</c>. Default: not set.</summary>
    public Optional<string?> Prompt { get; set; }

    /// <summary>How long it waits for more speech; for <c>gpt-realtime-whisper</c>. Default: not set.</summary>
    public OptionalValue<TranscriptionDelay> Delay { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}
