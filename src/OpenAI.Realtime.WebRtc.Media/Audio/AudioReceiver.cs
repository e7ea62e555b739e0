using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Packets → jitter buffer → Opus → the sink's format, 20 ms every 20 ms.
/// </summary>
/// <remarks>
/// <code>
///   reader (a task)               pacer (a timer, every 20 ms)                        writer (a task)
///   connection ─► jitter buffer ─► decode, restore, conceal → resample ─► ring ─► sink.WriteAsync
///                                                                         4 frames
/// </code>
/// Playing begins with the first packet and goes on until the end, with silence where there is nothing. The sink is written by a task of its own: one
/// that blocks costs its own audio, oldest first, and holds up nothing else.
/// </remarks>
internal sealed class AudioReceiver : IAudioDownlink
{
    private const int FrameSamples = OpusPacket.FrameSamples;
    private const int RingFrames = 4;
    private const float SilentBelowDbfs = -55;
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(500);

    private readonly IAudioSink _sink;
    private readonly IOpusDecoder _decoder;
    private readonly IOpusReader _track;
    private readonly ReplaceableTrack? _replaceable;
    private readonly AudioLinkContext _context;
    private readonly ILogger _logger;
    private readonly FaultReporter _faults;
    private readonly FramePacer _pacer;
    private readonly CancellationTokenSource _stop = new();
    private readonly AsyncSignal _written;
    private readonly byte[] _packet = new byte[EncodedAudio.MaxLength];
    private readonly int _channels;
    private readonly int _frameLength;
    private Task _reader = Task.CompletedTask;
    private Task _writer = Task.CompletedTask;
    private readonly ArrivalClock _arrivals = new();    // the reader's own
    private bool _pacing;                               // the reader's own

    // Under the gate.
    private readonly Lock _gate = new();
    private readonly JitterBuffer _jitter;
    private readonly Resampler _resampler;
    private readonly short[] _pcm = new short[FrameSamples + (2 * IOpusDecoder.MaxPacketSamples)];     // decoded, not yet played
    private int _pcmCount;
    private bool _concealing;
    private readonly short[] _converted;
    private readonly short[] _ring;
    private readonly int[] _ringLengths = new int[RingFrames];
    private readonly int _ringStride;
    private int _ringFirst, _ringCount;
    private readonly short[] _writing;
    private bool _stopped, _sinkFailed;
    private long _malformed, _sinkDropped, _removed, _inserted;
    private TimeSpan? _firstPacket;

    private long _level = AudioLevel.Silence.Pack();

    /// <summary>Makes one that has not started; it owns the decoder and not the sink.</summary>
    /// <exception cref="ArgumentException">The sink's format cannot be used.</exception>
    public AudioReceiver(IAudioSink sink, IOpusDecoder decoder, JitterBufferOptions options, IOpusReader track, AudioLinkContext context)
    {
        _sink = sink;
        _decoder = decoder;
        _track = track;
        _replaceable = track as ReplaceableTrack;
        _context = context;
        _logger = context.Logger ?? NullLogger.Instance;
        _faults = new FaultReporter(context);
        AudioFormat format = sink.Format;
        format.Validate(nameof(sink));
        _channels = format.Channels;
        _frameLength = format.SamplesIn(FramePacer.Frame);
        _jitter = new JitterBuffer(options);
        _resampler = new Resampler(OpusPacket.SampleRate, format.SampleRate);
        _converted = new short[_resampler.MaxOutput(FrameSamples)];
        _ringStride = _converted.Length * _channels;
        _ring = new short[RingFrames * _ringStride];
        _writing = new short[_ringStride];
        _written = new AsyncSignal(context.Inline);
        _pacer = new FramePacer(context.Time, OnFrame);
    }

    public AudioLevel Level => AudioLevel.Unpack(Volatile.Read(ref _level));

    public void Start()
    {
        _reader = _context.Inline ? ReadPacketsAsync() : Task.Run(ReadPacketsAsync);
        _writer = _context.Inline ? WriteSinkAsync() : Task.Run(WriteSinkAsync);
    }

