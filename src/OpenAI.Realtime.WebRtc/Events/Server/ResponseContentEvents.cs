namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>An event about one item of a response.</summary>
public abstract record ResponseItemEvent : ServerEvent
{
    private protected ResponseItemEvent()
    {
    }

    /// <summary>The response.</summary>
    public required string ResponseId { get; init; }

    /// <summary>The item.</summary>
    public required string ItemId { get; init; }

    /// <summary>The item's place in the response.</summary>
    public int OutputIndex { get; init; }
}

/// <summary>An event about one part of one item of a response.</summary>
public abstract record ResponseContentEvent : ResponseItemEvent
{
    private protected ResponseContentEvent()
    {
    }

    /// <summary>The part's place in the item.</summary>
    public int ContentIndex { get; init; }
}

/// <summary><c>response.content_part.added</c>: an item of the response has a new part.</summary>
public sealed record ResponseContentPartAdded : ResponseContentEvent
{
    /// <summary>The part.</summary>
    public required ContentPart Part { get; init; }

    private protected override string WireName => "response.content_part.added";

    private protected override string Gist => Part.ToString();
}

/// <summary><c>response.content_part.done</c>: a part is complete.</summary>
public sealed record ResponseContentPartDone : ResponseContentEvent
{
    /// <summary>The part.</summary>
    public required ContentPart Part { get; init; }

    private protected override string WireName => "response.content_part.done";

    private protected override string Gist => Part.ToString();
}

/// <summary><c>response.output_text.delta</c> (beta: <c>response.text.delta</c>): the next piece of text.</summary>
public sealed record ResponseOutputTextDelta : ResponseContentEvent
{
    /// <summary>The piece.</summary>
    public required string Delta { get; init; }

    private protected override string WireName => "response.output_text.delta";

    private protected override string Gist => Delta;
}

/// <summary><c>response.output_text.done</c> (beta: <c>response.text.done</c>): the text is complete.</summary>
public sealed record ResponseOutputTextDone : ResponseContentEvent
{
    /// <summary>The whole text.</summary>
    public required string Text { get; init; }

    private protected override string WireName => "response.output_text.done";

    private protected override string Gist => Text;
}

/// <summary><c>response.output_audio_transcript.delta</c> (beta: <c>response.audio_transcript.delta</c>): the next piece of what the model says.</summary>
public sealed record ResponseOutputAudioTranscriptDelta : ResponseContentEvent
{
    /// <summary>The piece.</summary>
    public required string Delta { get; init; }

    private protected override string WireName => "response.output_audio_transcript.delta";

    private protected override string Gist => Delta;
}

/// <summary><c>response.output_audio_transcript.done</c> (beta: <c>response.audio_transcript.done</c>): what the model says, whole.</summary>
public sealed record ResponseOutputAudioTranscriptDone : ResponseContentEvent
{
    /// <summary>What the model says.</summary>
    public required string Transcript { get; init; }

    private protected override string WireName => "response.output_audio_transcript.done";

    private protected override string Gist => Transcript;
}

/// <summary>
/// <c>response.output_audio.delta</c> (beta: <c>response.audio.delta</c>): the next piece of audio. Over WebRTC the audio comes by its own track instead.
/// </summary>
public sealed record ResponseOutputAudioDelta : ResponseContentEvent
{
    /// <summary>The piece, in the session's output format.</summary>
    public required AudioData Delta { get; init; }

    private protected override string WireName => "response.output_audio.delta";

    private protected override string Gist => Delta.ToString();
}

/// <summary>
/// <c>response.output_audio.done</c> (beta: <c>response.audio.done</c>): all audio has been generated. It may still be playing; see
/// <see cref="OutputAudioBufferStopped"/>.
/// </summary>
public sealed record ResponseOutputAudioDone : ResponseContentEvent
{
    private protected override string WireName => "response.output_audio.done";
}
