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

/// <summary>
/// Says whose turn it is: begins to play when the first packet has waited for its time, passes number after number, and stops when nothing comes.
/// </summary>
/// <remarks>
/// <code>
///              first packet                     100 ms of nothing
///   Buffering ─────────────► Playing ─────────────────────────────► Buffering
///   silence     waited for   next number there → decode
///               the target   a later one there → the number is lost: FEC or conceal, go on
///               delay        nothing there     → conceal; the number is not given up, so a late packet is still played and the delay has grown
/// </code>
/// A timestamp that runs ahead without a missing number is a pause (RFC 3551 §4.1), not a loss.
/// </remarks>
internal sealed class PlayoutClock(PacketStore store, LossStatistics losses)
{
    private const int SamplesPerMillisecond = OpusPacket.SampleRate / 1000;
    private const int Frame = OpusPacket.FrameSamples;
    private const int ConcealLimit = 100 * SamplesPerMillisecond;       // then it is a pause
    private const int HoleLimit = 200 * SamplesPerMillisecond;          // a longer hole is jumped over
    private const int IdleLimit = 300 * SamplesPerMillisecond;          // after that, timestamps are not compared with those before
    private const int PhaseSlack = 10 * SamplesPerMillisecond;          // playing goes by ticks of 20 ms: the nearest is taken

    private bool _playing;
    private bool _fresh;                // nothing of this stream has been played: an earlier number may still come first
    private long _nextTimestamp;        // what the next number's timestamp is if nothing was left out
    private int _stretched;             // samples played in place of it so far
    private int _pending;               // of these, made up; whether for a loss or in a pause is not known yet
    private bool _lastDtx;
    private int _idle;                  // samples of nothing at all until now

    /// <summary>The number to play next.</summary>
    public long Next { get; private set; }

    /// <summary>The timestamp of the packet given last.</summary>
    public long PlayedTimestamp { get; private set; }

    /// <summary>How long the packet given last was.</summary>
    public int LastSamples { get; private set; } = Frame;

    /// <summary>Samples that were made up.</summary>
    public long Concealed { get; private set; }

    /// <summary>Packets restored by FEC.</summary>
    public long Restored { get; private set; }

    /// <summary>Whether there was nothing for so long that the sender's clock has to be compared anew.</summary>
    public bool WasIdle => _idle >= IdleLimit;

    /// <summary>A stream begins with a number; nothing is held.</summary>
    public void Begin(long number, long timestamp)
    {
        Concealed += _pending;
        Stop(number, timestamp);
        _idle = 0;
        _fresh = true;
        losses.ForgetNumbers();
    }

    /// <summary>Playing stops, and goes on with a number when it has come; nothing is held.</summary>
    public void Stop(long number, long timestamp)
    {
        Next = number;
        _nextTimestamp = timestamp;
        _playing = false;
        _fresh = false;
        _stretched = 0;
        _pending = 0;
    }

    /// <summary>Something has come.</summary>
    public void EndIdle() => _idle = 0;

    /// <summary>A number whose turn was over comes first after all, since none behind it has been played.</summary>
    public void GoBackTo(long number)
    {
        Next = number;
        losses.ForgetNumbers();
    }

    /// <summary>Numbers up to this one are not wanted and not missing.</summary>
    public void SkipTo(long number) => Next = Math.Max(Next, number);

    /// <summary>Before anything was played, a packet that comes out of order may still become the first.</summary>
    public bool TryTakeBack(long number, long highest)
    {
        if (!_fresh || highest - number >= PacketStore.Capacity)
            return false;
        Next = number;
        return true;
    }

    /// <summary>Padding whose turn it is: it was there, and nothing is played for it.</summary>
    public bool TryPassPadding(long number)
    {
        if (number != Next || _fresh)
            return false;
        PassOne(received: true);
        return true;
    }

    /// <summary>The store is full: the oldest packets make way for a number.</summary>
    public void MakeRoom(long number)
    {
        while (number >= Next + PacketStore.Capacity)
        {
            bool received = store.IsTaken(Next);
            if (received)
            {
                HeldPacket packet = store[Next];
                _nextTimestamp = packet.Timestamp + packet.Samples;
                store.Remove(Next);
                losses.CountLate();
            }

            PassOne(received);
        }

        _fresh = false;
    }

