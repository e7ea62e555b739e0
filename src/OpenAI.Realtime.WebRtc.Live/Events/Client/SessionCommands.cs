namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary><c>session.update</c>: changes what can be changed of a running session: delegation settings and triggers. Answered by <see cref="LiveSessionUpdated"/>.</summary>
public sealed record LiveSessionUpdate : LiveClientEvent
{
    /// <summary>Changes what <paramref name="session"/> sets.</summary>
    public LiveSessionUpdate(LiveSessionChanges session)
    {
        ArgumentNullException.ThrowIfNull(session);
        Session = session;
    }

    /// <inheritdoc/>
    public override string Type => "session.update";

    /// <summary>The changes.</summary>
    public LiveSessionChanges Session { get; }
}

/// <summary><c>session.input_audio.mute</c>: the service is to hear silence in place of what is sent. Answered by <see cref="LiveInputAudioMuted"/>. A sideband hears the microphone all the same, and the session is charged for.</summary>
public sealed record LiveInputAudioMute : LiveClientEvent
{
    /// <inheritdoc/>
    public override string Type => "session.input_audio.mute";
}

/// <summary><c>session.input_audio.unmute</c>: the service is to hear what is sent. Answered by <see cref="LiveInputAudioUnmuted"/>.</summary>
public sealed record LiveInputAudioUnmute : LiveClientEvent
{
    /// <inheritdoc/>
    public override string Type => "session.input_audio.unmute";
}

/// <summary><c>session.close</c>: ends the session; what is being said is said to its end, within 10 s. Answered by <see cref="LiveSessionClosed"/>.</summary>
public sealed record LiveSessionClose : LiveClientEvent
{
    /// <inheritdoc/>
    public override string Type => "session.close";
}

/// <summary><c>session.start</c>: the first event of a WebSocket that is a session's main connection. Over WebRTC the request that carries the offer takes its place.</summary>
public sealed record LiveSessionStart : LiveClientEvent
{
    /// <summary>Starts a session.</summary>
    /// <param name="session">What it is to be.</param>
    public LiveSessionStart(LiveSessionConfig session)
    {
        ArgumentNullException.ThrowIfNull(session);
        Session = session;
    }

    /// <inheritdoc/>
    public override string Type => "session.start";

    /// <summary>What it is to be.</summary>
    public LiveSessionConfig Session { get; }
}