    public void Flush()
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            _jitter.Flush(_pacer.Now);
            _pcmCount = 0;
            _concealing = false;
            _ringCount = 0;
            _resampler.Reset();
            _decoder.Reset();
        }

        try
        {
            _sink.Flush();
        }
        catch (Exception exception)     // whatever a user's sink throws must not end the call
        {
            _faults.Sink(exception);
        }
    }

    public AudioReceiveStatistics GetStatistics()
    {
        lock (_gate)
        {
            return _jitter.AddTo(new()
            {
                Malformed = _malformed,
                RemovedSamples = _removed,
                InsertedSamples = _inserted,
                SinkDroppedSamples = _sinkDropped,
                FirstPacketArrival = _firstPacket,
                Level = Level,
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            _stopped = true;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        _written.Set();
        await _pacer.DisposeAsync().ConfigureAwait(false);
        Task both = Task.WhenAll(_reader, _writer);
        try
        {
            await both.WaitAsync(StopPatience, _context.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            AudioLog.LeftBehind(_logger, _writer.IsCompleted ? "reader" : "sink");
        }

        lock (_gate)
            _decoder.Dispose();
        if (both.IsCompleted)
            _stop.Dispose();
    }

    private async Task ReadPacketsAsync()
    {
        CancellationToken stop = _stop.Token;
        try
        {
            while (await _track.WaitAsync(stop).ConfigureAwait(false))
            {
                while (_track.TryRead(_packet, out EncodedAudio packet))
                    Put(in packet);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped from outside, as it may be at any moment.
        }
        catch (Exception exception)     // an engine of the user's choice must not end the process
        {
            _faults.Connection(exception);
        }
    }

    private void Put(in EncodedAudio packet)
    {
        // Told by its arrival and not by its reading: what the thread pool does is no jitter of the network.
        TimeSpan arrival = _arrivals.Map(_replaceable?.ReadFrom ?? _track, packet.Arrival, _pacer.Now);
        TimeSpan target;
        lock (_gate)
        {
            if (_stopped)
                return;
            bool kept = _jitter.Put(_packet.AsSpan(0, packet.Length), packet.SequenceNumber, packet.Timestamp, packet.Ssrc, arrival, packet.Marker);
            _firstPacket ??= packet.Arrival;
            if (_pacing || !kept)
                return;
            _pacing = true;
            target = _jitter.TargetDelay;
        }

        _pacer.Start(target);       // the ticks fall where the first packet is due
    }

    private void OnFrame(int skipped)
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            Fill();
            Span<short> frame = _pcm.AsSpan(0, FrameSamples);
            Volatile.Write(ref _level, AudioLevel.Measure(frame).Pack());
            int count = _resampler.Process(frame, _converted);
            _pcmCount -= FrameSamples;
            _pcm.AsSpan(FrameSamples, _pcmCount).CopyTo(_pcm);
            _sinkDropped += (long)skipped * _frameLength;
            Enqueue(_converted.AsSpan(0, count));
        }

        _written.Set();
    }

    // Decodes until there are 20 ms to play.
    private void Fill()
    {
        TimeSpan now = _pacer.Now;
        while (_pcmCount < FrameSamples)
        {
            JitterAction action = _jitter.Take(now, out ReadOnlySpan<byte> opus, out int samples);
            Span<short> to = _pcm.AsSpan(_pcmCount);
            try
            {
                samples = action switch
                {
                    JitterAction.Decode => Decode(opus, samples, to, now),
                    JitterAction.DecodeFec => Restore(opus, to[..samples]),
                    JitterAction.Conceal => Conceal(to[..samples]),
                    _ => Silence(to[..samples]),
                };
            }
            catch (Exception exception)     // a decoder of the user's choice must not end the process on a timer's thread
            {
                _faults.Decoder(exception);
                to[..samples].Clear();
            }

            _pcmCount += samples;
        }
    }

    private int Decode(ReadOnlySpan<byte> opus, int expected, Span<short> to, TimeSpan now)
    {
        _concealing = false;
        if (!_decoder.TryDecode(opus, to[..IOpusDecoder.MaxPacketSamples], out int samples))
        {
            _malformed++;
            return Conceal(to[..expected]);
        }

        bool silent = OpusPacket.IsDtx(opus) || AudioLevel.Measure(to[..samples]).RmsDbfs < SilentBelowDbfs;
        switch (_jitter.Correct(now, silent))
        {
            case DelayCorrection.Remove:
                _removed += samples;
                return 0;
            case DelayCorrection.InsertSilence:
                to[..samples].CopyTo(to[FrameSamples..]);
                to[..FrameSamples].Clear();
                _inserted += FrameSamples;
                return samples + FrameSamples;
            default:
                return samples;
        }
    }

    private int Restore(ReadOnlySpan<byte> opus, Span<short> to)
    {
        if (!_decoder.TryDecodeFec(opus, to))
            _decoder.Conceal(to);
        return to.Length;
    }

    private int Conceal(Span<short> to)
    {
        _decoder.Conceal(to);
        _concealing = true;
        return to.Length;
    }

    private int Silence(Span<short> to)
    {
        if (!_concealing || to.Length % 120 != 0)
        {
            to.Clear();
            return to.Length;
        }

        // What was made up last fades out instead of breaking off.
        _concealing = false;
        _decoder.Conceal(to);
        for (int i = 0; i < to.Length; i++)
            to[i] = (short)(to[i] * (to.Length - i) / to.Length);
        return to.Length;
    }

    private void Enqueue(ReadOnlySpan<short> mono)
    {
        if (_sinkFailed)
            return;
        if (_ringCount == RingFrames)
        {
            _sinkDropped += _ringLengths[_ringFirst];
            _ringFirst = (_ringFirst + 1) % RingFrames;
            _ringCount--;
        }

        int at = (_ringFirst + _ringCount++) % RingFrames;
        Span<short> to = _ring.AsSpan(at * _ringStride, _ringStride);
        if (_channels == 2)
        {
            _ringLengths[at] = ChannelMixer.ToStereo(mono, to);
            return;
        }

        mono.CopyTo(to);
        _ringLengths[at] = mono.Length;
    }

    private int Dequeue()
    {
        lock (_gate)
        {
            if (_ringCount == 0)
                return 0;
            int length = _ringLengths[_ringFirst];
            _ring.AsSpan(_ringFirst * _ringStride, length).CopyTo(_writing);
            _ringFirst = (_ringFirst + 1) % RingFrames;
            _ringCount--;
            return length;
        }
    }

    private async Task WriteSinkAsync()
    {
        CancellationToken stop = _stop.Token;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await _written.WaitAsync().ConfigureAwait(false);
                int length;
                while ((length = Dequeue()) > 0 && !stop.IsCancellationRequested)
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
                _sinkFailed = true;
            _faults.Sink(exception);
        }
    }
}
