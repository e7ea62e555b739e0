using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>input_audio_buffer.speech_started</c>: the service hears the user speak.</summary>
public sealed record InputAudioBufferSpeechStarted : ServerEvent
{
    /// <summary>Since the session's audio began.</summary>
    [JsonPropertyName("audio_start_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan AudioStart { get; init; }

    /// <summary>The item that the speech will become.</summary>
    public string? ItemId { get; init; }

    private protected override string WireName => "input_audio_buffer.speech_started";
}

/// <summary><c>input_audio_buffer.speech_stopped</c>: the user has stopped speaking.</summary>
public sealed record InputAudioBufferSpeechStopped : ServerEvent
{
    /// <summary>Since the session's audio began.</summary>
    [JsonPropertyName("audio_end_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan AudioEnd { get; init; }

    /// <summary>The item that the speech will become.</summary>
    public string? ItemId { get; init; }

    private protected override string WireName => "input_audio_buffer.speech_stopped";
}

/// <summary><c>input_audio_buffer.committed</c>: what was heard has become an item.</summary>
public sealed record InputAudioBufferCommitted : ServerEvent
{
    /// <summary>The item before it; null for the first.</summary>
    public string? PreviousItemId { get; init; }

    /// <summary>The item.</summary>
    public required string ItemId { get; init; }

    private protected override string WireName => "input_audio_buffer.committed";
}

/// <summary><c>input_audio_buffer.cleared</c>: what was heard and not committed has been dropped.</summary>
public sealed record InputAudioBufferCleared : ServerEvent
{
    private protected override string WireName => "input_audio_buffer.cleared";
}
