namespace OpenAI.Realtime.WebRtc.Conformance;

/// <summary>What frequencies are in a signal: the oracle of every audio test.</summary>
public static class Spectrum
{
    /// <summary>The strongest frequency between 50 and 4,000 Hz, to about a hertz: Goertzel's filter, first coarse, then fine.</summary>
    public static double DominantFrequency(ReadOnlySpan<short> samples, int rate)
    {
        double step = (double)rate / samples.Length;
        double best = Strongest(samples, rate, 50, 4000, step);
        return Strongest(samples, rate, best - step, best + step, step / 16);
    }

    /// <summary>The power of one frequency, windowed by Hann's cosine so that its neighbours do not leak into it.</summary>
    public static double Power(ReadOnlySpan<short> samples, int rate, double frequency)
    {
        double coefficient = 2 * Math.Cos(2 * Math.PI * frequency / rate);
        double s1 = 0, s2 = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            double window = 0.5 - (0.5 * Math.Cos(2 * Math.PI * i / (samples.Length - 1)));
            double s0 = (samples[i] * window) + (coefficient * s1) - s2;
            (s2, s1) = (s1, s0);
        }

        return (s1 * s1) + (s2 * s2) - (coefficient * s1 * s2);
    }

    private static double Strongest(ReadOnlySpan<short> samples, int rate, double from, double to, double step)
    {
        double best = from, power = -1;
        for (double frequency = from; frequency <= to; frequency += step)
        {
            double p = Power(samples, rate, frequency);
            if (p > power)
                (best, power) = (frequency, p);
        }

        return best;
    }
}
