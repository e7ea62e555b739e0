namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>
/// Samples from one clock to another: what waits between the two stays the same, because it is read as much faster or slower as the clocks differ. 48 kHz mono. One writer and one reader, on any threads;
/// neither waits for the other, and nothing is allocated after it was made.
/// </summary>
/// <remarks>
/// <code>
///   Write (a device's period, or a frame of 20 ms) ─► ring ─► FractionalFilter ─► Read
///                                                      ▲ how much waits, both clocks thought of as running between two calls ─► DriftControl ─► step
/// </code>
/// What is meant to wait after a read is what the writer brings at once, plus a margin that begins at 5 ms: an underrun adds 5 ms to it, ten seconds without one take 1 ms away again. A lag of more than
/// <see cref="MaxLag"/> that lasts, as after a stall, is left out with a crossfade and counted.
/// </remarks>
internal sealed class ClockBridge
{
    /// <summary>Samples a second.</summary>
    public const int SampleRate = 48_000;

    /// <summary>How much more than is meant to may wait for longer than 60 ms.</summary>
    public static readonly TimeSpan MaxLag = TimeSpan.FromMilliseconds(15);

    private const int Capacity = 1 << 15;                       // 0.68 s
    private const int Mask = Capacity - 1;
    private const int MaxBurst = 4_096;                         // 85 ms: no sound system hands out more at once
    private const int Fade = SampleRate / 200;                  // 5 ms
    private const int MinMargin = 5 * SampleRate / 1000;
    private const int MaxMargin = 60 * SampleRate / 1000;
    private const int MarginStep = 5 * SampleRate / 1000;
    private const double LagPatience = 0.06;                    // seconds
    private const double Alive = 0.5;                           // a writer that pauses for longer has stopped, and was not late
    private const double MarginPatience = 10;
    private const double EarlyRead = 0.5;                       // of the time that the last read was for: who asks sooner does not keep a clock's time
    private const double ReaderPause = 0.25;                    // a reader that pauses for longer begins anew, at the newest

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly float[] _ring = new float[Capacity + FractionalFilter.Taps];
    private readonly DriftControl _control = new();
    private readonly float[] _rendered = new float[MaxBurst];
    private readonly float[] _faded = new float[Fade];

    private long _written;
    private long _writtenAt;
    private int _burst;
    private int _burstSeen;         // the longest since the margin was looked at
    private int _margin = MinMargin;

    private bool _primed;
    private long _readAt;
    private long _index;            // the sample at or before the next one to be read
    private double _fraction;
    private double _step = 1;
    private long _begin;            // of what was written since the last reset
    private long _resumeFrom = long.MinValue;       // what lies before it has been read already
    private bool _starved;
    private long _starvedAt;
    private double _behind;         // seconds for which there has been a lag
    private double _calm;           // seconds since the margin was changed
    private long _underruns, _overruns;

    /// <summary>Makes one that is empty.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="burst">How many samples the writer brings at once, as far as is known; it is corrected by what comes.</param>
    public ClockBridge(TimeProvider time, int burst)
    {
        _time = time;
        _burst = Math.Min(burst, MaxBurst);
        _writtenAt = time.GetTimestamp();
    }

    /// <summary>How long a sample that is written now waits before it is read.</summary>
    public TimeSpan Delay
    {
        get
        {
            lock (_gate)
                return TimeSpan.FromSeconds((Target / SampleRate) + (_primed ? _control.Error : 0));
        }
    }

    /// <summary>Whether anything is being read.</summary>
    public bool IsPrimed
    {
        get
        {
            lock (_gate)
                return _primed;
        }
    }

    /// <summary>How much faster the writer's clock is, in millionths.</summary>
    public double DriftPpm
    {
        get
        {
            lock (_gate)
                return _control.Drift * 1e6;
        }
    }

    /// <summary>How often there was not enough to read although the writer was at work.</summary>
    public long Underruns
    {
        get
        {
            lock (_gate)
                return _underruns;
        }
    }

