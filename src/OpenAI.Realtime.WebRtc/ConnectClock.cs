using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>Takes down each step once, and tells who asked to be told. Thread-safe.</summary>
internal sealed class ConnectClock(TimeProvider timeProvider, IProgress<ConnectProgress>? progress)
{
    private readonly long _start = timeProvider.GetTimestamp();
    private readonly TimeSpan?[] _reached = new TimeSpan?[(int)ConnectStep.FirstAudio + 1];
    private readonly Lock _lock = new();
    private readonly InOrder<ConnectProgress> _untold = new(step => Report(progress, step));

    public TimeSpan Elapsed => timeProvider.GetElapsedTime(_start);

    /// <summary>How long the connect had taken at a moment of the provider's clock, as <see cref="EncodedAudio.Arrival"/> tells it; now when that is not known.</summary>
    public TimeSpan ElapsedAt(TimeSpan moment)
    {
        TimeSpan now = Elapsed, at = moment - timeProvider.GetElapsedTime(0, _start);
        return at > TimeSpan.Zero && at < now ? at : now;
    }

    /// <summary>Takes a step down, and tells it; later calls for the same step do nothing.</summary>
    public void Reach(ConnectStep step) => Reach(step, Elapsed);

    /// <summary>Takes a step down with the time at which it was reached, and tells it.</summary>
    public void Reach(ConnectStep step, TimeSpan elapsed)
    {
        Note(step, elapsed);
        Tell();
    }

    /// <summary>Takes a step down that is told later: the caller holds a lock.</summary>
    public void Note(ConnectStep step, TimeSpan elapsed)
    {
        lock (_lock)
        {
            if (_reached[(int)step] is not null)
                return;
            _reached[(int)step] = elapsed;
            if (progress is not null)
                _untold.Add(new ConnectProgress(step, elapsed));
        }
    }

    /// <summary>Tells what has been taken down and not told; call under no lock.</summary>
    public void Tell() => _untold.Deliver();

    public TimeSpan? this[ConnectStep step]
    {
        get
        {
            lock (_lock)
                return _reached[(int)step];
        }
    }

    public ConnectTimings Timings => new()
    {
        Key = this[ConnectStep.Key],
        Answer = this[ConnectStep.Answer],
        Ice = this[ConnectStep.Ice],
        Dtls = this[ConnectStep.Dtls],
        Channel = this[ConnectStep.Channel],
        FirstEvent = this[ConnectStep.FirstEvent],
        FirstAudio = this[ConnectStep.FirstAudio],
    };

    private static void Report(IProgress<ConnectProgress>? progress, ConnectProgress step)
    {
        try
        {
            progress?.Report(step);
        }
#pragma warning disable CA1031 // Whatever the caller's own code throws must not end its call.
        catch
#pragma warning restore CA1031
        {
            // The next step is told all the same.
        }
    }
}
