namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Calls back once a frame, at deadlines: first, first + 20 ms, first + 40 ms, … A late call makes no other late, so that nothing drifts.
/// </summary>
/// <remarks>
/// On the system's clock the <see cref="AudioClock"/> calls; on another, as tests have it, a timer of that clock. Nothing is allocated per frame. The system's waits are good for about
/// 1 ms on Linux and macOS and for about 15 ms on Windows: there single frames come late by up to that much, and the pace holds all the same.
/// After a stall nothing is made up for in a burst: when two or more frames have been missed, they are skipped and the call says how many.
/// </remarks>
internal sealed class FramePacer : IAsyncDisposable
{
    /// <summary>How long a frame lasts.</summary>
    public static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(20);

    private const int MaxFramesBehind = 2;
    private static readonly TimeSpan Grid = TimeSpan.FromMilliseconds(5);

    private readonly TimeProvider _time;
    private readonly Action<int> _onFrame;
    private readonly Lock _running = new();
    private readonly ITimer? _timer;
    private AudioClock? _clock;
    private long _next = long.MaxValue;     // ticks
    private bool _stopped;

    /// <summary>Makes one that has not started.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="onFrame">Called for each frame, never by two threads at once, with the number of frames skipped before it. It must neither throw nor block.</param>
    public FramePacer(TimeProvider time, Action<int> onFrame)
    {
        _time = time;
        _onFrame = onFrame;
        if (time != TimeProvider.System)
            _timer = time.CreateTimer(static pacer => ((FramePacer)pacer!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The time since the clock's timestamps were zero: what <see cref="EncodedAudio.Arrival"/> counts, too.</summary>
    public TimeSpan Now => _time.GetElapsedTime(0);

    /// <summary>Starts; once only.</summary>
    /// <param name="first">The earliest moment for the first frame; it is put off to the clock's next 5 ms.</param>
    public void Start(TimeSpan first)
    {
        lock (_running)
        {
            if (_stopped)
                return;
            TimeSpan earliest = first > Now ? first : Now;
            Volatile.Write(ref _next, (earliest.Ticks + Grid.Ticks - 1) / Grid.Ticks * Grid.Ticks);
            if (_timer is null)
                _clock = AudioClock.Join(this);
        }

        if (_timer is not null)
            SetTimer();
    }

    /// <summary>Stops, and waits for a call that is under way on another thread.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_running)
        {
            _stopped = true;
            Volatile.Write(ref _next, long.MaxValue);
            _clock?.Leave(this);
        }

        return _timer?.DisposeAsync() ?? default;
    }

    /// <summary>Calls back when the deadline has come.</summary>
    /// <returns>The next deadline.</returns>
    internal TimeSpan RunIfDue()
    {
        if (Now.Ticks >= Volatile.Read(ref _next))
        {
            lock (_running)
            {
                if (!_stopped)
                    Run(Now.Ticks);
            }
        }

        return TimeSpan.FromTicks(Volatile.Read(ref _next));
    }

    private void Run(long now)
    {
        int behind = (int)((now - _next) / Frame.Ticks);
        int skipped = behind >= MaxFramesBehind ? behind : 0;
        long next = _next + (skipped * Frame.Ticks);
        do
        {
            _onFrame(skipped);
            skipped = 0;
            next += Frame.Ticks;
        }
        while (next <= now && !_stopped);
        Volatile.Write(ref _next, _stopped ? long.MaxValue : next);
    }

    private void OnTimer()
    {
        RunIfDue();
        SetTimer();
    }

    private void SetTimer()
    {
        TimeSpan deadline = TimeSpan.FromTicks(Volatile.Read(ref _next));
        if (deadline == TimeSpan.MaxValue)
            return;
        double milliseconds = Math.Max(0, Math.Ceiling((deadline - Now).TotalMilliseconds));
        _timer!.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
