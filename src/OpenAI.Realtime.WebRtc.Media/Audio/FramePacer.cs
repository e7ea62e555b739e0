namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Calls back once a frame, at deadlines: first, first + 20 ms, first + 40 ms, … A late timer makes one call late and no other, so that nothing drifts.
/// </summary>
/// <remarks>
/// One timer of the <see cref="TimeProvider"/>, set anew for each deadline; nothing is allocated per frame. The system's timers are good for about
/// 1 ms on Linux and macOS and for about 15 ms on Windows: there single frames come late by up to that much, and the pace holds all the same.
/// After a stall nothing is made up for in a burst: when two or more frames have been missed, they are skipped and the call says how many.
/// </remarks>
internal sealed class FramePacer : IAsyncDisposable
{
    /// <summary>How long a frame lasts.</summary>
    public static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(20);

    private const int MaxFramesBehind = 2;

    private readonly TimeProvider _time;
    private readonly Action<int> _onFrame;
    private readonly ITimer _timer;
    private readonly long _origin;
    private TimeSpan _next;

    /// <summary>Makes one that has not started.</summary>
    /// <param name="time">The clock and its timers.</param>
    /// <param name="onFrame">Called for each frame, never by two threads at once, with the number of frames skipped before it. It must not throw.</param>
    public FramePacer(TimeProvider time, Action<int> onFrame)
    {
        _time = time;
        _onFrame = onFrame;
        _origin = time.GetTimestamp();
        _timer = time.CreateTimer(static pacer => ((FramePacer)pacer!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The time since the pacer was made.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>Starts; once only.</summary>
    /// <param name="firstIn">How long from now until the first frame.</param>
    public void Start(TimeSpan firstIn)
    {
        _next = Now + firstIn;
        Schedule();
    }

    /// <summary>Stops, and waits for a call that is under way.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void OnTimer()
    {
        TimeSpan now = Now;
        if (now >= _next)
        {
            int behind = (int)((now - _next) / Frame);
            int skipped = behind >= MaxFramesBehind ? behind : 0;
            _next += skipped * Frame;
            do
            {
                _onFrame(skipped);
                skipped = 0;
                _next += Frame;
            }
            while (_next <= now);
        }

        Schedule();
    }

    private void Schedule()
    {
        // Timers count whole milliseconds and cut the rest off: rounded up, or the timer fires before the deadline and has to be set again.
        TimeSpan wait = _next - Now;
        double milliseconds = Math.Max(0, Math.Ceiling(wait.TotalMilliseconds));
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
