namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// <c>session.update</c>: changes the session's configuration; only the fields that are set. Answered by <see cref="SessionUpdated"/>. In the beta that of a transcription session is called
/// <c>transcription_session.update</c>.
/// </summary>
public sealed record SessionUpdate : ClientEvent
{
    /// <summary>Changes what <paramref name="session"/> sets.</summary>
    /// <param name="session">The fields to change. The model of a running session cannot be changed.</param>
    public SessionUpdate(SessionConfig session)
    {
        ArgumentNullException.ThrowIfNull(session);
        Session = session;
    }

    /// <inheritdoc/>
    public override string Type => "session.update";

    /// <summary>The fields to change.</summary>
    public SessionConfig Session { get; }

    private protected override string Gist => Session.Type;

    internal override string NameIn(RealtimeDialect dialect) =>
        dialect == RealtimeDialect.Beta && Session is TranscriptionSessionConfig ? "transcription_session.update" : Type;
}

/// <summary>The beta's event for transcription sessions, as it is read: its configuration has no type.</summary>
internal sealed record BetaTranscriptionSessionUpdate(TranscriptionSessionConfig Session) : Json.IHasUnknownFields
{
    public string? Type { get; init; }

    public string? EventId { get; init; }

    [System.Text.Json.Serialization.JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    public SessionUpdate ToEvent() => new(Session) { EventId = EventId, AdditionalProperties = AdditionalProperties };
}
