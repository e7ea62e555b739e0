using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What to play next.</summary>
internal enum JitterAction
{
    /// <summary>Silence: nothing is being said, or playing has not begun.</summary>
    Silence,

    /// <summary>Decode the packet.</summary>
    Decode,

    /// <summary>A packet was lost: restore it from the FEC of this one, which is given again by the next call.</summary>
    DecodeFec,

    /// <summary>Make up what is missing.</summary>
    Conceal,
}

/// <summary>What to do with a decoded packet to bring the delay nearer to its target.</summary>
internal enum DelayCorrection
{
    /// <summary>Play it.</summary>
    None,

    /// <summary>Leave it out.</summary>
    Remove,

    /// <summary>Play 20 ms of silence before it.</summary>
    InsertSilence,
}

/// <summary>
/// Puts packets into order, holds them for as long as the network's jitter asks for, and says what to play where one is missing. Told the
/// time, it never asks; all memory is there from the start. One caller at a time.
/// </summary>
/// <remarks>
/// <code>
///              first packet                     100 ms of nothing
///   Buffering ─────────────► Playing ─────────────────────────────► Buffering
///   silence     waited for   next number there → decode
///               the target   a later one there → the number is lost: FEC or conceal, go on
///               delay        nothing there     → conceal; the number is not given up, so a late packet is still played and the delay has grown
/// </code>
/// Two clocks tell a packet's lateness: its arrival and its timestamp (RFC 3550 A.8). The fastest packets of the last seconds are the base;
/// how much later than these 97 % of the packets come is the target delay. A timestamp that runs ahead without a missing number is a pause
/// (RFC 3551 §4.1), not a loss. After a flush, what continues the interrupted speech is dropped until the speech begins anew: see <see cref="Flush"/>.
/// </remarks>
internal sealed class JitterBuffer
{
    /// <summary>The most packets held: 1.28 s of 20 ms.</summary>
    public const int Capacity = 64;

    private const int SamplesPerMillisecond = OpusPacket.SampleRate / 1000;
    private const int Frame = OpusPacket.FrameSamples;
    private const int ConcealLimit = 100 * SamplesPerMillisecond;       // then it is a pause
    private const int HoleLimit = 200 * SamplesPerMillisecond;          // a longer hole is jumped over
    private const int IdleLimit = 300 * SamplesPerMillisecond;          // after that, timestamps are not compared with those before
    private const int PhaseSlack = 10 * SamplesPerMillisecond;          // playing goes by ticks of 20 ms: the nearest is taken
    private const int ExcessSilent = Frame + (5 * SamplesPerMillisecond);
    private const int ExcessSpeech = 250 * SamplesPerMillisecond;
    private const int MaxReorder = 100;                                 // RFC 3550 A.1, MAX_MISORDER
    private const int LossFloor = 2 * Frame;                            // FEC is in the next packet: it has to be here in time

    private readonly Slot[] _slots = new Slot[Capacity];
    private readonly byte[] _bytes = new byte[Capacity * EncodedAudio.MaxLength];
    private readonly long[] _padding = new long[Capacity];      // numbers of packets without content; a stream's own numbers begin above 65,535
    private readonly DelayEstimator _delay;
    private readonly int _minDelay, _maxDelay;

    // The stream.
    private bool _started;
    private uint _ssrc;
    private long _highest;              // sequence number, unwrapped
    private long _highestTimestamp;     // its timestamp, unwrapped
    private ushort _restart;            // the number that would make a jump back a restart
    private bool _restartPending;

    // Playing.
    private bool _playing;
    private bool _fresh;                // nothing of this stream has been played: an earlier number may still come first
    private long _next;                 // the number to play next
    private long _nextTimestamp;        // what its timestamp is if nothing was left out
    private int _stretched;             // samples played in place of it so far
    private int _pending;               // of these, made up; whether for a loss or in a pause is not known yet
    private int _lastSamples = Frame;
    private bool _lastDtx;
    private int _idle;                  // samples of nothing at all until now
    private long _flushed;              // numbers up to this one are not wanted any more
    private readonly InterruptedSpeech _interrupted = new();    // what continues it is not wanted either
    private ulong _history;             // bit i: number _next − 1 − i was received
    private int _held;                  // packets
    private long _heldSamples;
    private long _playedTimestamp;      // of the packet given last
    private double _lossRate;

    // Counted.
    private long _packets, _byteCount, _lost, _late, _flushedPackets, _duplicate, _malformed, _concealed, _fec, _resyncs;

