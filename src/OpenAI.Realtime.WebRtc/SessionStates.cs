using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;

namespace OpenAI.Realtime.WebRtc;

/// <summary>Where a session stands, and each change of it: Connected ⇄ Disconnected → Closing → Closed, and nowhere else. Thread-safe.</summary>
/// <param name="elapsed">The time since the session began to be made.</param>
/// <param name="logger">Told each change.</param>
internal sealed class SessionStates(Func<TimeSpan> elapsed, ILogger logger)
{
    private const int ChangesKept = 64;

    private readonly Lock _lock = new();
    private readonly Channel<SessionStateChange> _changes = Channel.CreateBounded<SessionStateChange>(
        new BoundedChannelOptions(ChangesKept) { FullMode = BoundedChannelFullMode.DropOldest });
    private SessionState _current = SessionState.Connected;

    public SessionState Current
    {
        get
        {
            lock (_lock)
                return _current;
        }
    }

    /// <summary>The changes in order, the newest 64 for who reads late; ends after <see cref="SessionState.Closed"/>.</summary>
    public ChannelReader<SessionStateChange> Changes => _changes.Reader;

    /// <summary>Enters a state; a way back from the end is not gone.</summary>
    public void Enter(SessionState state, string? reason)
    {
        lock (_lock)
        {
            bool back = state < _current && _current >= SessionState.Closing;
            if (state == _current || back)
                return;
            _current = state;
            _changes.Writer.TryWrite(new SessionStateChange(state, elapsed(), reason));
        }
        logger.SessionState(state, reason);
    }

    /// <summary>Enters the last state.</summary>
    public void Close(string reason)
    {
        Enter(SessionState.Closed, reason);
        _changes.Writer.TryComplete();
    }
}
