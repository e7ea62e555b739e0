namespace OpenAI.Realtime.WebRtc.Benchmarks.BadLines;

/// <summary>Does things later: one thread for all datagrams that are on their way.</summary>
internal sealed class DelayLine : IDisposable
{
    private readonly PriorityQueue<Action, (long At, long Order)> _waiting = new();
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _earlier = new(0);
    private readonly Thread _thread;
    private long _order;
    private bool _isOver;

    public DelayLine()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "delay line", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    public void Add(TimeSpan delay, Action action)
    {
        bool isFirst;
        lock (_lock)
        {
            long at = TimeProvider.System.GetTimestamp() + (long)(delay.TotalSeconds * TimeProvider.System.TimestampFrequency);
            isFirst = !_waiting.TryPeek(out _, out (long At, long) first) || at < first.At;
            _waiting.Enqueue(action, (at, _order++));
        }

        if (isFirst)
            _earlier.Release();
    }

    public void Dispose()
    {
        _isOver = true;
        _earlier.Release();
        _thread.Join();
        _earlier.Dispose();
    }

    private void Run()
    {
        while (!_isOver)
        {
            Action? due = null;
            TimeSpan wait = TimeSpan.FromSeconds(1);
            lock (_lock)
            {
                if (_waiting.TryPeek(out _, out (long At, long) first))
                {
                    wait = TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), first.At);
                    if (wait <= TimeSpan.Zero)
                        due = _waiting.Dequeue();
                }
            }

            if (due is not null)
                due();
            else
                _earlier.Wait(wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : TimeSpan.FromSeconds(1));
        }
    }
}