    public JitterBuffer(JitterBufferOptions options)
    {
        options.Validate();
        _minDelay = (int)(options.MinDelay.TotalMilliseconds * SamplesPerMillisecond);
        _maxDelay = (int)(options.MaxDelay.TotalMilliseconds * SamplesPerMillisecond);
        _delay = new DelayEstimator((int)(options.InitialDelay.TotalMilliseconds * SamplesPerMillisecond));
    }

    /// <summary>The delay aimed at.</summary>
    public TimeSpan TargetDelay => TimeSpan.FromMilliseconds((double)Target / SamplesPerMillisecond);

    /// <summary>How much audio is held.</summary>
    public TimeSpan Buffered => TimeSpan.FromMilliseconds((double)_heldSamples / SamplesPerMillisecond);

    private int Target => Math.Clamp(_delay.Target, _lossRate > 0.01 ? Math.Min(_maxDelay, Math.Max(_minDelay, LossFloor)) : _minDelay, _maxDelay);

    /// <summary>Fills in what is counted here.</summary>
    public AudioReceiveStatistics AddTo(AudioReceiveStatistics statistics) => statistics with
    {
        Packets = _packets,
        Bytes = _byteCount,
        Lost = Math.Max(0, _lost),
        Late = _late,
        Flushed = _flushedPackets,
        Duplicate = _duplicate,
        Malformed = statistics.Malformed + _malformed,
        ConcealedSamples = _concealed,
        FecRecovered = _fec,
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

        if (opus.IsEmpty && (!_started || ssrc != _ssrc))
            return false;
        if (!_started || ssrc != _ssrc)
            BeginStream(ssrc, sequence, timestamp);

        long number = _highest + (new Serial16(sequence) - new Serial16((ushort)_highest));
        if (number - _highest > Capacity)
        {
            BeginStream(ssrc, sequence, timestamp);     // more than ever fits: it starts again from here
            number = _highest;
        }
        else if (number < _next - MaxReorder)
        {
            // RFC 3550 A.1: two in a row far behind are a sender that has begun anew, one alone is an old packet.
            if (!_restartPending || sequence != _restart)
            {
                _restartPending = true;
                _restart = (ushort)(sequence + 1);
                _late++;
                return false;
            }

            BeginStream(ssrc, sequence, timestamp);
            number = _highest;
        }

        _restartPending = false;
        if (opus.IsEmpty)
        {
            PutPadding(number);
            return false;
        }

        long time = _highestTimestamp + (new Serial32(timestamp) - new Serial32((uint)_highestTimestamp));
        if (_interrupted.IsEndedBy(number, number - _highest, time - _highestTimestamp, samples, arrival, marker))
            PlayFrom(number);
        if (number > _highest)
        {
            _highest = number;
            _highestTimestamp = time;
        }

        // Some senders' timestamps stand still while they are silent: after a pause their clock is compared anew.
        if (_idle >= IdleLimit)
            _delay.ForgetBase();
        _idle = 0;
        int relativeDelay = _delay.Observe(time, arrival);
        if (_interrupted.IsGoingOn)
        {
            Skip(number);
            return false;
        }

        if (number < _next && !TryTakeBack(number))
        {
            CountLateOrDuplicate(number);
            return false;
        }

        if (number >= _next + Capacity)
            MakeRoom(number);
        ref Slot slot = ref _slots[number & (Capacity - 1)];
        if (slot.Filled)
        {
            _duplicate++;
            return false;
        }

        slot = new Slot
        {
            Filled = true,
            Number = number,
            Timestamp = time,
            Arrival = arrival,
            RelativeDelay = relativeDelay,
            Length = opus.Length,
            Samples = samples,
        };
        opus.CopyTo(Bytes(number));
        _held++;
        _heldSamples += samples;
        return true;
    }

    /// <summary>Says what comes next. Called whenever the samples given before have been used up.</summary>
    /// <param name="now">The time.</param>
    /// <param name="opus">The packet to decode, or to take the FEC from; valid until the next call of any method.</param>
    /// <param name="samples">How many samples it stands for, at 48 kHz.</param>
    public JitterAction Take(TimeSpan now, out ReadOnlySpan<byte> opus, out int samples)
    {
        opus = default;
        samples = Frame;
        if (!_playing && !TryBeginPlaying(now))
        {
            if (_held == 0 && _idle < IdleLimit)
                _idle += Frame;
            return JitterAction.Silence;
        }

        while (true)
        {
            ref Slot slot = ref _slots[_next & (Capacity - 1)];
            if (slot.Filled)
                return TakeNext(ref slot, now, out opus, out samples);
            if (IsPadding(_next))
            {
                PassOne(received: true);
                continue;
            }

            if (_held == 0)
                return TakeNothing(out samples);
            if (TakeLost(out opus, out samples) is { } action)
                return action;
        }
    }