    /// <summary>Says what comes next. Called whenever the samples given before have been used up.</summary>
    /// <param name="now">The time.</param>
    /// <param name="target">The delay aimed at, in samples.</param>
    /// <param name="opus">The packet to decode, or to take the FEC from; valid until the next call of any method.</param>
    /// <param name="samples">How many samples it stands for.</param>
    public JitterAction Take(TimeSpan now, int target, out ReadOnlySpan<byte> opus, out int samples)
    {
        opus = default;
        samples = Frame;
        if (!_playing && !TryBeginPlaying(now, target))
        {
            if (store.Count == 0 && _idle < IdleLimit)
                _idle += Frame;
            return JitterAction.Silence;
        }

        while (true)
        {
            if (store.IsTaken(Next))
                return TakeNext(now, target, out opus, out samples);
            if (store.IsPadding(Next))
            {
                PassOne(received: true);
                continue;
            }

            if (store.Count == 0)
                return TakeNothing(out samples);
            if (TakeLost(out opus, out samples) is { } action)
                return action;
        }
    }

    // 1. Nothing is playing: begin when the earliest packet has waited for its time.
    private bool TryBeginPlaying(TimeSpan now, int target)
    {
        if (store.Count == 0)
            return false;
        ref readonly HeldPacket first = ref store.FirstFrom(Next);
        if (!IsDue(in first, now, target))
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
    private JitterAction TakeNext(TimeSpan now, int target, out ReadOnlySpan<byte> opus, out int samples)
    {
        opus = default;
        HeldPacket packet = store[Next];
        long gap = packet.Timestamp - _nextTimestamp - _stretched;
        if (gap > 0 && !IsDue(in packet, now, target))
        {
            samples = (int)Math.Min(gap, Frame);
            _stretched += samples;
            return JitterAction.Silence;
        }

        Settle(packet.Number, packet.Timestamp - _nextTimestamp);
        opus = store.Opus(in packet);
        samples = packet.Samples;
        store.Remove(packet.Number);
        PassOne(received: true);
        _nextTimestamp = packet.Timestamp + samples;
        PlayedTimestamp = packet.Timestamp;
        _stretched = 0;
        LastSamples = samples;
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
        ref readonly HeldPacket later = ref store.FirstFrom(Next);
        int missing = (int)(later.Number - Next);
        long missingSamples = later.Timestamp - _nextTimestamp;
        if (missingSamples is <= 0 or > HoleLimit)
        {
            Settle(later.Number, 0);
            PassTo(later.Number);
            _nextTimestamp = later.Timestamp;
            _stretched = 0;
            return null;
        }

        samples = (int)Math.Min(LastSamples, missingSamples);
        samples -= samples % OpusPacket.ConcealmentStep;
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
            Concealed += covered;
            return null;
        }

        if (missing == 1 && OpusPacket.HasFec(store.Opus(in later)))
        {
            opus = store.Opus(in later);
            Restored++;
            return JitterAction.DecodeFec;
        }

        Concealed += samples;
        return JitterAction.Conceal;
    }

    // What was made up while waiting for a packet: was it a pause of the sender, or was the packet late? The timestamps tell.
    private void Settle(long number, long gap)
    {
        bool pause = number == Next && gap >= _stretched && _stretched > 0;
        if (!pause)
            Concealed += _pending;
        _pending = 0;
    }

    private static bool IsDue(in HeldPacket packet, TimeSpan now, int target)
    {
        long waited = (long)((now - packet.Arrival).TotalMilliseconds * SamplesPerMillisecond);
        return waited + packet.RelativeDelay >= target - PhaseSlack;
    }

    private void PassTo(long number)
    {
        if (_fresh)
            Next = number;
        while (Next < number)
            PassOne(received: false);
    }

    private void PassOne(bool received)
    {
        losses.Pass(received || store.IsPadding(Next));
        Next++;
    }
}
