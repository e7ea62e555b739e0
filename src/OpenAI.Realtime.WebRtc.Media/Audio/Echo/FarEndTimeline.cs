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
/// The call's clock is not the microphone's. A piece that comes a little early or late is joined to the one before; where the mean of that wanders, single samples are left out or said twice, so that
/// the two stay together.
/// </remarks>
internal sealed class FarEndTimeline
{
    private const int Capacity = 2 * OpusPacket.SampleRate;
    private const int Seam = 60 * PerMillisecond;       // later than that is a pause: threads and buffers are late by two or three frames
    private const int Early = 500 * PerMillisecond;     // what comes before its time waits: a microphone that is read late gives all it has heard meanwhile
    private const int Jitter = 10 * PerMillisecond;     // of one piece, as far as it counts for the mean
    private const int Wander = 2 * PerMillisecond;
    private const int PerMillisecond = OpusPacket.SampleRate / 1_000;
    private const float Forget = 1 / 128f;              // of the wandering: 2.6 s of frames, so that a frame's jitter is averaged away

    private readonly short[] _ring = new short[Capacity];
    private long _read;         // the microphone's samples so far
    private long _end;          // of what was laid down
    private float _wandered;    // samples by which pieces come later than their places, on average
    private float _usual;
    private int _joined, _correction;

    /// <summary>How often the loudspeaker's sound was laid down anew: after a pause, a flush, or a leap of its buffer.</summary>
    public int Seams { get; private set; }

    /// <summary>Lays down what is written to the loudspeaker now.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="buffered">How much waits before them, in samples.</param>
    public void Write(ReadOnlySpan<short> samples, int buffered)
    {
        long position = _read + Math.Clamp(buffered, 0, Capacity / 2);
        long late = position - _end;
        if (late > Seam || late < -Early || _joined == 0)
        {
            Silence(Math.Max(_end, _read), position);
            _end = position;
            _wandered = _usual = 0;
            _joined = 1;
            _correction = 0;
            Seams++;
        }
        else
        {
            Follow(late, ref samples);
        }

        while (!samples.IsEmpty)
        {
            int at = (int)(_end % Capacity), count = Math.Min(samples.Length, Capacity - at);
            samples[..count].CopyTo(_ring.AsSpan(at));
            samples = samples[count..];
            _end += count;
        }

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