    /// <summary>After a packet was decoded: whether to play it, given how loud it turned out to be.</summary>
    public DelayCorrection Correct(TimeSpan now, bool silent)
    {
        int excess = _delay.DelayOf(_playedTimestamp, now) - Target;

        // Leaving out helps only against what waits here. A delay of the network's own, or a sender whose timestamps have stepped back, is not in the buffer: leaving packets
        // out would make holes and bring nothing nearer.
        int waiting = Math.Min(excess, (int)_heldSamples + _lastSamples - Target);
        if (waiting > ExcessSpeech || (silent && waiting > ExcessSilent))
            return DelayCorrection.Remove;
        return silent && excess < -Frame ? DelayCorrection.InsertSilence : DelayCorrection.None;
    }

    /// <summary>Drops everything held, and of what is still to come that which continues the <see cref="InterruptedSpeech"/>.</summary>
    public void Flush(TimeSpan now)
    {
        Drop();
        if (_started)
            _interrupted.Begin(_flushed, now);
    }

    private void Drop()
    {
        for (int i = 0; i < Capacity; i++)
            _slots[i].Filled = false;
        _held = 0;
        _heldSamples = 0;
        if (_started)
            _next = _highest + 1;
        _flushed = _next - 1;
        _playing = false;
        _fresh = false;
        _stretched = 0;
        _pending = 0;
        _nextTimestamp = _highestTimestamp + _lastSamples;
    }

    private void BeginStream(uint ssrc, ushort sequence, uint timestamp)
    {
        if (_started)
        {
            _resyncs++;
            _concealed += _pending;
            Drop();
        }

        _started = true;
        _ssrc = ssrc;
        _highest = sequence + 0x1_0000L;            // room to count down from
        _highestTimestamp = timestamp + 0x1_0000_0000L;
        _interrupted.Forget();
        _next = _highest;
        _nextTimestamp = _highestTimestamp;
        _history = 0;
        _flushed = 0;
        _idle = 0;
        _fresh = true;
        _playing = false;
        _restartPending = false;
        Array.Clear(_padding);
        _delay.ForgetBase();
    }

    // 1. Nothing is playing: begin when the earliest packet has waited for its time.
    private bool TryBeginPlaying(TimeSpan now)
    {
        if (_held == 0)
            return false;
        ref Slot first = ref _slots[First() & (Capacity - 1)];
        if (!IsDue(in first, now))
            return false;
        if (!_fresh)
            Settle(first.Number, first.Timestamp - _nextTimestamp);
        PassTo(first.Number);
        _nextTimestamp = first.Timestamp;
        _stretched = 0;
        _fresh = false;
        _playing = true;
        return true;
    }

    // 2. The next number is there. Its timestamp may be ahead: the sender was silent in between.
    private JitterAction TakeNext(ref Slot slot, TimeSpan now, out ReadOnlySpan<byte> opus, out int samples)
    {
        opus = default;
        long gap = slot.Timestamp - _nextTimestamp - _stretched;
        if (gap > 0 && !IsDue(in slot, now))
        {
            samples = (int)Math.Min(gap, Frame);
            _stretched += samples;
            return JitterAction.Silence;
        }

        Settle(slot.Number, slot.Timestamp - _nextTimestamp);
        opus = Bytes(slot.Number)[..slot.Length];
        samples = slot.Samples;
        slot.Filled = false;
        _held--;
        _heldSamples -= samples;
        PassOne(received: true);
        _nextTimestamp = slot.Timestamp + samples;
        _playedTimestamp = slot.Timestamp;
        _stretched = 0;
        _lastSamples = samples;
        _lastDtx = OpusPacket.IsDtx(opus);
        return JitterAction.Decode;
    }

    // 3. Nothing is there at all. The number is not given up: the packet may only be late.
    private JitterAction TakeNothing(out int samples)
    {
        samples = Frame;
        if (_stretched >= ConcealLimit)
        {
            _playing = false;
            _idle = _stretched;
            return JitterAction.Silence;
        }

        _stretched += Frame;
        if (_lastDtx)
            return JitterAction.Silence;
        _pending += Frame;
        return JitterAction.Conceal;
    }

