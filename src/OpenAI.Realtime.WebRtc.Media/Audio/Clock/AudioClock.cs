namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// The thread that runs the frames of every call of the process at their deadlines: it takes what has arrived, plays it, encodes and sends. Neither a timer nor the thread pool
/// comes between a deadline and its packet.
/// </summary>
/// <remarks>
/// <code>
///   ┌─► wait until the earliest deadline, or until a pacer joins
///   └── run every pacer that is due; deadlines lie on a grid of 5 ms, so that many calls share one awakening
/// </code>
/// It starts with the first pacer and ends 2 s after the last one. A second thread comes when the first has <see cref="PacersBeforeAnotherThread"/>, up to one for each processor:
/// encoding speech takes a few tenths of a millisecond.
/// </remarks>
internal sealed class AudioClock
{
    /// <summary>Two for each call.</summary>
    public const int PacersBeforeAnotherThread = 64;

    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(2);
    private static readonly Lock Gate = new();
    private static readonly List<AudioClock> Clocks = [];

    private readonly object _change = new();        // Lock has no Wait
    private FramePacer[] _pacers = [];              // copied on write, under the gate
    private bool _changed;                          // under _change

    private AudioClock()
    {
    }

    /// <summary>Begins to run a pacer, whose deadline is set.</summary>
    /// <returns>The clock that runs it; to be told by <see cref="Leave"/> and by <see cref="Wake"/>.</returns>
    public static AudioClock Join(FramePacer pacer)
    {
        AudioClock clock;
        lock (Gate)
        {
            AudioClock? best = Clocks.MinBy(c => c._pacers.Length);
            if (best is null || (best._pacers.Length >= PacersBeforeAnotherThread && Clocks.Count < Environment.ProcessorCount))
            {
                best = new AudioClock();
                Clocks.Add(best);
                new Thread(best.Loop) { IsBackground = true, Name = "OpenAI.Realtime.WebRtc audio", Priority = ThreadPriority.AboveNormal }.UnsafeStart();
            }

            clock = best;
            clock._pacers = [.. clock._pacers, pacer];
        }

        clock.Wake();
        return clock;
    }

    /// <summary>Forgets a pacer. One that is running is not waited for.</summary>
    public void Leave(FramePacer pacer)
    {
        lock (Gate)
            _pacers = [.. _pacers.Where(p => p != pacer)];
    }

    /// <summary>A deadline may be earlier than before.</summary>
    public void Wake()
    {
        lock (_change)
        {
            _changed = true;
            Monitor.Pulse(_change);
        }
    }

    private void Loop()
    {
        while (true)
        {
            FramePacer[] pacers = Volatile.Read(ref _pacers);
            TimeSpan next = TimeSpan.MaxValue;
            foreach (FramePacer pacer in pacers)
            {
                TimeSpan deadline = pacer.RunIfDue();
                if (deadline < next)
                    next = deadline;
            }

            if (!Wait(next) && pacers.Length == 0 && TryEnd())
                return;
        }
    }

    // False when nobody has joined or changed a deadline meanwhile.
    private bool Wait(TimeSpan until)
    {
        lock (_change)
        {
            if (!_changed)
            {
                // Waits count whole milliseconds and cut the rest off: rounded up, or the thread wakes before the deadline and has to wait again.
                TimeSpan left = until == TimeSpan.MaxValue ? Linger : until - TimeProvider.System.GetElapsedTime(0);
                if (left > TimeSpan.Zero)
                    Monitor.Wait(_change, (int)Math.Ceiling(left.TotalMilliseconds));
            }

            bool changed = _changed;
            _changed = false;
            return changed;
        }
    }

    private bool TryEnd()
    {
        lock (Gate)
            return _pacers.Length == 0 && Clocks.Remove(this);
    }
}
