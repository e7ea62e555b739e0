namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>session.update</c>: changes the session's configuration; only the fields that are set. Answered by <see cref="SessionUpdated"/>.</summary>
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
}
