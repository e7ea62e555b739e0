namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What to do with a decoded packet to bring the delay nearer to its target.</summary>
internal enum DelayCorrection
{
    /// <summary>Play it.</summary>
    None,

    /// <summary>Leave it out.</summary>
    Remove,

    /// <summary>Play 20 ms of silence before it.</summary>
    InsertSilence,

    /// <summary>Play it a little faster.</summary>
    Shorten,

    /// <summary>Play it a little slower.</summary>
    Lengthen,
}

/// <summary>
/// Puts packets into order, holds them for as long as the network's jitter asks for, and says what to play where one is missing. Told the
/// time, it never asks; all memory is there from the start. One caller at a time.
/// </summary>
/// <remarks>
/// <code>
///   Put ──► StreamNumbers ──► DelayEstimator ──► PacketStore ──► PlayoutClock ──► Take
///           unwraps,          how late?          by number       whose turn?
///           restarts          target delay                       LossStatistics counts
/// </code>
/// Two clocks tell a packet's lateness: its arrival and its timestamp (RFC 3550 A.8). The fastest packets of the last seconds are the base;
/// how much later than these 97 % of the packets come is the target delay. After a flush, what continues the interrupted speech is dropped until the speech begins anew: see
/// <see cref="Flush"/>.
/// </remarks>
internal sealed class JitterBuffer
{
    /// <summary>The most packets held: 1.28 s of 20 ms.</summary>
    public const int Capacity = PacketStore.Capacity;

    private const int SamplesPerMillisecond = OpusPacket.SampleRate / 1000;
    private const int Frame = OpusPacket.FrameSamples;
    private const int ExcessSilent = Frame + (5 * SamplesPerMillisecond);
    private const int ExcessSpeech = 250 * SamplesPerMillisecond;
    private const int ShortenAbove = 15 * SamplesPerMillisecond;
    private const int LengthenBelow = 5 * SamplesPerMillisecond;
    private const int LossFloor = 2 * Frame;                            // FEC is in the next packet: it has to be here in time

    private readonly PacketStore _store = new();
    private readonly LossStatistics _losses = new();
    private readonly StreamNumbers _stream = new();
    private readonly PlayoutClock _playout;
    private readonly DelayEstimator _delay;
    private readonly InterruptedSpeech _interrupted = new();    // what continues it is not wanted any more
    private readonly int _minDelay, _maxDelay;
    private long _flushed;                                      // numbers up to this one are not wanted either
    private long _packets, _byteCount, _malformed, _resyncs;

    public JitterBuffer(JitterBufferOptions options)
    {
        options.Validate();
        _minDelay = (int)(options.MinDelay.TotalMilliseconds * SamplesPerMillisecond);
        _maxDelay = (int)(options.MaxDelay.TotalMilliseconds * SamplesPerMillisecond);
        _delay = new DelayEstimator((int)(options.InitialDelay.TotalMilliseconds * SamplesPerMillisecond));
        _playout = new PlayoutClock(_store, _losses);
    }

    /// <summary>The delay aimed at.</summary>
    public TimeSpan TargetDelay => TimeSpan.FromMilliseconds((double)Target / SamplesPerMillisecond);

    /// <summary>How much audio is held.</summary>
    public TimeSpan Buffered => TimeSpan.FromMilliseconds((double)_store.Samples / SamplesPerMillisecond);

    private int Target => Math.Clamp(_delay.Target, _losses.Rate > 0.01 ? Math.Min(_maxDelay, Math.Max(_minDelay, LossFloor)) : _minDelay, _maxDelay);

    /// <summary>Fills in what is counted here.</summary>
    public AudioReceiveStatistics AddTo(AudioReceiveStatistics statistics) => statistics with
    {
        Packets = _packets,
        Bytes = _byteCount,
        Lost = Math.Max(0, _losses.Lost),
        Late = _losses.Late,
        Flushed = _losses.Flushed,
        Duplicate = _losses.Duplicate,
        Malformed = statistics.Malformed + _malformed,
        ConcealedSamples = _playout.Concealed,
        FecRecovered = _playout.Restored,
        Resyncs = _resyncs,
        Buffered = Buffered,
        TargetDelay = TargetDelay,
        Jitter = TimeSpan.FromMilliseconds(_delay.Jitter / SamplesPerMillisecond),
    };

