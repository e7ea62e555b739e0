using Microsoft.Extensions.Logging.Abstractions;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Writes frames to a sink, one write at a time. A sink that takes long costs its own audio, oldest first, and holds up nobody: it is written to by a task, or, where it says that it
/// never blocks, on the thread that brings the frame.
/// </summary>
internal sealed class SinkWriter : IAsyncDisposable
{
    private const int RingFrames = 4;
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(500);

    private readonly IAudioSink _sink;
    private readonly AudioLinkContext _context;
    private readonly FaultReporter _faults;
    private readonly CancellationTokenSource _stop = new();
    private readonly AsyncSignal _filled;
    private readonly short[] _writing;
    private Task _task = Task.CompletedTask;

    // Under the gate.
    private readonly Lock _gate = new();
    private readonly short[] _ring;
    private readonly int[] _lengths = new int[RingFrames];
    private readonly int _stride;
    private int _first, _count;
    private bool _failed;
    private long _dropped;

    /// <summary>Makes one that has not started.</summary>
    /// <param name="sink">The sink; the caller's.</param>
    /// <param name="longestFrame">The most samples of a frame, one channel counted.</param>
    /// <param name="context">Clock and log.</param>
    /// <param name="faults">Where a sink that throws is reported.</param>
    public SinkWriter(IAudioSink sink, int longestFrame, AudioLinkContext context, FaultReporter faults)
    {
        _sink = sink;
        _context = context;
        _faults = faults;
        _stride = longestFrame * sink.Format.Channels;
        _ring = new short[RingFrames * _stride];
        _writing = new short[_stride];
        _filled = new AsyncSignal(context.Inline || sink.IsNonBlocking);
    }

    /// <summary>Samples that the sink did not take in time.</summary>
    public long Dropped
    {
        get
        {
            lock (_gate)
                return _dropped;
        }
    }

    /// <summary>Begins to write.</summary>
    public void Start() => _task = _context.Inline ? WriteAsync() : Task.Run(WriteAsync);

    /// <summary>Has a frame written; the oldest of four makes way. Call <see cref="Wake"/> after it.</summary>
    public void Add(ReadOnlySpan<short> mono)
    {
        lock (_gate)
        {
            if (_failed)
                return;
            if (_count == RingFrames)
            {
                _dropped += _lengths[_first];
                _first = (_first + 1) % RingFrames;
                _count--;
            }

            int at = (_first + _count++) % RingFrames;
            Span<short> to = _ring.AsSpan(at * _stride, _stride);
            if (_sink.Format.Channels == 2)
            {
                _lengths[at] = ChannelMixer.ToStereo(mono, to);
                return;
            }

            mono.CopyTo(to);
            _lengths[at] = mono.Length;
        }
    }

    /// <summary>Writes what was added. Call it under no lock: a sink that never blocks is written to within it.</summary>
    public void Wake() => _filled.Set();

    /// <summary>Counts samples that were never added because the program was held up.</summary>
    public void CountDropped(long samples)
    {
        lock (_gate)
            _dropped += samples;
    }

    /// <summary>Drops what has not been written.</summary>
    public void Clear()
    {
        lock (_gate)
            _count = 0;
    }

    /// <summary>Stops, and waits for a write that is under way: for up to 500 ms.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _filled.Set();
        try
        {
            await _task.WaitAsync(StopPatience, _context.Time).ConfigureAwait(false);
            _stop.Dispose();
        }
        catch (TimeoutException)
        {
            AudioLog.LeftBehind(_context.Logger ?? NullLogger.Instance, "sink");
        }
    }

    private int Take()
    {
        lock (_gate)
        {
            if (_count == 0)
                return 0;
            int length = _lengths[_first];
            _ring.AsSpan(_first * _stride, length).CopyTo(_writing);
            _first = (_first + 1) % RingFrames;
            _count--;
            return length;
        }
    }

    private async Task WriteAsync()
    {
        CancellationToken stop = _stop.Token;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await _filled.WaitAsync().ConfigureAwait(false);
                int length;
                while ((length = Take()) > 0 && !stop.IsCancellationRequested)
                    await _sink.WriteAsync(_writing.AsMemory(0, length), stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped from outside, as it may be at any moment.
        }
        catch (Exception exception)     // whatever a user's sink throws must not end the call
        {
            lock (_gate)
                _failed = true;
            _faults.Sink(exception);
        }
    }
}
