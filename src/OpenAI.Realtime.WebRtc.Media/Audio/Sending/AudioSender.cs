using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Source → 48 kHz mono → Opus, 20 ms a packet, at deadlines.
/// </summary>
/// <remarks>
/// <code>
///   reader (a task)                                  audio clock (every 20 ms)
///   source.ReadAsync → mix down → resample ─► ring ─► or silence → encode → send
///                                             2 frames, 50 of a live source
/// </code>
/// The two meet at the ring only, so a source that blocks or throws never holds up the pace: silence is sent, with timestamps that run on. A source that says that it never blocks is
/// read on the clock's own thread, after the frame has been sent; one that keeps its own delay as well is read there at the deadline itself, and its 20 ms are sent without a ring between.
/// A source that paces itself is encoded and sent by the reader as soon as 20 ms are there; when it gives nothing for 200 ms, the pacer fills
/// in with silence until it comes again, because the service hears the end of speech in silence. A live source is read as fast as it gives, and what is
/// behind is left out (<see cref="LiveBacklog"/>).
/// </remarks>
internal sealed class AudioSender : IAudioUplink
{
    private const int FrameSamples = OpusPacket.FrameSamples;
    private const int RingFrames = 2;       // of a source that is not live
    private static readonly TimeSpan FirstFrameIn = TimeSpan.FromMilliseconds(10);      // time for the reader's first frame
    private static readonly TimeSpan Starvation = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(500);

    private readonly IAudioSource _source;
    private readonly IOpusEncoder _encoder;
    private readonly EncoderFeedback _feedback;
    private readonly bool _dtx;
    private readonly IOpusTrack _track;
    private readonly AudioLinkContext _context;
    private readonly ILogger _logger;
    private readonly FaultReporter _faults;
    private readonly FramePacer _pacer;
    private readonly Resampler _resampler;
    private readonly CancellationTokenSource _stop = new();
    private readonly AsyncSignal _room;
    private readonly bool _pacesItself;
    private readonly bool _atDeadlines;
    private readonly int _channels;

    // The reader's own; the clock's where the source is read at deadlines.
    private readonly short[] _read;
    private readonly short[] _staged;
    private int _stagedCount;
    private Task _reader = Task.CompletedTask;
    private ValueTask<int> _read20Ms;
    private bool _isReading;

    // Under the gate.
    private readonly Lock _gate = new();
    private readonly LiveBacklog? _live;
    private readonly int _ringFrames;
    private readonly short[] _ring;
    private readonly short[] _silence = new short[FrameSamples];
    private readonly byte[] _packet = new byte[EncodedAudio.MaxLength];
    private int _ringFirst;
    private int _ringCount;
    private bool _ended;
    private bool _starved;
    private bool _stopped;
    private TimeSpan _lastSent;
    private ushort _sequence;
    private uint _timestamp;
    private bool _marker = true;        // RFC 3551 §4.1: the first packet after silence has it
    private long _packets, _bytes, _underruns, _skipped, _dropped, _dtxFrames;

    private volatile bool _muted;
    private long _level = AudioLevel.Silence.Pack();

    /// <summary>Makes one that has not started; it owns the encoder and not the source.</summary>
    /// <exception cref="ArgumentException">The source's format cannot be used.</exception>
    public AudioSender(IAudioSource source, IOpusEncoder encoder, OpusEncoderOptions options, IOpusTrack track, AudioLinkContext context)
    {
        _source = source;
        _encoder = encoder;
        _feedback = new EncoderFeedback(encoder, options);
        _dtx = options.Dtx;
        _track = track;
        _context = context;
        _logger = context.Logger ?? NullLogger.Instance;
        _faults = new FaultReporter(context);
        AudioFormat format = source.Format;
        format.Validate(nameof(source));
        _channels = format.Channels;
        _pacesItself = source.PacesItself;
        _atDeadlines = source.KeepsItsOwnDelay && source.IsNonBlocking && !_pacesItself;
        _live = source.IsLive && !_pacesItself && !_atDeadlines ? new LiveBacklog() : null;
        _ringFrames = _live is null ? RingFrames : LiveBacklog.MaxFrames;
        _ring = new short[_ringFrames * FrameSamples];
        _resampler = new Resampler(format.SampleRate, OpusPacket.SampleRate);
        _read = new short[format.SamplesIn(FramePacer.Frame)];
        _staged = new short[FrameSamples + _resampler.MaxOutput(_read.Length / _channels)];
        _room = new AsyncSignal(context.Inline || source.IsNonBlocking);
        _pacer = new FramePacer(context.Time, OnFrame);
    }

