namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Why a conversation ended.</summary>
public enum ConversationEndReason
{
    /// <summary>The program ended it: <see cref="VoiceConversation.CloseAsync"/>, or the session beneath was closed.</summary>
    ClosedLocally,

    /// <summary>The session beneath ended in another way, and none took its place; <see cref="ConversationEnd.Session"/> says how, and <see cref="ConversationEnd.ReconnectFailure"/> why it was not replaced.</summary>
    SessionEnded,

    /// <summary>Something failed that should not; please report it.</summary>
    Failed,

    /// <summary>Nobody has spoken for <see cref="ConversationLimits.IdleTimeout"/>.</summary>
    Idle,

    /// <summary><see cref="ConversationLimits.MaxDuration"/> or <see cref="ConversationLimits.MaxTokens"/> was reached.</summary>
    BudgetSpent,
}

/// <summary>How a conversation ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">What happened, in one sentence.</param>
public sealed record ConversationEnd(ConversationEndReason Reason, string Detail)
{
    /// <summary>How the session beneath ended, as it said itself; of several attempts to replace it, how the one ended that was lost. Null when that is not known.</summary>
    public SessionEnd? Session { get; init; }

    /// <summary>Why the first attempt to replace the session failed, or the one that showed that no other would do; null when none was made.</summary>
    public Exception? ReconnectFailure { get; init; }
}
