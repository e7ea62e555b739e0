using System.Runtime.CompilerServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Records both sides of a call into a stereo WAV file, the caller left and the assistant right, aligned as they were heard: wrap the microphone and the loudspeaker, and give what comes back to the session. The file is valid
/// up to the last second or so even when the program dies. Thread-safe.
/// </summary>
/// <remarks>
/// A recorder outlives a session, so that one call after another goes into one file. What cannot be written ends the recording and not the call: see <see cref="Failure"/>.
/// </remarks>
public sealed class CallRecorder : IAsyncDisposable
{
    private const int Left = 0, Right = 1;
    private static readonly TimeSpan s_capacity = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_settled = TimeSpan.FromMilliseconds(500);        // by then both sides of a moment have come

    private readonly IAudioSink _file;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _due = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly short[] _block;
    private readonly Task _writing;

    // Under the gate.
    private readonly Lock _gate = new();
    private readonly StereoTimeline _timeline;
    private TimeSpan? _start;       // the file begins with what is heard first
    private TimeSpan _asked;
    private bool _disposed;

    private bool _muted;
    private long _written;
    private Exception? _failure;

    /// <summary>Makes the file, or empties it.</summary>
    /// <param name="path">Where.</param>
    /// <param name="sampleRate">Hz of the file; a rate that an <see cref="AudioFormat"/> may have. Default: 24,000.</param>
    /// <param name="timeProvider">The clock. Default: null, the system's.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="ArgumentException">The rate cannot be used.</exception>
    public CallRecorder(string path, int sampleRate = 24_000, TimeProvider? timeProvider = null)
        : this(new WavFileAudioSink(path, new AudioFormat(sampleRate, 2)), timeProvider)
    {
    }

    internal CallRecorder(IAudioSink file, TimeProvider? timeProvider)
    {
        _file = file;
        int sampleRate = file.Format.SampleRate;
        _time = timeProvider ?? TimeProvider.System;
        _timeline = new StereoTimeline(sampleRate, s_capacity);
        _block = new short[sampleRate]; // half a second of both
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Whether silence is recorded in place of the caller: the recorder stands before the session's own mute, so set both. Any thread. Default: false.</summary>
    public bool Muted
    {
        get => Volatile.Read(ref _muted);
        set => Volatile.Write(ref _muted, value);
    }

    /// <summary>How much has been written. Any thread.</summary>
    public TimeSpan Duration => _file.Format.DurationOf(Interlocked.Read(ref _written));

    /// <summary>How many samples of either side are missing, because the disk was slower than speech for seconds. Any thread.</summary>
    public long DroppedSamples
    {
        get
        {
            lock (_gate)
                return _timeline.Dropped;
        }
    }

    /// <summary>What ended the recording before its time, such as a full disk; null for nothing. Any thread.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>The microphone, recorded on its way.</summary>
    public IAudioSource Record(IAudioSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new RecordedSource(source, this);
    }

    /// <summary>The loudspeaker, recorded on its way. What it drops because the assistant was interrupted is not in the file either, where it tells how much it holds (<see cref="IAudioSink.Buffered"/>).</summary>
    public IAudioSink Record(IAudioSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return new RecordedSink(sink, this);
    }

    /// <summary>Writes what is left and closes the file; what comes later is not recorded.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        (_file as IDisposable)?.Dispose();
        _stop.Dispose();
        _due.Dispose();
    }

    private void Place(int side, TimeSpan offset, ReadOnlySpan<short> mono)
    {
        lock (_gate)
        {
            if (_disposed || _failure is not null)
                return;
            TimeSpan now = Now() - (_start ??= Now() + (offset < TimeSpan.Zero ? offset : TimeSpan.Zero));
            _timeline.Place(side, now + offset > TimeSpan.Zero ? now + offset : TimeSpan.Zero, mono);
            if (now - _asked < s_settled)
                return;
            _asked = now;
            if (_due.CurrentCount == 0)
                _due.Release();
        }
    }

    private void Cut()
    {
        lock (_gate)
        {
            if (!_disposed && _start is { } start)
                _timeline.Cut(Right, Now() - start);
        }
    }

    private TimeSpan Now() => _time.GetElapsedTime(0);

    private async Task WriteAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                await _due.WaitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await WriteDueAsync().ConfigureAwait(false);
            }

            await WriteDueAsync().ConfigureAwait(false); // what came last
        }
        catch (Exception e) // a full disk: the call goes on without a recording
        {
            Volatile.Write(ref _failure, e);
        }
    }

    private async Task WriteDueAsync()
    {
        while (true)
        {
            int count;
            lock (_gate)
                count = _timeline.TakeUntil(_disposed ? _timeline.End : _asked - s_settled, _block);
            if (count == 0)
                return;
            await _file.WriteAsync(_block.AsMemory(0, count)).ConfigureAwait(false);
            Interlocked.Add(ref _written, count);
        }
    }

    /// <summary>One side's samples as the file has them.</summary>
    private sealed class Voice(AudioFormat format, int sampleRate)
    {
        private readonly Resampler _resampler = new(format.SampleRate, sampleRate);
        private short[] _mono = [];
        private short[] _resampled = [];

        public ReadOnlySpan<short> Convert(ReadOnlySpan<short> pcm)
        {
            int count = pcm.Length / format.Channels;
            if (_mono.Length < count)
                (_mono, _resampled) = (new short[count], new short[_resampler.MaxOutput(count)]);
            if (format.Channels == 1)
                pcm.CopyTo(_mono);
            else
                ChannelMixer.ToMono(pcm, _mono);
            return _resampled.AsSpan(0, _resampler.Process(_mono.AsSpan(0, count), _resampled));
        }
    }

    private sealed class RecordedSource(IAudioSource inner, CallRecorder recorder) : IAudioSource
    {
        private readonly Voice _voice = new(inner.Format, recorder._file.Format.SampleRate);

        public AudioFormat Format => inner.Format;

        public bool PacesItself => inner.PacesItself;

        public bool IsLive => inner.IsLive;

        public bool IsNonBlocking => inner.IsNonBlocking;

        public bool KeepsItsOwnDelay => inner.KeepsItsOwnDelay;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]     // a wait allocates nothing
        public async ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
        {
            int count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count > 0 && !recorder.Muted)
                recorder.Place(Left, -Format.DurationOf(count), _voice.Convert(buffer.Span[..count]));  // it was said until now
            return count;
        }
    }

    private sealed class RecordedSink(IAudioSink inner, CallRecorder recorder) : IAudioSink
    {
        private readonly Voice _voice = new(inner.Format, recorder._file.Format.SampleRate);

        public AudioFormat Format => inner.Format;

        public TimeSpan Buffered => inner.Buffered;

        public bool IsNonBlocking => inner.IsNonBlocking;

        public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
        {
            recorder.Place(Right, inner.Buffered, _voice.Convert(pcm.Span));    // it is heard behind what waits
            return inner.WriteAsync(pcm, cancellationToken);
        }

        public void Flush()
        {
            recorder.Cut();
            inner.Flush();
        }
    }
}
