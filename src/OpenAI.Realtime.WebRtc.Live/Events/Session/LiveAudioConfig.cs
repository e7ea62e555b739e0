using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary><c>audio</c>: how a session sounds.</summary>
public sealed record LiveAudioConfig : IHasUnknownFields
{
    /// <summary>What the model sounds like. Default: not set.</summary>
    public Optional<LiveAudioOutput?> Output { get; set; }

    /// <summary>The format on a WebSocket; refused over WebRTC, where it is Opus. Default: not set.</summary>
    public Optional<LiveAudioFormat?> Format { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>output</c>: what the model sounds like.</summary>
public sealed record LiveAudioOutput : IHasUnknownFields
{
    /// <summary>The voice. Default: not set, <c>marin</c>.</summary>
    public OptionalValue<LiveVoice> Voice { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>format</c>: how audio is written on a WebSocket.</summary>
public sealed record LiveAudioFormat : IHasUnknownFields
{
    /// <summary><c>audio/pcm</c>, <c>audio/pcmu</c> or <c>audio/pcma</c>.</summary>
    public string? Type { get; set; }

    /// <summary>Samples a second: 16000 or 24000 for PCM, 8000 for the others. Default: not set.</summary>
    public Optional<int?> Rate { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}
