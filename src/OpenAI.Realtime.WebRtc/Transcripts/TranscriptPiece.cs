using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc;

/// <summary>Whose words a <see cref="TranscriptPiece"/> holds.</summary>
public enum TranscriptSource
{
    /// <summary>What was said, in the language in which it was.</summary>
    Speech,

    /// <summary>What a translation session says in the other language.</summary>
    Translation,
}

/// <summary>A piece of what is written down, from <see cref="RealtimeTranscripts.ReadTranscriptsAsync"/>: new text, a turn that is complete, or an error.</summary>
public sealed record TranscriptPiece
{
    /// <summary>Whose words.</summary>
    public TranscriptSource Source { get; init; }

    /// <summary>The text: of a piece that is not final, what is new; of a final one, the whole turn. Empty for an error.</summary>
    public string Text { get; init; } = "";

    /// <summary>Whether it is a whole turn, which replaces the pieces of it. Final ones come in the order in which they were said. A translation has no turns, and so none.</summary>
    public bool IsFinal { get; init; }

    /// <summary>The turn, <c>item_…</c>; null in a translation, and for an error that is about no turn.</summary>
    public string? ItemId { get; init; }

    /// <summary>Who spoke, from models that tell speakers apart; otherwise null.</summary>
    public string? Speaker { get; init; }

    /// <summary>Where in the audio it begins, or in a translation stands; null where the service does not say.</summary>
    public TimeSpan? At { get; init; }

    /// <summary>What went wrong: with a turn, which then has no text and is final, or with the session. Null for nothing.</summary>
    public ErrorDetails? Error { get; init; }
}