    // 4. A later number is there: the next one is lost. Null when there is nothing to play in its place.
    private JitterAction? TakeLost(out ReadOnlySpan<byte> opus, out int samples)
    {
        opus = default;
        samples = 0;
        ref Slot later = ref _slots[First() & (Capacity - 1)];
        int missing = (int)(later.Number - _next);
        long missingSamples = later.Timestamp - _nextTimestamp;
        if (missingSamples is <= 0 or > HoleLimit)
        {
            Settle(later.Number, 0);
            PassTo(later.Number);
            _nextTimestamp = later.Timestamp;
            _stretched = 0;
            return null;
        }

        samples = (int)Math.Min(_lastSamples, missingSamples);
        samples -= samples % 120;           // concealment goes by 2.5 ms
        _nextTimestamp += samples;
        PassOne(received: false);
        if (samples == 0)
            return null;
        if (_stretched >= samples)
        {
            // What was made up while nothing was there has stood in for it already.
            _stretched -= samples;
            int covered = Math.Min(_pending, samples);
            _pending -= covered;
            _concealed += covered;
            return null;
        }

        if (missing == 1 && OpusPacket.HasFec(Bytes(later.Number)[..later.Length]))
        {
            opus = Bytes(later.Number)[..later.Length];
            _fec++;
            return JitterAction.DecodeFec;
        }

        _concealed += samples;
        return JitterAction.Conceal;
    }

    // What was made up while waiting for a packet: was it a pause of the sender, or was the packet late? The timestamps tell.
    private void Settle(long number, long gap)
    {
        bool pause = number == _next && gap >= _stretched && _stretched > 0;
        if (!pause)
            _concealed += _pending;
        _pending = 0;
    }

    // The packet that begins the speech anew may have been overtaken by those behind it: they are gone, it is not.
    private void PlayFrom(long number)
    {
        if (number >= _next)
            return;
        _next = number;
        _flushed = number - 1;
        _history = 0;
    }

    private void Skip(long number)
    {
        _flushedPackets++;
        if (number < _next)
            return;
        _next = number + 1;
        _flushed = number;
    }

    private void PutPadding(long number)
    {
        _highest = Math.Max(_highest, number);
        if (number < _next || _slots[number & (Capacity - 1)].Filled)
            return;     // late, or a number that a packet with content has already
        if (number == _next && !_fresh)
            PassOne(received: true);
        else
            _padding[number & (Capacity - 1)] = number;
    }

    private bool IsPadding(long number) => _padding[number & (Capacity - 1)] == number;

    private bool IsDue(in Slot slot, TimeSpan now)
    {
        long waited = (long)((now - slot.Arrival).TotalMilliseconds * SamplesPerMillisecond);
        return waited + slot.RelativeDelay >= Target - PhaseSlack;
    }

    private long First()
    {
        long number = _next;
        while (!_slots[number & (Capacity - 1)].Filled)
            number++;
        return number;
    }

    // Before anything was played, a packet that comes out of order may still become the first.
    private bool TryTakeBack(long number)
    {
        if (!_fresh || _highest - number >= Capacity)
            return false;
        _next = number;
        return true;
    }

    private void CountLateOrDuplicate(long number)
    {
        if (number <= _flushed)
        {
            _flushedPackets++;
            return;
        }

        long back = _next - 1 - number;
        if (back < 64 && (_history >> (int)back & 1) != 0)
        {
            _duplicate++;
            return;
        }

        _late++;
        if (back < 64)
        {
            _history |= 1UL << (int)back;
            _lost--;
        }
    }

    // The buffer is full: the oldest packets make way.
    private void MakeRoom(long number)
    {
        while (number >= _next + Capacity)
        {
            ref Slot slot = ref _slots[_next & (Capacity - 1)];
            bool received = slot.Filled;
            if (received)
            {
                slot.Filled = false;
                _held--;
                _heldSamples -= slot.Samples;
                _nextTimestamp = slot.Timestamp + slot.Samples;
                _late++;
            }

            PassOne(received);
        }

        _fresh = false;
    }

    private void PassTo(long number)
    {
        if (_fresh)
            _next = number;
        while (_next < number)
            PassOne(received: false);
    }

    private void PassOne(bool received)
    {
        received |= IsPadding(_next);
        _next++;
        _history = (_history << 1) | (received ? 1UL : 0);
        if (!received)
            _lost++;
        _lossRate += ((received ? 0 : 1) - _lossRate) / 256;
    }

    private Span<byte> Bytes(long number) =>
        _bytes.AsSpan((int)(number & (Capacity - 1)) * EncodedAudio.MaxLength, EncodedAudio.MaxLength);

    private struct Slot
    {
        public bool Filled;
        public long Number;
        public long Timestamp;
        public TimeSpan Arrival;
        public int RelativeDelay;
        public int Length;
        public int Samples;
    }
}
