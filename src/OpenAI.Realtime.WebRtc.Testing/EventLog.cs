namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The newest events of one direction, and who waits for the next. Thread-safe.</summary>
internal sealed class EventLog
{
    private const int MaxEvents = 4_096;
    private const int MaxBytes = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<RealtimeTestEvent> _events = new();
    private readonly List<(Func<RealtimeTestEvent, bool> Wanted, TaskCompletionSource<RealtimeTestEvent> Source)> _waiters = [];
    private long _bytes;
    private bool _closed;

    public RealtimeTestEvent[] Snapshot()
    {
        lock (_gate)
            return [.. _events];
    }

    public void Add(RealtimeTestEvent entry)
    {
        lock (_gate)
        {
            _events.Enqueue(entry);
            _bytes += entry.Utf8Json.Length;
            while (_events.Count > MaxEvents || (_bytes > MaxBytes && _events.Count > 1))
                _bytes -= _events.Dequeue().Utf8Json.Length;
            for (int i = _waiters.Count - 1; i >= 0; i--)
            {
                if (!_waiters[i].Wanted(entry))
                    continue;
                _waiters[i].Source.TrySetResult(entry);
                _waiters.RemoveAt(i);
            }
        }
    }

    /// <summary>The first event, past or to come, that is wanted.</summary>
    public Task<RealtimeTestEvent> WaitAsync(Func<RealtimeTestEvent, bool> wanted)
    {
        lock (_gate)
        {
            foreach (RealtimeTestEvent entry in _events)
            {
                if (wanted(entry))
                    return Task.FromResult(entry);
            }

            if (_closed)
                return Task.FromException<RealtimeTestEvent>(new InvalidOperationException("The call or session has ended, and no such event came."));
            var source = new TaskCompletionSource<RealtimeTestEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((wanted, source));
            return source.Task;
        }
    }

    /// <summary>No more events come.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach ((_, TaskCompletionSource<RealtimeTestEvent> source) in _waiters)
                source.TrySetException(new InvalidOperationException("The call or session has ended, and no such event came."));
            _waiters.Clear();
        }
    }
}
