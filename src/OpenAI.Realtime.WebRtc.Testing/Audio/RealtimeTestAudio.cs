using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>A piece of mono audio: what the endpoint says, or what it heard. Immutable.</summary>
public sealed class RealtimeTestAudio
{
    private const int OpusRate = 48_000;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly short[] _samples;

    private RealtimeTestAudio(short[] samples, int sampleRate)
    {
        _samples = samples;
        SampleRate = sampleRate;
    }

    /// <summary>Nothing.</summary>
    public static RealtimeTestAudio Empty { get; } = new([], OpusRate);

    /// <summary>16-bit samples.</summary>
    public ReadOnlyMemory<short> Samples => _samples;

    /// <summary>Samples a second.</summary>
    public int SampleRate { get; }

    /// <summary>How long it lasts.</summary>
    public TimeSpan Duration => TimeSpan.FromTicks(_samples.Length * TimeSpan.TicksPerSecond / SampleRate);

    /// <summary>How loud it is as a whole.</summary>
    public AudioLevel Level => AudioLevel.Measure(_samples);

    /// <summary>The strongest frequency in Hz, good to about 3 Hz; 0 for silence and for less than 10 ms.</summary>
    public double DominantFrequency => Spectrum.DominantFrequency(_samples, SampleRate);

    /// <summary>Takes samples; they are copied.</summary>
    /// <param name="samples">16-bit mono, at most ten minutes.</param>
    /// <param name="sampleRate">8,000, 16,000, 24,000, 44,100 or 48,000 Hz.</param>
    public static RealtimeTestAudio FromPcm(ReadOnlySpan<short> samples, int sampleRate = 24_000)
    {
        if (!Resampler.CanConvert(sampleRate, OpusRate))
            throw new ArgumentOutOfRangeException(nameof(sampleRate), sampleRate, "Use 8, 16, 24, 44.1 or 48 kHz.");
        if (samples.Length / sampleRate > Longest.TotalSeconds)
            throw new ArgumentException("A piece of audio has at most ten minutes.", nameof(samples));
        return new(samples.ToArray(), sampleRate);
    }

    /// <summary>A sine.</summary>
    /// <param name="frequency">In Hz, 20 to 20,000.</param>
    /// <param name="duration">How long, at most ten minutes.</param>
    /// <param name="dbfs">How loud its root mean square is. Default: −12 dBFS.</param>
    public static RealtimeTestAudio Tone(double frequency, TimeSpan duration, double dbfs = -12)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frequency, 20);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frequency, 20_000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dbfs, -3.02);
        short[] samples = new short[SamplesIn(duration)];
        double amplitude = 32768 * Math.Sqrt(2) * Math.Pow(10, dbfs / 20);
        double step = 2 * Math.PI * frequency / OpusRate;
        for (int i = 0; i < samples.Length; i++)
            samples[i] = (short)Math.Round(amplitude * Math.Sin(step * i));
        return new(samples, OpusRate);
    }

    /// <summary>Something that sounds like a voice: syllables of a buzzing, gliding pitch. It says nothing.</summary>
    /// <param name="duration">How long, at most ten minutes.</param>
    public static RealtimeTestAudio Voice(TimeSpan duration)
    {
        short[] samples = new short[SamplesIn(duration)];
        VoiceSynthesizer.Fill(samples, OpusRate);
        return new(samples, OpusRate);
    }

    /// <summary>Digital silence.</summary>
    /// <param name="duration">How long, at most ten minutes.</param>
    public static RealtimeTestAudio Silence(TimeSpan duration) => new(new short[SamplesIn(duration)], OpusRate);

    /// <summary>Takes ownership of samples at 48 kHz.</summary>
    internal static RealtimeTestAudio Adopt(short[] samples) => new(samples, OpusRate);

    /// <summary>The samples at 48 kHz; not to be changed.</summary>
    internal short[] To48kHz()
    {
        if (SampleRate == OpusRate)
            return _samples;
        var resampler = new Resampler(SampleRate, OpusRate);
        short[] output = new short[resampler.MaxOutput(_samples.Length)];
        int length = resampler.Process(_samples, output);
        return output[..length];
    }

    private static int SamplesIn(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(duration, Longest);
        return AudioFormat.Mono48kHz.SamplesIn(duration);
    }
}
