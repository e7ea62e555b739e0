namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>session.created</c>: the first event of a session.</summary>
public sealed record SessionCreated : ServerEvent
{
    /// <summary>The configuration in effect.</summary>
    public required SessionInfo Session { get; init; }

    private protected override string WireName => "session.created";

    private protected override string? Gist => Session.Id;

    internal override string NameIn(RealtimeDialect dialect) =>
        dialect == RealtimeDialect.Beta && Session.Config is TranscriptionSessionConfig ? "transcription_session.created" : base.NameIn(dialect);
}

/// <summary><c>session.updated</c>: a <c>session.update</c> has taken effect.</summary>
public sealed record SessionUpdated : ServerEvent
{
    /// <summary>The configuration in effect, whole.</summary>
    public required SessionInfo Session { get; init; }

    private protected override string WireName => "session.updated";

    private protected override string? Gist => Session.Id;

    internal override string NameIn(RealtimeDialect dialect) =>
        dialect == RealtimeDialect.Beta && Session.Config is TranscriptionSessionConfig ? "transcription_session.updated" : base.NameIn(dialect);
}

/// <summary><c>conversation.created</c>: the session has a conversation. Sent by older servers.</summary>
public sealed record ConversationCreated : ServerEvent
{
    /// <summary>The conversation.</summary>
    public required ConversationInfo Conversation { get; init; }

    private protected override string WireName => "conversation.created";

    private protected override string? Gist => Conversation.Id;
}
