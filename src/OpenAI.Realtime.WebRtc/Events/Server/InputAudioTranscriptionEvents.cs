using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>conversation.item.input_audio_transcription.delta</c>: the next piece of what the user said.</summary>
public sealed record ConversationItemInputAudioTranscriptionDelta : ServerEvent
{
    /// <summary>The user's item.</summary>
    public required string ItemId { get; init; }

    /// <summary>The part of the item; null where the service does not say.</summary>
    public int? ContentIndex { get; init; }

    /// <summary>The piece of text; null when the event only carries something else.</summary>
    public string? Delta { get; init; }

    /// <summary>How sure the model is of each token, where the session asks for it with <c>item.input_audio_transcription.logprobs</c>.</summary>
    [JsonPropertyName("logprobs")]
    public OptionalList<TokenLogProbability> LogProbabilities { get; init; }

    /// <summary>Noise that hides the length of the piece from who watches the traffic; of no meaning.</summary>
    public string? Obfuscation { get; init; }

    private protected override string WireName => "conversation.item.input_audio_transcription.delta";

    private protected override string? Gist => Delta;
}

/// <summary>
/// <c>conversation.item.input_audio_transcription.completed</c>: what the user said. May come before or after the events of the response to it.
/// </summary>
public sealed record ConversationItemInputAudioTranscriptionCompleted : ServerEvent
{
    /// <summary>The user's item.</summary>
    public required string ItemId { get; init; }

    /// <summary>The part of the item.</summary>
    public int ContentIndex { get; init; }

    /// <summary>What was said.</summary>
    public required string Transcript { get; init; }

    /// <summary>The languages that were spoken, where the model tells them.</summary>
    public OptionalList<TranscriptionLanguage> Languages { get; init; }

    /// <summary>How sure the model is of each token, where the session asks for it with <c>item.input_audio_transcription.logprobs</c>.</summary>
    [JsonPropertyName("logprobs")]
    public OptionalList<TokenLogProbability> LogProbabilities { get; init; }

    /// <summary>What the transcription is billed by: apart from, and not by the price of, the model that answers.</summary>
    public TranscriptionUsage? Usage { get; init; }

    private protected override string WireName => "conversation.item.input_audio_transcription.completed";

    private protected override string Gist => Transcript;
}

/// <summary><c>conversation.item.input_audio_transcription.segment</c>: a stretch of what was said, by one speaker; from models that tell speakers apart.</summary>
public sealed record ConversationItemInputAudioTranscriptionSegment : ServerEvent
{
    /// <summary>The user's item.</summary>
    public required string ItemId { get; init; }

    /// <summary>The part of the item.</summary>
    public int ContentIndex { get; init; }

    /// <summary>What was said.</summary>
    public required string Text { get; init; }

    /// <summary>The segment's id.</summary>
    public string? Id { get; init; }

    /// <summary>Who said it: a name of the model's, the same for the same voice.</summary>
    public string? Speaker { get; init; }

    /// <summary>Where the segment begins in the audio.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Start { get; init; }

    /// <summary>Where it ends.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan End { get; init; }

    private protected override string WireName => "conversation.item.input_audio_transcription.segment";

    private protected override string Gist => $"{Speaker}: {Text}";
}

/// <summary><c>conversation.item.input_audio_transcription.failed</c>: what the user said could not be transcribed. The conversation goes on.</summary>
public sealed record ConversationItemInputAudioTranscriptionFailed : ServerEvent
{
    /// <summary>The user's item.</summary>
    public required string ItemId { get; init; }

    /// <summary>The part of the item.</summary>
    public int ContentIndex { get; init; }

    /// <summary>Why.</summary>
    public required ErrorDetails Error { get; init; }

    private protected override string WireName => "conversation.item.input_audio_transcription.failed";

    private protected override string Gist => Error.ToString();
}
