namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// How late packets come, against the fastest of the last seconds. All in samples at 48 kHz.
/// </summary>
internal sealed class DelayEstimator
{
    private const int SamplesPerMillisecond = OpusPacket.SampleRate / 1000;
    private const int BucketSamples = 5 * SamplesPerMillisecond;
    private const int Buckets = 100;                                    // up to 500 ms
    private const float Forget = 0.998f;                                // a packet's weight halves in 7 s
    private const float Quantile = 0.97f;
    private const int BaseWindow = 10 * OpusPacket.SampleRate;          // the base follows a drifting clock within 10 to 20 s
    private const int AnotherTimeline = 1_000 * SamplesPerMillisecond;  // the sender's clock has jumped

    private readonly float[] _histogram = new float[Buckets];
    private readonly int _initial;
    private bool _hasBase;
    private long _base, _baseOfLast, _baseOfThis, _windowStart;
    private int _previousDelay;

    /// <param name="initial">What is believed before anything has been seen; it counts as much as 25 packets.</param>
    public DelayEstimator(int initial)
    {
        _initial = initial;
        Target = initial;
        _histogram[Math.Min(initial / BucketSamples, Buckets) - (initial < BucketSamples ? 0 : 1)] = 25;
    }

    /// <summary>The delay that 97 % of the packets keep to.</summary>
    public int Target { get; private set; }

    /// <summary>RFC 3550 A.8.</summary>
    public double Jitter { get; private set; }

    /// <summary>Takes a packet's two times.</summary>
    /// <returns>How much later it came than the fastest.</returns>
    public int Observe(long timestamp, TimeSpan now)
    {
        long transit = Samples(now) - timestamp;
        if (!_hasBase || Math.Abs(transit - _base) > AnotherTimeline)
        {
            _hasBase = true;
            _base = _baseOfLast = _baseOfThis = transit;
            _windowStart = Samples(now);
            _previousDelay = 0;
        }

        if (Samples(now) - _windowStart > BaseWindow)
        {
            _windowStart = Samples(now);
            _baseOfLast = _baseOfThis;
            _baseOfThis = transit;
        }

        _baseOfThis = Math.Min(_baseOfThis, transit);
        _base = Math.Min(_baseOfLast, _baseOfThis);
        int delay = (int)(transit - _base);
        Jitter += (Math.Abs(delay - _previousDelay) - Jitter) / 16;
        _previousDelay = delay;
        Add(delay);
        return delay;
    }

    /// <summary>How much later than the fastest packet's arrival the audio of a timestamp is, when it is played now.</summary>
    public int DelayOf(long timestamp, TimeSpan now) => _hasBase
        ? (int)Math.Clamp(Samples(now) - timestamp - _base, -AnotherTimeline, AnotherTimeline)
        : _initial;

    /// <summary>Another stream: its timestamps have nothing to do with those before. What the network does stays known.</summary>
    public void ForgetBase() => _hasBase = false;

    private void Add(int delay)
    {
        float total = 0;
        for (int i = 0; i < Buckets; i++)
        {
            _histogram[i] *= Forget;
            total += _histogram[i];
        }

        _histogram[Math.Min(delay / BucketSamples, Buckets - 1)]++;
        total++;
        float sum = 0;
        int bucket = 0;
        while (bucket < Buckets - 1 && (sum += _histogram[bucket]) < Quantile * total)
            bucket++;
        Target = (bucket + 1) * BucketSamples;
    }

    private static long Samples(TimeSpan time) => time.Ticks * 48 / 10_000;
}