    public bool IsMuted
    {
        get => _muted;
        set => _muted = value;
    }

    public AudioLevel Level => AudioLevel.Unpack(Volatile.Read(ref _level));

    public void Start()
    {
        if (!_atDeadlines)
            _reader = _context.Inline ? ReadSourceAsync() : Task.Run(ReadSourceAsync);
        _pacer.Start(_pacer.Now + FirstFrameIn);
    }

    public AudioSendStatistics GetStatistics()
    {
        lock (_gate)
        {
            return new()
            {
                Packets = _packets,
                Bytes = _bytes,
                UnderrunFrames = _underruns,
                SkippedFrames = _skipped,
                DroppedFrames = _dropped,
                DtxFrames = _dtxFrames,
                SourceEnded = _ended,
                Bitrate = _feedback.Tuning.Bitrate,
                ExpectedPacketLossPercent = _feedback.Tuning.ExpectedPacketLossPercent,
                Level = Level,
            };
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
        _room.Set();
        await _pacer.DisposeAsync().ConfigureAwait(false);
        if (_isReading)
            _reader = EndReadAsync(_read20Ms);
        try
        {
            await _reader.WaitAsync(StopPatience, _context.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            AudioLog.LeftBehind(_logger, "source");     // it holds nothing but its own buffer; whatever it still gives is dropped
        }

        lock (_gate)
            _encoder.Dispose();
        if (_reader.IsCompleted)
            _stop.Dispose();
    }

    private async Task ReadSourceAsync()
    {
        CancellationToken stop = _stop.Token;
        try
        {
            bool ended = false;
            while (!ended)
            {
                int count = CheckedCount(await _source.ReadAsync(_read, stop).ConfigureAwait(false));
                ended = count == 0;
                if (ended)
                    PadLastFrame();
                else
                    Stage(_read.AsSpan(0, count));
                while (_stagedCount >= FrameSamples)
                {
                    while (!TryPassOn())
                    {
                        await _room.WaitAsync().ConfigureAwait(false);
                        if (stop.IsCancellationRequested)
                            return;
                    }
                }

                if (stop.IsCancellationRequested)
                    return;
            }

            AudioLog.SourceEnded(_logger);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped from outside, as it may be at any moment.
        }
        catch (Exception exception)     // whatever a user's source throws must not end the call
        {
            _faults.Source(exception);
        }
        finally
        {
            lock (_gate)
                _ended = true;
        }
    }

    // Takes what the source has at a deadline. A read that is under way is asked again at the next one; a source that has ended or failed is not read any more.
    private void ReadAtDeadline()
    {
        try
        {
            while (_stagedCount < FrameSamples && !_ended)
            {
#pragma warning disable CA2012 // It is consumed once: by Result when it has completed, or by EndReadAsync.
                if (!_isReading)
                    _read20Ms = _source.ReadAsync(_read, _stop.Token);
#pragma warning restore CA2012
                _isReading = !_read20Ms.IsCompleted;
                if (_isReading)
                    return;
                int count = CheckedCount(_read20Ms.Result);
                if (count == 0)
                {
                    PadLastFrame();
                    lock (_gate)
                        _ended = true;
                    AudioLog.SourceEnded(_logger);
                    return;
                }

                Stage(_read.AsSpan(0, count));
            }
        }
        catch (Exception exception)     // whatever a user's source throws must not end the call
        {
            lock (_gate)
                _ended = true;
            if (!_stop.IsCancellationRequested)
                _faults.Source(exception);
        }
    }

    private static async Task EndReadAsync(ValueTask<int> read)
    {
        try
        {
            await read.ConfigureAwait(false);
        }
        catch (Exception)   // nobody waits for it any more
        {
        }
    }

    private int CheckedCount(int count) => (uint)count <= (uint)_read.Length
        ? count
        : throw new InvalidOperationException($"The audio source says that it read {count} samples into a buffer of {_read.Length}.");

    private void Stage(Span<short> samples)
    {
        if (_channels == 2)
            samples = samples[..ChannelMixer.ToMono(samples, samples)];
        _stagedCount += _resampler.Process(samples, _staged.AsSpan(_stagedCount));
    }

    private void PadLastFrame()
    {
        if (_stagedCount == 0)
            return;
        _staged.AsSpan(_stagedCount, FrameSamples - _stagedCount).Clear();
        _stagedCount = FrameSamples;
    }

    // Moves one frame on: to the ring when there is room, or straight to the wire.
    private bool TryPassOn()
    {
        Span<short> frame = _staged.AsSpan(0, FrameSamples);
        lock (_gate)
        {
            if (_pacesItself && !_stopped)
            {
                _starved = false;
                SendFrame(frame);
            }
            else if (!_stopped)
            {
                if (_live is { MayTake: false } || (_live is null && _ringCount == _ringFrames))
                    return false;
                if (_ringCount == _ringFrames)
                    Drop(1);
                frame.CopyTo(_ring.AsSpan((_ringFirst + _ringCount) % _ringFrames * FrameSamples));
                _ringCount++;
                _live?.Add();
            }
        }

        _stagedCount -= FrameSamples;
        _staged.AsSpan(FrameSamples, _stagedCount).CopyTo(_staged);
        return true;
    }

    private void OnFrame(int skipped)
    {
        bool taken = false;
        if (_atDeadlines)
            ReadAtDeadline();
        lock (_gate)
        {
            if (_stopped)
                return;
            if (_pacesItself && !_ended)
            {
                FillInForStarvedSource();
                return;
            }

            if (skipped > 0)
                Skip(skipped);
            if (_live is not null && !_ended)
            {
                Drop(_live.Excess(_ringCount, skipped));
                taken = true;
            }

            if (_stagedCount >= FrameSamples && _atDeadlines)
            {
                SendFrame(_staged.AsSpan(0, FrameSamples));
                _stagedCount -= FrameSamples;
                _staged.AsSpan(FrameSamples, _stagedCount).CopyTo(_staged);
            }
            else if (_ringCount > 0)
            {
                SendFrame(_ring.AsSpan(_ringFirst * FrameSamples, FrameSamples));
                Remove(1);
                taken = true;
            }
            else
            {
                if (!_ended)
                    _underruns++;
                SendFrame(_silence);
            }
        }

        if (taken)
            _room.Set();
    }

    private void Drop(int frames)
    {
        Remove(frames);
        _dropped += frames;
    }

    private void Remove(int frames)
    {
        _ringFirst = (_ringFirst + frames) % _ringFrames;
        _ringCount -= frames;
    }

    private void FillInForStarvedSource()
    {
        TimeSpan since = _pacer.Now - _lastSent;
        if (!_starved)
        {
            if (since < Starvation)
                return;
            _starved = true;
            if (_packets > 0)
                Skip((int)(since / FramePacer.Frame) - 1);
        }

        _underruns++;
        SendFrame(_silence);
    }

    // The timestamps go on as if the frames had been sent (RFC 3550 §5.1), so the peer knows how much is missing.
    private void Skip(int frames)
    {
        _timestamp += (uint)(frames * FrameSamples);
        _marker = true;
        _skipped += frames;
        AudioLog.Stalled(_logger, frames);
    }

    private void SendFrame(ReadOnlySpan<short> frame)
    {
        if (_muted)
            frame = _silence;
        Volatile.Write(ref _level, AudioLevel.Measure(frame).Pack());
        uint timestamp = _timestamp;
        _timestamp += FrameSamples;
        _lastSent = _pacer.Now;
        int length;
        try
        {
            _feedback.Follow(_track);
            length = _encoder.Encode(frame, _packet);
        }
        catch (Exception exception)     // an encoder of the user's choice must not end the process on the clock's thread
        {
            _faults.Encoder(exception);
            _marker = true;
            return;
        }

        if (_dtx && length <= 2)
        {
            _dtxFrames++;
            _marker = true;
            return;
        }

        try
        {
            _track.Send(_packet.AsSpan(0, length), new OpusPacketHeader(_sequence++, timestamp, _marker));
        }
        catch (Exception exception)     // as above
        {
            _faults.Connection(exception);
            return;
        }

        _marker = false;
        _packets++;
        _bytes += length;
    }
}
