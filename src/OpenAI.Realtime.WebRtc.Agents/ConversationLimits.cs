namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>What ends a conversation by itself, so that it does not cost without end. Default: nothing does.</summary>
public sealed class ConversationLimits
{
    /// <summary>
    /// How long nobody may speak before it ends (<see cref="ConversationEndReason.Idle"/>). It does not run while a tool runs, an approval is awaited, a response is made, or a call is being replaced.
    /// Default: null, for ever.
    /// </summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>How long it may last, over all its calls (<see cref="ConversationEndReason.BudgetSpent"/>). Default: null, without limit.</summary>
    public TimeSpan? MaxDuration { get; set; }

    /// <summary>
    /// How many tokens its responses may take, over all its calls (<see cref="ConversationEndReason.BudgetSpent"/>). They are counted when a response has ended, so the last one may go beyond. Default:
    /// null, without limit.
    /// </summary>
    public long? MaxTokens { get; set; }

    /// <summary>
    /// What the assistant is told to say before such an end, behind its own instructions: <c>"Say goodbye in one sentence, because nobody has answered."</c> A user who speaks meanwhile is no longer idle,
    /// and the conversation goes on. Default: null, it ends without a word.
    /// </summary>
    public string? Farewell { get; set; }

    /// <summary>How long the end waits for <see cref="Farewell"/>, and for the response before it, at most. Default: 15 s.</summary>
    public TimeSpan FarewellTimeout { get; set; } = TimeSpan.FromSeconds(15);

    internal void Validate()
    {
        foreach ((TimeSpan limit, string name) in new[] { (IdleTimeout ?? FarewellTimeout, nameof(IdleTimeout)), (MaxDuration ?? FarewellTimeout, nameof(MaxDuration)), (FarewellTimeout, nameof(FarewellTimeout)) })
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTokens ?? 1, 1, nameof(MaxTokens));
    }
}
