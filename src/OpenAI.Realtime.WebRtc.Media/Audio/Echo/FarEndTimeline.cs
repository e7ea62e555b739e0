namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// What the loudspeaker was given, laid along the microphone's samples: each piece where it is heard, as far as the loudspeaker tells, so that an echo lies behind it by the devices' own delay and nothing else.
/// Mono, 48 kHz. Pure; one caller at a time.
/// </summary>
/// <remarks>
/// <code>
///   microphone  ─────────────────┤ read so far
///   loudspeaker ──────────███████│███░░░        what still waits in the loudspeaker lies beyond
/// </code>
/// A loudspeaker that begins, or has run dry, plays what comes then a frame later or earlier than was thought: the next piece tells where it is, and what was laid down wrongly is moved, for otherwise all echo after it
/// would lie elsewhere. The call's clock is not the microphone's, either. A piece that comes a little early or late is joined to the one before; where the mean of that wanders, single samples are left out or said
/// twice, so that the two stay together.
/// </remarks>
internal sealed class FarEndTimeline
{
    private const int Capacity = 2 * OpusPacket.SampleRate;
    private const int Seam = 60 * PerMillisecond;       // later than that is a pause: threads and buffers are late by two or three frames
    private const int Early = 40 * PerMillisecond;      // what comes before its time waits, for a second: a microphone that is read late gives all that it has heard meanwhile,
    private const int EarlyPieces = 50;                 // but one that has lost samples does not
    private const int Jitter = 10 * PerMillisecond;     // of one piece, as far as it counts for the mean
    private const int Leap = 15 * PerMillisecond;       // later than that is no jitter when several pieces agree; earlier is a microphone that is read late
    private const int Agreeing = 3;
    private const int Beginning = 4;                    // pieces behind a seam
    private const int MostCushion = 100 * PerMillisecond;
    private const int Wander = 2 * PerMillisecond;
    private const int PerMillisecond = OpusPacket.SampleRate / 1_000;
    private const float Forget = 1 / 128f;              // of the wandering: 2.6 s of frames, so that a frame's jitter is averaged away

    private readonly short[] _ring = new short[Capacity];
    private long _read;         // the microphone's samples so far
    private long _end;          // of what was laid down
    private float _wandered;    // samples by which pieces come later than their places, on average
    private float _usual;
    private int _joined, _correction, _early;
    private bool _tells;        // whether the loudspeaker tells how much waits in it
    private int _agreed;        // pieces in a row that are later by a leap,
    private long _leapFrom;     // the place of the first of them,
    private long _leap;         // and the least that any of them is
    private long _begun;        // where the last seam is
    private bool _hadStopped;   // whether the loudspeaker had before it

    // How long a loudspeaker that has stopped waits for more before it plays: 20 ms, and then as long as the last time. One that never tells is taken to hold as much, so that it does not matter which comes first within
    // a frame, a piece or the microphone.
    private long _cushion = OpusPacket.FrameSamples;

    /// <summary>How often the loudspeaker's sound was laid down anew: after a pause, a flush, or when it had run dry.</summary>
    public int Seams { get; private set; }

    /// <summary>Lays down what is written to the loudspeaker now.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="buffered">How much waits before them, in samples.</param>
    public void Write(ReadOnlySpan<short> samples, int buffered)
    {
        _tells |= buffered > 0;
        bool hasStopped = buffered <= 0 && (Seams == 0 || _end < _read);
        bool isCushioned = hasStopped || !_tells;
        long position = _read + (isCushioned ? _cushion : Math.Clamp(buffered, 0, Capacity / 2));
        long late = position - _end;
        _early = late < -Early ? _early + 1 : 0;
        if ((hasStopped && _tells) || late > Seam || late < -Capacity / 4 || _early > EarlyPieces || _joined == 0)
        {
            Silence(Math.Max(_end, _read), position);
            _begun = _end = position;
            Settle();
            _joined = 1;
            _hadStopped = hasStopped;
            Seams++;
        }
        else
        {
            if (_tells)
                FollowLeap(late);
            Follow(position - _end, ref samples);
        }

        Lay(samples);
        if (_end - _read > Capacity)
            _end = _read + Capacity;        // a caller that writes seconds at once; what was overwritten is only the canceller's loss
    }