    /// <summary>Takes a packet; it is copied. One without content is padding (a probe of the network): its number is not missing, and nothing is played for it.</summary>
    /// <returns>False when there is nothing of it to play: malformed, late, a duplicate, padding, or what a flush has dropped.</returns>
    public bool Put(ReadOnlySpan<byte> opus, ushort sequence, uint timestamp, uint ssrc, TimeSpan arrival, bool marker = false)
    {
        _packets++;
        _byteCount += opus.Length;
        int samples = 0;
        if (opus.Length > EncodedAudio.MaxLength || (!opus.IsEmpty && !OpusPacket.TryGetDuration(opus, out samples)))
        {
            _malformed++;
            return false;
        }

        if (opus.IsEmpty && !_stream.IsOf(ssrc))
            return false;
        switch (_stream.Look(ssrc, sequence, _playout.Next, out long number))
        {
            case NumberStep.FarBehind:
                _losses.CountLate();
                return false;
            case NumberStep.Begins:
                BeginStream(ssrc, sequence, timestamp);
                number = _stream.Highest;
                break;
        }

        if (opus.IsEmpty)
        {
            PutPadding(number);
            return false;
        }

        long time = _stream.Unwrap(timestamp);
        if (_interrupted.IsEndedBy(number, number - _stream.Highest, time - _stream.HighestTimestamp, samples, arrival, marker))
            PlayFrom(number);
        _stream.Advance(number, time);

        // Some senders' timestamps stand still while they are silent: after a pause their clock is compared anew.
        if (_playout.WasIdle)
            _delay.ForgetBase();
        _playout.EndIdle();
        int relativeDelay = _delay.Observe(time, arrival);
        if (_interrupted.IsGoingOn)
        {
            Skip(number);
            return false;
        }

        if (number < _playout.Next && !_playout.TryTakeBack(number, _stream.Highest))
        {
            CountBehind(number);
            return false;
        }

        if (number >= _playout.Next + Capacity)
            _playout.MakeRoom(number);
        if (_store.IsTaken(number))
        {
            _losses.CountDuplicate();
            return false;
        }

        _store.Add(new HeldPacket(number, time, arrival, relativeDelay, opus.Length, samples), opus);
        return true;
    }

    /// <summary>Says what comes next. Called whenever the samples given before have been used up.</summary>
    /// <param name="now">The time.</param>
    /// <param name="opus">The packet to decode, or to take the FEC from; valid until the next call of any method.</param>
    /// <param name="samples">How many samples it stands for, at 48 kHz.</param>
    public JitterAction Take(TimeSpan now, out ReadOnlySpan<byte> opus, out int samples) => _playout.Take(now, Target, out opus, out samples);

    /// <summary>After a packet was decoded: what to do to bring the delay nearer to its target.</summary>
    /// <param name="now">The time.</param>
    /// <param name="ahead">Samples that were decoded before and are still to be played.</param>
    /// <param name="silent">Whether the packet turned out to be silence.</param>
    /// <param name="most">How many samples may be left out or put in at most.</param>
    public DelayCorrection Correct(TimeSpan now, int ahead, bool silent, out int most)
    {
        int excess = _delay.DelayOf(_playout.PlayedTimestamp, now) + ahead - Target;

        // Leaving out helps only against what waits here. A delay of the network's own, or a sender whose timestamps have stepped back, is not in the buffer: leaving packets
        // out would make holes and bring nothing nearer.
        int waiting = Math.Min(excess, (int)_store.Samples + _playout.LastSamples + ahead - Target);
        most = waiting > 0 ? waiting : -excess;
        if (waiting > ExcessSpeech || (silent && waiting > ExcessSilent))
            return DelayCorrection.Remove;
        if (silent && excess < -Frame)
            return DelayCorrection.InsertSilence;
        if (waiting > ShortenAbove)
            return DelayCorrection.Shorten;
        return excess < -LengthenBelow ? DelayCorrection.Lengthen : DelayCorrection.None;
    }

    /// <summary>Drops everything held, and of what is still to come that which continues the <see cref="InterruptedSpeech"/>.</summary>
    public void Flush(TimeSpan now)
    {
        if (!_stream.HasStarted)
            return;
        Drop();
        _interrupted.Begin(_flushed, now);
    }

    private void Drop()
    {
        _store.Clear();
        _playout.Stop(_stream.Highest + 1, _stream.HighestTimestamp + _playout.LastSamples);
        _flushed = _stream.Highest;
    }

    private void BeginStream(uint ssrc, ushort sequence, uint timestamp)
    {
        if (_stream.HasStarted)
            _resyncs++;
        _stream.Begin(ssrc, sequence, timestamp);
        _store.Clear();
        _store.ForgetPadding();
        _playout.Begin(_stream.Highest, _stream.HighestTimestamp);
        _interrupted.Forget();
        _flushed = 0;
        _delay.ForgetBase();
    }

    // The packet that begins the speech anew may have been overtaken by those behind it: they are gone, it is not.
    private void PlayFrom(long number)
    {
        if (number >= _playout.Next)
            return;
        _playout.GoBackTo(number);
        _flushed = number - 1;
    }

    private void Skip(long number)
    {
        _losses.CountFlushed();
        if (number < _playout.Next)
            return;
        _playout.SkipTo(number + 1);
        _flushed = number;
    }

    private void PutPadding(long number)
    {
        _stream.Advance(number);
        if (number < _playout.Next || _store.IsTaken(number))
            return;     // late, or a number that a packet with content has already
        if (!_playout.TryPassPadding(number))
            _store.AddPadding(number);
    }

    private void CountBehind(long number)
    {
        if (number <= _flushed)
            _losses.CountFlushed();
        else
            _losses.CountBehind(_playout.Next - 1 - number);
    }
}