    /// <summary>How often a lag was left out.</summary>
    public long Overruns
    {
        get
        {
            lock (_gate)
                return _overruns;
        }
    }

    private double Target => _burst + _margin;

    /// <summary>Writes samples; they are never too many, since the oldest make way.</summary>
    public void Write(ReadOnlySpan<short> pcm)
    {
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            if (_starved)
            {
                _starved = false;
                if (Seconds(_starvedAt, now) < Alive)
                    CountUnderrun();
            }

            _burstSeen = Math.Max(_burstSeen, Math.Min(pcm.Length, MaxBurst));
            _burst = Math.Max(_burst, _burstSeen);
            foreach (short sample in pcm)
            {
                int at = (int)(_written++ & Mask);
                _ring[at] = sample;
                if (at < FractionalFilter.Taps)
                    _ring[Capacity + at] = sample;
            }

            _writtenAt = now;
        }
    }

    /// <summary>Reads samples: all that are asked for, or none.</summary>
    /// <param name="pcm">Room for them.</param>
    /// <param name="isAtItsTime">
    /// Whether the reader has a clock of its own and asks when it says so. One that takes what there is as soon as it comes has the writer's clock: it is never too late for it, and nothing is to be corrected.
    /// </param>
    /// <returns>False when there are not enough yet.</returns>
    public bool TryRead(Span<short> pcm, bool isAtItsTime = true)
    {
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            isAtItsTime &= Seconds(_readAt, now) > EarlyRead * pcm.Length / SampleRate;
            if (!TryPrime(pcm.Length, now, Math.Max(_resumeFrom, _begin)))
                return false;
            if (Available < pcm.Length)
            {
                if (isAtItsTime)
                    Starve(now);
                return false;
            }

            Render(pcm, now, isAtItsTime);
            return true;
        }
    }

    /// <summary>Reads samples, and silence where there are none.</summary>
    public void ReadOrSilence(Span<short> pcm)
    {
        lock (_gate)
        {
            while (!pcm.IsEmpty)
            {
                Span<short> part = pcm[..Math.Min(pcm.Length, MaxBurst)];
                ReadOrSilencePart(part);
                pcm = pcm[part.Length..];
            }
        }
    }

    /// <summary>What waits becomes silence, with a fade of 5 ms; it is still read in its time, so that the delay stays what it was.</summary>
    public void Silence()
    {
        lock (_gate)
        {
            if (!_primed)
                return;
            long from = Math.Max(_index - FractionalFilter.Before, _written - Capacity);
            for (long i = from; i < _written; i++)
            {
                float gain = 1 - Math.Clamp((float)(i - _index) / Fade, 0, 1);
                int at = (int)(i & Mask);
                _ring[at] *= gain;
                if (at < FractionalFilter.Taps)
                    _ring[Capacity + at] *= gain;
            }
        }
    }

    /// <summary>Forgets everything: another device follows. The margin stays, since it is the machine's.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            Array.Clear(_ring);
            _primed = false;
            _starved = false;
            _resumeFrom = long.MinValue;
            _begin = _written;
            _step = 1;
            _control.Reset();
        }
    }

    // The writer's clock thought of as running on since it last wrote, for no longer than one of its bursts lasts.
    private double WriterPosition(long now) => _written + Math.Min(Seconds(_writtenAt, now) * SampleRate, _burst);

    private double Position => _index + _fraction;

    // How many samples can be read from the position on.
    private double Available => ((_written - FractionalFilter.After - Position) / _step) + 0.999;

    private double Seconds(long from, long to) => (double)(to - from) / _time.TimestampFrequency;

    // Begins where the delay is what it is meant to be, unless that is before the earliest sample that may be read.
    private bool TryPrime(int count, long now, long earliest)
    {
        if (_primed && Seconds(_readAt, now) < ReaderPause)
            return true;
        _primed = false;
        double position = WriterPosition(now) - Target - count;
        double last = position + count + FractionalFilter.After;
        if (position < earliest || last >= _written || _written == 0)
            return false;
        MoveTo(position);
        _primed = true;
        _readAt = now;
        _behind = 0;
        _control.ForgetError();
        return true;
    }

    private void MoveTo(double position)
    {
        _index = (long)Math.Floor(position);
        _fraction = position - _index;
    }

    private void ReadOrSilencePart(Span<short> pcm)
    {
        long now = _time.GetTimestamp();
        long unread = _primed ? _index : Math.Max(_resumeFrom, _begin);
        if (!TryPrime(pcm.Length, now, _resumeFrom))
        {
            pcm.Clear();
            return;
        }

        if (_index - unread > MaxBurst)     // written in one go, or while the device stood still
            _overruns++;

        int count = (int)Math.Clamp(Available, 0, pcm.Length);
        if (count == pcm.Length)
        {
            Render(pcm, now, isAtItsTime: true);
            return;
        }

        // What is there fades out instead of breaking off.
        Span<float> rendered = _rendered.AsSpan(0, count);
        FractionalFilter.Read(_ring, Mask, _index, _fraction, _step, rendered);
        int fade = Math.Min(Fade, count);
        for (int i = 0; i < fade; i++)
            rendered[count - fade + i] *= 1 - ((i + 1f) / fade);
        ToPcm(rendered, pcm);
        pcm[count..].Clear();
        MoveTo(Position + (count * _step));
        _primed = false;
        _resumeFrom = _index;
        Starve(now);
    }

    private void Starve(long now)
    {
        if (_starved)
            return;
        _starved = true;
        _starvedAt = now;
    }

    private void CountUnderrun()
    {
        _underruns++;
        _margin = Math.Min(MaxMargin, _margin + MarginStep);
        _calm = 0;
    }

    private void Render(Span<short> pcm, long now, bool isAtItsTime)
    {
        double elapsed = (double)pcm.Length / SampleRate;
        _readAt = now;
        Span<float> rendered = _rendered.AsSpan(0, Math.Min(pcm.Length, MaxBurst));
        FractionalFilter.Read(_ring, Mask, _index, _fraction, _step, rendered);
        if (!isAtItsTime)
        {
            ToPcm(rendered, pcm);
            MoveTo(Position + (pcm.Length * _step));
            _step = 1 + _control.Drift;
            return;
        }

        double before = WriterPosition(now);
        double lag = (before - Position - (pcm.Length * _step) - Target) / SampleRate;
        _behind = lag > MaxLag.TotalSeconds ? _behind + elapsed : 0;
        if (_behind > LagPatience || before - Position > Capacity - (2 * FractionalFilter.Taps))
            LeaveOut(before - Target - pcm.Length, rendered);
        ToPcm(rendered, pcm);
        MoveTo(Position + (pcm.Length * _step));

        _calm += elapsed;
        if (_calm >= MarginPatience)
        {
            _calm = 0;
            _margin = Math.Max(MinMargin, _margin - (SampleRate / 1000));
            _burst = _burstSeen;
            _burstSeen = 0;
        }

        _step = 1 + _control.Update((before - Position - Target) / SampleRate, elapsed);
    }

    // Goes on at a later position; the old and the new run into each other.
    private void LeaveOut(double position, Span<float> rendered)
    {
        if (position + rendered.Length + FractionalFilter.After >= _written)
            return;     // it has been thought of, but has not come yet
        MoveTo(position);
        Span<float> old = _faded.AsSpan(0, Math.Min(Fade, rendered.Length));
        rendered[..old.Length].CopyTo(old);
        FractionalFilter.Read(_ring, Mask, _index, _fraction, _step, rendered);
        for (int i = 0; i < old.Length; i++)
        {
            float share = (i + 1f) / (old.Length + 1);
            rendered[i] = (old[i] * (1 - share)) + (rendered[i] * share);
        }

        _behind = 0;
        _overruns++;
        _control.ForgetError();
    }

    private static void ToPcm(ReadOnlySpan<float> from, Span<short> to)
    {
        for (int i = 0; i < from.Length; i++)
            to[i] = (short)Math.Clamp(MathF.Round(from[i]), short.MinValue, short.MaxValue);
    }
}
