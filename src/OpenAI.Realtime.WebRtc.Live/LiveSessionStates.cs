using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>Where a session stands: Connected ⇄ Disconnected → Closing → Closed, and nowhere else. Thread-safe.</summary>
internal sealed class LiveSessionStates(ConnectClock clock, ILogger logger)
{
    private const int ChangesKept = 64;

    private readonly Lock _lock = new();
    private readonly Channel<SessionStateChange> _changes = Channel.CreateBounded<SessionStateChange>(
        new BoundedChannelOptions(ChangesKept) { FullMode = BoundedChannelFullMode.DropOldest });
    private SessionState _state = SessionState.Connected;

    public ChannelReader<SessionStateChange> Changes => _changes.Reader;

    public SessionState Current
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    public bool IsEnding => Current is SessionState.Closing or SessionState.Closed;

    public void Set(SessionState state, string? reason)
    {
        lock (_lock)
        {
            bool back = state < _state && _state >= SessionState.Closing;
            if (state == _state || back)
                return;
            _state = state;
            _changes.Writer.TryWrite(new SessionStateChange(state, clock.Elapsed, reason));
            if (state == SessionState.Closed)
                _changes.Writer.TryComplete();
        }
        logger.SessionState(state, reason);
    }

    public void OnPeerState(PeerStateChange change)
    {
        if (change.State == PeerState.Disconnected)
            Set(SessionState.Disconnected, change.Reason);
        else if (change.State == PeerState.Connected)
            Set(SessionState.Connected, change.Reason);
    }
}
