namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// Calls back every 20 ms, by deadlines: a late timer makes one call late and no other. After a stall nothing is made up for in a burst; the call says how
/// many beats were left out.
/// </summary>
internal sealed class Metronome : IAsyncDisposable
{
    public static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    private const int MaxBeatsBehind = 3;

    private readonly TimeProvider _time;
    private readonly Action<int> _onBeat;
    private readonly ITimer _timer;
    private readonly long _origin;
    private TimeSpan _next = Beat;

    /// <summary>Starts at once. The callback is never run by two threads at the same time, and must not throw.</summary>
    public Metronome(TimeProvider time, Action<int> onBeat)
    {
        _time = time;
        _onBeat = onBeat;
        _origin = time.GetTimestamp();
        _timer = time.CreateTimer(static self => ((Metronome)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Schedule();
    }

    /// <summary>Stops, and waits for a call that is under way.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void OnTimer()
    {
        TimeSpan now = _time.GetElapsedTime(_origin);
        if (now >= _next)
        {
            int behind = (int)((now - _next) / Beat);
            int skipped = behind >= MaxBeatsBehind ? behind : 0;
            _next += skipped * Beat;
            do
            {
                _onBeat(skipped);
                skipped = 0;
                _next += Beat;
            }
            while (_next <= now);
        }

        Schedule();
    }

    private void Schedule()
    {
        // Rounded up: a timer that counts whole milliseconds would fire before the deadline otherwise.
        double wait = Math.Max(0, Math.Ceiling((_next - _time.GetElapsedTime(_origin)).TotalMilliseconds));
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }
}
