namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>conversation.item.input_audio_transcription.delta</c>: the next piece of what the user said.</summary>
public sealed record ConversationItemInputAudioTranscriptionDelta : ServerEvent
{
    /// <summary>The user's item.</summary>
    public required string ItemId { get; init; }

    /// <summary>The part of the item.</summary>
    public int ContentIndex { get; init; }

    /// <summary>The piece of text; null when the event only carries something else.</summary>
    public string? Delta { get; init; }

    private protected override string WireName => "conversation.item.input_audio_transcription.delta";
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

    /// <summary>What the transcription is billed by, as JSON.</summary>
    public RawJson? Usage { get; init; }

    private protected override string WireName => "conversation.item.input_audio_transcription.completed";

    private protected override string? Gist => Transcript;
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
}
