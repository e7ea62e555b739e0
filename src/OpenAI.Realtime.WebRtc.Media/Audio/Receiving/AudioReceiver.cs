using Microsoft.Extensions.Logging.Abstractions;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Packets → jitter buffer → Opus → the sink's format, 20 ms every 20 ms.
/// </summary>
/// <remarks>
/// <code>
///   at each deadline, on the audio clock
///   take what has arrived ─► jitter buffer ─► decode, restore, conceal ─► faster or slower ─► resample ─► sink
/// </code>
/// Playing begins with the first packet and goes on until the end, with silence where there is nothing. Only the first packet is waited for; those after it are taken at the deadline.
/// </remarks>
internal sealed class AudioReceiver : IAudioDownlink
{
    private const int FrameSamples = OpusPacket.FrameSamples;
    private const float SilentBelowDbfs = -55;
    private const int MaxPacketsAtOnce = 64;        // as many as the engine's queue holds: whoever floods it must not hold up the clock of all calls
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Implausible = TimeSpan.FromSeconds(2);     // no queue holds a packet for that long: another clock

    private readonly IAudioSink _sink;
    private readonly IOpusDecoder _decoder;
    private readonly IOpusReader _track;
    private readonly AudioLinkContext _context;
    private readonly FaultReporter _faults;
    private readonly FramePacer _pacer;
    private readonly SinkWriter _writer;
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[] _packet = new byte[EncodedAudio.MaxLength];
    private readonly int _frameLength;
    private Task _beginning = Task.CompletedTask;

    // Under the gate.
    private readonly Lock _gate = new();
    private readonly JitterBuffer _jitter;
    private readonly TimeStretcher _stretcher = new();
    private readonly Resampler _resampler;
    private readonly short[] _pcm = new short[FrameSamples + (2 * IOpusDecoder.MaxPacketSamples)];     // decoded, not yet played
    private int _pcmCount;
    private bool _concealing;
    private readonly short[] _converted;
    private bool _pacing, _stopped;
    private TimeSpan? _lastArrival;
    private long _malformed, _removed, _inserted;

    private long _level = AudioLevel.Silence.Pack();

    /// <summary>Makes one that has not started; it owns the decoder and not the sink.</summary>
    /// <exception cref="ArgumentException">The sink's format cannot be used.</exception>
    public AudioReceiver(IAudioSink sink, IOpusDecoder decoder, JitterBufferOptions options, IOpusReader track, AudioLinkContext context)
    {
        _sink = sink;
        _decoder = decoder;
        _track = track;
        _context = context;
        _faults = new FaultReporter(context);
        AudioFormat format = sink.Format;
        format.Validate(nameof(sink));
        _frameLength = format.SamplesIn(FramePacer.Frame);
        _jitter = new JitterBuffer(options);
        _resampler = new Resampler(OpusPacket.SampleRate, format.SampleRate);
        _converted = new short[_resampler.MaxOutput(FrameSamples)];
        _writer = new SinkWriter(sink, _converted.Length, context, _faults);
        _pacer = new FramePacer(context.Time, OnFrame);
    }

    public AudioLevel Level => AudioLevel.Unpack(Volatile.Read(ref _level));

    public void Start()
    {
        _writer.Start();
        _beginning = _context.Inline ? BeginAsync() : Task.Run(BeginAsync);
    }

    public void Flush()
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            TakeArrived();
            _jitter.Flush(_pacer.Now);
            _pcmCount = 0;
            _concealing = false;
            _writer.Clear();
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
            if (!_stopped)
                TakeArrived();
            return _jitter.AddTo(new()
            {
                Malformed = _malformed,
                RemovedSamples = _removed,
                InsertedSamples = _inserted,
                SinkDroppedSamples = _writer.Dropped,
                Level = Level,
                SinceLastPacket = _pacer.Now - _lastArrival,
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
        await _pacer.DisposeAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _beginning.WaitAsync(StopPatience, _context.Time).ConfigureAwait(false);
            _stop.Dispose();
        }
        catch (TimeoutException)
        {
            AudioLog.LeftBehind(_context.Logger ?? NullLogger.Instance, "reader");
        }

        lock (_gate)
            _decoder.Dispose();
    }

    // Nothing runs until something arrives.
    private async Task BeginAsync()
    {
        CancellationToken stop = _stop.Token;
        try
        {
            while (await _track.WaitAsync(stop).ConfigureAwait(false))
            {
                lock (_gate)
                {
                    if (!_stopped)
                        TakeArrived();
                    if (_pacing || _stopped)
                        return;
                }
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

    private void TakeArrived()
    {
        try
        {
            for (int left = MaxPacketsAtOnce; left > 0 && _track.TryRead(_packet, out EncodedAudio packet); left--)
                Put(in packet);
        }
        catch (Exception exception)     // an engine of the user's choice must not end the process on the clock's thread
        {
            _faults.Connection(exception);
        }
    }

    private void Put(in EncodedAudio packet)
    {
        TimeSpan now = _pacer.Now, arrival = packet.Arrival;
        if (arrival > now || now - arrival > Implausible)
            arrival = now;
        _lastArrival = arrival;
        if (!_jitter.Put(_packet.AsSpan(0, packet.Length), packet.SequenceNumber, packet.Timestamp, packet.Ssrc, arrival, packet.Marker) || _pacing)
            return;
        _pacing = true;
        _pacer.Start(arrival + _jitter.TargetDelay);    // the deadlines fall where the first packet is due
    }

    private void OnFrame(int skipped)
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            TakeArrived();
            Fill();
            Span<short> frame = _pcm.AsSpan(0, FrameSamples);
            Volatile.Write(ref _level, AudioLevel.Measure(frame).Pack());
            int count = _resampler.Process(frame, _converted);
            _pcmCount -= FrameSamples;
            _pcm.AsSpan(FrameSamples, _pcmCount).CopyTo(_pcm);
            if (skipped > 0)
                _writer.CountDropped((long)skipped * _frameLength);
            _writer.Add(_converted.AsSpan(0, count));
        }

        _writer.Wake();
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
            catch (Exception exception)     // a decoder of the user's choice must not end the process on the clock's thread
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
        int corrected = _jitter.Correct(now, _pcmCount, silent, out int most) switch
        {
            DelayCorrection.Remove => 0,
            DelayCorrection.InsertSilence => InsertSilence(to, samples),
            DelayCorrection.Shorten => _stretcher.Shorten(to, samples, most),
            DelayCorrection.Lengthen => _stretcher.Lengthen(to, samples, most),
            _ => samples,
        };
        _stretcher.Advance(samples);
        _removed += Math.Max(0, samples - corrected);
        _inserted += Math.Max(0, corrected - samples);
        return corrected;
    }

    private static int InsertSilence(Span<short> pcm, int samples)
    {
        pcm[..samples].CopyTo(pcm[FrameSamples..]);
        pcm[..FrameSamples].Clear();
        return samples + FrameSamples;
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
        if (!_concealing || to.Length % OpusPacket.ConcealmentStep != 0)
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
}
