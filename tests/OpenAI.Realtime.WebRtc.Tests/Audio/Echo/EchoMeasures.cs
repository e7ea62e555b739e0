namespace OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

/// <summary>How well an echo was taken away. Signals of full scale 1 at 48 kHz.</summary>
internal static class EchoMeasures
{
    private const int SampleRate = SimulatedRoom.SampleRate;

    /// <summary>Mean square.</summary>
    public static double Power(ReadOnlySpan<double> signal)
    {
        double sum = 0;
        foreach (double s in signal)
            sum += s * s;
        return sum / Math.Max(1, signal.Length);
    }

    /// <summary>
    /// Echo return loss enhancement in dB: the echo's power over what is left of it. The room's noise is taken off the output's power; less than a tenth of it cannot be told from nothing, so it is not counted as less.
    /// </summary>
    /// <param name="echo">The echo alone at the microphone.</param>
    /// <param name="output">What came out in the same time.</param>
    /// <param name="noise">The noise alone at the microphone; zeros for none.</param>
    public static double Erle(ReadOnlySpan<double> echo, ReadOnlySpan<double> output, ReadOnlySpan<double> noise)
    {
        double n = Power(noise);
        double left = Math.Max(Power(output) - n, Math.Max(0.1 * n, 1e-10));      // −100 dBFS: one step of 16 bits is −98
        return 10 * Math.Log10(Power(echo) / left);
    }

    /// <summary>Scale-invariant signal-to-distortion ratio in dB (Le Roux et al., ICASSP 2019).</summary>
    public static double SiSdr(ReadOnlySpan<double> clean, ReadOnlySpan<double> output)
    {
        double dot = 0, square = 0;
        for (int n = 0; n < clean.Length; n++)
        {
            dot += clean[n] * output[n];
            square += clean[n] * clean[n];
        }

        double scale = dot / square, target = 0, rest = 0;
        for (int n = 0; n < clean.Length; n++)
        {
            double t = scale * clean[n];
            target += t * t;
            rest += (output[n] - t) * (output[n] - t);
        }

        return 10 * Math.Log10(target / (rest + 1e-20));
    }

    /// <summary>By how many decibels each third-octave band from 100 Hz to 16 kHz has changed; bands in which there is next to nothing are left out.</summary>
    public static IEnumerable<(double Hertz, double Db)> ThirdOctaves(double[] before, double[] after)
    {
        double[] b = Spectrum(before), a = Spectrum(after);
        double most = b.Max();
        int size = 2 * (b.Length - 1);
        for (int band = -10; band <= 12; band++)
        {
            double centre = 1_000 * Math.Pow(2, band / 3.0), sixth = Math.Pow(2, 1 / 6.0);
            int from = (int)Math.Ceiling(centre / sixth * size / SampleRate), to = (int)Math.Floor(centre * sixth * size / SampleRate);
            double was = 0, now = 0;
            for (int k = from; k <= to && k < b.Length; k++)
            {
                was += b[k];
                now += a[k];
            }

            if (was > most * 1e-5)
                yield return (centre, 10 * Math.Log10((now + 1e-20) / was));
        }
    }

    private static double[] Spectrum(double[] signal)
    {
        const int size = 8_192;
        double[] r = new double[size], i = new double[size], sum = new double[(size / 2) + 1];
        for (int at = 0; at + size <= signal.Length; at += size / 2)
        {
            Array.Clear(i);
            for (int n = 0; n < size; n++)
                r[n] = signal[at + n] * (0.5 - (0.5 * Math.Cos(2 * Math.PI * n / size)));
            SimulatedRoom.Transform(r, i, inverse: false);
            for (int k = 0; k < sum.Length; k++)
                sum[k] += (r[k] * r[k]) + (i[k] * i[k]);
        }

        return sum;
    }
}
