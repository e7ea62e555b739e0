namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>Measures tones; written for the tests, so that no code under test judges itself.</summary>
internal static class Spectrum
{
    /// <summary>The strongest frequency, found by Goertzel over a grid and then between its points.</summary>
    public static double DominantFrequency(ReadOnlySpan<short> pcm, int sampleRate, double from = 100, double to = 4_000)
    {
        double[] windowed = Hann(pcm);
        double resolution = (double)sampleRate / pcm.Length;
        double best = 0, bestPower = -1;
        for (double f = from; f <= to; f += resolution)
        {
            double power = Power(windowed, f / sampleRate);
            if (power > bestPower)
                (best, bestPower) = (f, power);
        }

        for (double step = resolution / 2; step > 0.05; step /= 2)
        {
            foreach (double f in (ReadOnlySpan<double>)[best - step, best + step])
            {
                double power = Power(windowed, f / sampleRate);
                if (power > bestPower)
                    (best, bestPower) = (f, power);
            }
        }

        return best;
    }

    /// <summary>The amplitude of one frequency, and the RMS of all the rest, by fitting sine, cosine and a constant.</summary>
    public static (double Amplitude, double Residual) Fit(ReadOnlySpan<short> pcm, double frequency, int sampleRate)
    {
        double w = 2 * Math.PI * frequency / sampleRate;
        double ss = 0, cc = 0, sc = 0, sy = 0, cy = 0;
        for (int i = 0; i < pcm.Length; i++)
        {
            (double s, double c) = Math.SinCos(w * i);
            ss += s * s;
            cc += c * c;
            sc += s * c;
            sy += s * pcm[i];
            cy += c * pcm[i];
        }

        double det = (ss * cc) - (sc * sc);
        double a = ((sy * cc) - (cy * sc)) / det;
        double b = ((cy * ss) - (sy * sc)) / det;
        double rest = 0;
        for (int i = 0; i < pcm.Length; i++)
        {
            (double s, double c) = Math.SinCos(w * i);
            double e = pcm[i] - (a * s) - (b * c);
            rest += e * e;
        }

        return (Math.Sqrt((a * a) + (b * b)), Math.Sqrt(rest / pcm.Length));
    }

    public static double Rms(ReadOnlySpan<short> pcm)
    {
        double sum = 0;
        foreach (short s in pcm)
            sum += (double)s * s;
        return Math.Sqrt(sum / Math.Max(1, pcm.Length));
    }

    public static short[] Tone(double frequency, int sampleRate, int samples, double amplitude = 10_000)
    {
        var pcm = new short[samples];
        for (int i = 0; i < samples; i++)
            pcm[i] = (short)Math.Round(amplitude * Math.Sin(2 * Math.PI * frequency * i / sampleRate));
        return pcm;
    }

    private static double[] Hann(ReadOnlySpan<short> pcm)
    {
        var windowed = new double[pcm.Length];
        for (int i = 0; i < pcm.Length; i++)
            windowed[i] = pcm[i] * (0.5 - (0.5 * Math.Cos(2 * Math.PI * i / pcm.Length)));
        return windowed;
    }

    private static double Power(double[] x, double cyclesPerSample)
    {
        double coefficient = 2 * Math.Cos(2 * Math.PI * cyclesPerSample);
        double s1 = 0, s2 = 0;
        foreach (double v in x)
        {
            double s = v + (coefficient * s1) - s2;
            s2 = s1;
            s1 = s;
        }

        return (s1 * s1) + (s2 * s2) - (coefficient * s1 * s2);
    }
}
