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

    private protected override string Gist => $"at {EventText.Of(AudioStart)}";
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

    private protected override string Gist => $"at {EventText.Of(AudioEnd)}";
}

/// <summary>
/// <c>input_audio_buffer.timeout_triggered</c>: the user has said nothing for as long as the idle timeout of <c>server_vad</c> allows; the model answers the silence.
/// </summary>
public sealed record InputAudioBufferTimeoutTriggered : ServerEvent
{
    /// <summary>Where the silence begins, since the session's audio began.</summary>
    [JsonPropertyName("audio_start_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan AudioStart { get; init; }

    /// <summary>Where it ends, since the session's audio began.</summary>
    [JsonPropertyName("audio_end_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan AudioEnd { get; init; }

    /// <summary>The item that the silence becomes.</summary>
    public string? ItemId { get; init; }

    private protected override string WireName => "input_audio_buffer.timeout_triggered";

    private protected override string Gist => $"from {EventText.Of(AudioStart)} to {EventText.Of(AudioEnd)}";
}

/// <summary><c>input_audio_buffer.committed</c>: what was heard has become an item.</summary>
public sealed record InputAudioBufferCommitted : ServerEvent
{
    /// <summary>The item before it; null for the first.</summary>
    public string? PreviousItemId { get; init; }

    /// <summary>The item.</summary>
    public required string ItemId { get; init; }

    private protected override string WireName => "input_audio_buffer.committed";

    private protected override string Gist => ItemId;
}

/// <summary><c>input_audio_buffer.cleared</c>: what was heard and not committed has been dropped.</summary>
public sealed record InputAudioBufferCleared : ServerEvent
{
    private protected override string WireName => "input_audio_buffer.cleared";
}

/// <summary><c>input_audio_buffer.dtmf_event_received</c> (telephony only): the user has pressed a key. Comes without an event id.</summary>
public sealed record InputAudioBufferDtmfEventReceived : ServerEvent
{
    /// <summary>The key: <c>0</c> to <c>9</c>, <c>*</c>, <c>#</c>, <c>A</c> to <c>D</c>.</summary>
    public required string Event { get; init; }

    /// <summary>When the service received it, to the second.</summary>
    [JsonConverter(typeof(UnixTimeConverter))]
    public DateTimeOffset ReceivedAt { get; init; }

    private protected override string WireName => "input_audio_buffer.dtmf_event_received";

    private protected override string Gist => Event;
}
