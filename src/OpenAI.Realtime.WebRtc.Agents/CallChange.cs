namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>One call has taken the place of another beneath a conversation, which goes on.</summary>
public sealed record CallChange
{
    /// <summary>Which of the conversation's calls it is now, from 2.</summary>
    public required int Number { get; init; }

    /// <summary>The id of the call of before; null when it had none. It is being hung up.</summary>
    public string? PreviousCallId { get; init; }

    /// <summary>The id of the call that there is now; null when it has none. Whoever controls the call from elsewhere goes by this one from now on.</summary>
    public string? CallId { get; init; }

    /// <summary>How long there was no call; zero where the next one was there before the last was let go.</summary>
    public TimeSpan Gap { get; init; }

    /// <summary>
    /// What the model could not be told again, or not whole: images, speech that was not written down, and what did not fit (<see cref="VoiceConversationOptions.MaxReplayedCharacters"/>). It stands in the
    /// history all the same.
    /// </summary>
    public IReadOnlyList<HistoryItem> Untold { get; init; } = [];

    /// <summary>The change in a line; nothing of what was said.</summary>
    public override string ToString() => $"call {Number}: {PreviousCallId} → {CallId}, {Gap.TotalMilliseconds:0} ms without, {Untold.Count} items not told";
}
