using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>Why a turn of a transcript is over.</summary>
public enum LiveTurnEnd
{
    /// <summary>The other side has begun to speak.</summary>
    SpeakerChange,

    /// <summary>The model has said nothing for a while.</summary>
    Inactivity,

    /// <summary>The session's clock has begun anew.</summary>
    ClockReset,

    /// <summary>It is as long as a turn may be here, and goes on in the next.</summary>
    TooLong,

    /// <summary>The session has ended.</summary>
    SessionEnded,
}

/// <summary>What one side said until the other did, as it stood when it was looked at. The API has no turns; these are made of its pieces and their times.</summary>
public sealed record LiveTurn
{
    /// <summary>By which it is known in its session; it stays the same while the turn grows.</summary>
    public required string Id { get; init; }

    /// <summary>The turn before it; null for the first.</summary>
    public string? PreviousId { get; init; }

    /// <summary>Who spoke: <see cref="LiveRole.User"/> or <see cref="LiveRole.Assistant"/>.</summary>
    public required LiveRole Speaker { get; init; }

    /// <summary>What was said until now.</summary>
    public required string Text { get; init; }

    /// <summary>Where on the session's clock it begins, approximately.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>Where it ends.</summary>
    public required TimeSpan End { get; init; }

    /// <summary>Why it is over; null while it grows.</summary>
    public LiveTurnEnd? Closed { get; init; }

    /// <summary>Whether it is a word of the model's while the user spoke on, such as "mhm".</summary>
    public bool IsBackchannel { get; init; }

    /// <summary>Who spoke, and what.</summary>
    public override string ToString() => $"{Speaker}: {Text}";
}
