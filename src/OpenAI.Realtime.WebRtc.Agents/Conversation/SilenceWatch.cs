using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Watches whether the service still answers over the call in use: a session says so by its state alone, which is looked at now and then. Under the conversation's lock; told the time.</summary>
/// <param name="patience">How long the service may not answer; null for as long as the session itself waits.</param>
internal sealed class SilenceWatch(TimeSpan? patience)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private Instant? _silentSince;

    /// <summary>When to look again; never while there is no call to look at.</summary>
    public Instant NextTimeout { get; private set; } = Instant.Never;

    /// <summary>A call is in use from now on.</summary>
    public void Begin(Instant now) => (NextTimeout, _silentSince) = (now, null);

    /// <summary>There is no call, or none that could be replaced.</summary>
    public void Stop() => NextTimeout = Instant.Never;

    /// <summary>Looks.</summary>
    /// <param name="state">Where the session stands.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether the service has not answered for too long.</returns>
    public bool Look(SessionState state, Instant now)
    {
        _silentSince = state == SessionState.Disconnected ? _silentSince ?? now : null;
        Instant over = _silentSince is { } since && patience is { } limit ? since + limit : Instant.Never;
        bool isOver = now >= over;
        NextTimeout = isOver ? now + LookEvery : Instant.Min(now + LookEvery, over);
        return isOver;
    }
}
