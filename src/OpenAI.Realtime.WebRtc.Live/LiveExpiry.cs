namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>Tells of a session's end some time before it. Thread-safe.</summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="notice">How long before.</param>
internal sealed class LiveExpiry(TimeProvider timeProvider, TimeSpan notice) : IDisposable
{
    /// <summary>The longest wait of a timer; what is later is waited for in pieces.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(20);

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<DateTimeOffset> _expiring = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _timer;
    private DateTimeOffset? _expiresAt;
    private bool _ended;

    /// <summary>Completes the notice before the end, with the time of the end; cancelled when the session ends before. Never faults.</summary>
    public Task<DateTimeOffset> Expiring => _expiring.Task;

    /// <summary>When the session ends; null where nobody has said.</summary>
    public DateTimeOffset? ExpiresAt
    {
        get
        {
            lock (_lock)
                return _expiresAt;
        }
    }

    /// <summary>The service has said when the session ends; the last word counts.</summary>
    public void Set(DateTimeOffset expiresAt)
    {
        lock (_lock)
        {
            _expiresAt = expiresAt;
            if (_ended)
                return;
            _timer ??= timeProvider.CreateTimer(static state => ((LiveExpiry)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        Look();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _ended = true;
            _timer?.Dispose();
        }
        _expiring.TrySetCanceled();
    }

    private void Look()
    {
        DateTimeOffset due;
        lock (_lock)
        {
            if (_ended || _expiresAt is not { } at)
                return;
            TimeSpan wait = at - timeProvider.GetUtcNow() - notice;
            if (wait > TimeSpan.Zero)
            {
                _timer?.Change(wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
                return;
            }
            due = at;
        }
        _expiring.TrySetResult(due);
    }
}