    /// <summary>What is heard while the microphone gives so many samples; zeros where nothing was written.</summary>
    public void Read(Span<short> frame)
    {
        while (!frame.IsEmpty)
        {
            int at = (int)(_read % Capacity), count = Math.Min(frame.Length, Capacity - at), there = (int)Math.Clamp(_end - _read, 0, count);
            _ring.AsSpan(at, there).CopyTo(frame);
            frame[there..count].Clear();
            frame = frame[count..];
            _read += count;
        }
    }

    /// <summary>What waits is dropped before anybody hears it.</summary>
    public void Flush()
    {
        _end = Math.Min(_end, _read);
        _joined = 0;
    }

    private void Lay(ReadOnlySpan<short> samples)
    {
        while (!samples.IsEmpty)
        {
            int at = (int)(_end % Capacity), count = Math.Min(samples.Length, Capacity - at);
            samples[..count].CopyTo(_ring.AsSpan(at));
            samples = samples[count..];
            _end += count;
        }
    }

    // In a beginning each piece tells by itself where all of them are: nothing is known that it would contradict. Later on three have to agree.
    private void FollowLeap(long late)
    {
        if (_joined <= Beginning)
        {
            if (Math.Abs(late) <= Leap)
                return;
            if (_hadStopped)
                _cushion = Math.Clamp(_cushion + late, 0, MostCushion);
            Move(_begun, late);
            return;
        }

        long leap = late - (long)_usual;
        if (leap <= Leap)
        {
            _agreed = 0;
            return;
        }

        (_leapFrom, _leap) = _agreed == 0 ? (_end, leap) : (_leapFrom, Math.Min(_leap, leap));
        if (++_agreed == Agreeing)
            Move(_leapFrom, _leap);
    }

    // What was laid down from a place on is heard so much later, or earlier: it is moved there.
    private void Move(long from, long by)
    {
        from = Math.Max(from, _end - (Capacity / 2));
        by = Math.Clamp(by, -Capacity / 4, Capacity / 4);
        if (by > 0)
        {
            for (long at = _end - 1; at >= from; at--)
                _ring[(at + by) % Capacity] = _ring[at % Capacity];
            Silence(from, from + by);
        }
        else
        {
            for (long at = Math.Max(from, -by); at < _end; at++)
                _ring[(at + by) % Capacity] = _ring[at % Capacity];
        }

        _end += by;
        Settle();
    }

    // What comes now is in its place.
    private void Settle()
    {
        _wandered = _usual = 0;
        _correction = _early = _agreed = 0;
    }

    private void Follow(long late, ref ReadOnlySpan<short> samples)
    {
        _wandered += MathF.Max(Forget, 1f / _joined) * Math.Clamp(late - _wandered, -Jitter, Jitter);
        if (_joined < 1 / Forget)
        {
            _joined++;
            _usual = _wandered;
        }

        // Once it has begun it goes on until nothing of the wandering is left.
        float wandered = _wandered - _usual;
        if (Math.Abs(wandered) > Wander)
            _correction = Math.Sign(wandered);
        else if (Math.Sign(wandered) != _correction)
            _correction = 0;
        if (_correction > 0 && !samples.IsEmpty)
        {
            _ring[_end++ % Capacity] = samples[0];
            _wandered--;
        }
        else if (_correction < 0 && samples.Length > 1)
        {
            samples = samples[1..];
            _wandered++;
        }
    }

    private void Silence(long from, long to)
    {
        for (long at = from; at < to; at++)
            _ring[at % Capacity] = 0;
    }
}
