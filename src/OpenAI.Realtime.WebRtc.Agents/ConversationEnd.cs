namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Why a conversation ended.</summary>
public enum ConversationEndReason
{
    /// <summary>The program ended it: <see cref="VoiceConversation.CloseAsync"/>, or the session beneath was closed.</summary>
    ClosedLocally,

    /// <summary>The session beneath ended in another way; <see cref="ConversationEnd.Session"/> says how.</summary>
    SessionEnded,

    /// <summary>Something failed that should not; please report it.</summary>
    Failed,
}

/// <summary>How a conversation ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">What happened, in one sentence.</param>
public sealed record ConversationEnd(ConversationEndReason Reason, string Detail)
{
    /// <summary>How the session beneath ended, as it said itself; null when that is not known.</summary>
    public SessionEnd? Session { get; init; }
}
