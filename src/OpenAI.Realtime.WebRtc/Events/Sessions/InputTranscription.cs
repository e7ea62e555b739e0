using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>transcription</c>: how the user's speech is written down.</summary>
public sealed record InputTranscription : IHasUnknownFields
{
    /// <summary>The model that listens. Default: not set; the service asks for one.</summary>
    public OptionalValue<TranscriptionModel> Model { get; set; }

    /// <summary>The language, as ISO 639-1, which makes it quicker and better. Default: not set.</summary>
    public Optional<string> Language { get; set; }

    /// <summary>Words to expect. Default: not set.</summary>
    public Optional<string> Prompt { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}
