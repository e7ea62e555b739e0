namespace OpenAI.Realtime.WebRtc.Benchmarks.Audio;

/// <summary>
/// How well degraded speech can be understood, beside the clean speech: the short-time objective intelligibility of Taal, Hendriks, Heusdens and Jensen (IEEE TASLP 19(7), 2011). 1 is as clean.
/// </summary>
/// <remarks>
/// <code>
/// 10 kHz ─► silent frames of the clean speech left out ─► spectra of 25.6 ms ─► 15 third-octave bands ─► in each band, over 384 ms: how alike the envelopes are ─► mean
/// </code>
/// </remarks>
internal static class Intelligibility
{
    public const int SampleRate = 10_000;

    private const int Frame = 256;              // 25.6 ms, half overlapped
    private const int Hop = Frame / 2;
    private const int Bins = 512;               // of the spectrum, the frame padded with zeros
    private const int Bands = 15;               // thirds of an octave
    private const double LowestBand = 150;      // Hz, its centre
    private const int Segment = 30;             // frames: 384 ms, as long as a syllable's envelope needs
    private const double SilentBelow = 40;      // dB below the loudest frame
    private const double Clip = 15;             // dB: no segment is worse than this signal-to-distortion ratio

    private static readonly double[] s_window = [.. Enumerable.Range(1, Frame).Select(i => 0.5 * (1 - Math.Cos(2 * Math.PI * i / (Frame + 1))))];
    private static readonly (int From, int To)[] s_bands = [.. Enumerable.Range(0, Bands).Select(BandOf)];

    /// <summary>Both at 10 kHz, of the same length and without a delay between them.</summary>
    public static double Measure(ReadOnlySpan<double> clean, ReadOnlySpan<double> degraded)
    {
        (double[] c, double[] d) = WithoutSilence(clean, degraded);
        double[,] x = Envelopes(c), y = Envelopes(d);
        int frames = x.GetLength(1);
        double sum = 0;
        int count = 0;
        for (int end = Segment; end <= frames; end++)
        {
            for (int band = 0; band < Bands; band++, count++)
                sum += Likeness(x, y, band, end - Segment);
        }

        return sum / count;
    }

    private static (int From, int To) BandOf(int band)
    {
        double centre = LowestBand * Math.Pow(2, band / 3.0), sixth = Math.Pow(2, 1 / 6.0);
        return (BinOf(centre / sixth), BinOf(centre * sixth));

        static int BinOf(double hertz) => (int)Math.Round(hertz * Bins / SampleRate);
    }

    // What is not spoken is not understood: frames are left out by the clean speech's level, the rest overlaps and adds up again.
    private static (double[] Clean, double[] Degraded) WithoutSilence(ReadOnlySpan<double> clean, ReadOnlySpan<double> degraded)
    {
        int frames = ((clean.Length - Frame) / Hop) + 1;
        double[] energy = new double[frames];
        for (int f = 0; f < frames; f++)
        {
            for (int i = 0; i < Frame; i++)
                energy[f] += Math.Pow(s_window[i] * clean[(f * Hop) + i], 2);
        }

        double least = energy.Max() * Math.Pow(10, -SilentBelow / 10);
        int[] kept = [.. Enumerable.Range(0, frames).Where(f => energy[f] > least)];
        double[] c = new double[((kept.Length - 1) * Hop) + Frame], d = new double[c.Length];
        for (int k = 0; k < kept.Length; k++)
        {
            for (int i = 0; i < Frame; i++)
            {
                c[(k * Hop) + i] += s_window[i] * clean[(kept[k] * Hop) + i];
                d[(k * Hop) + i] += s_window[i] * degraded[(kept[k] * Hop) + i];
            }
        }

        return (c, d);
    }

    private static double[,] Envelopes(double[] samples)
    {
        int frames = ((samples.Length - Frame) / Hop) + 1;
        double[,] bands = new double[Bands, frames];
        double[] real = new double[Bins], imaginary = new double[Bins];
        for (int f = 0; f < frames; f++)
        {
            Array.Clear(real);
            Array.Clear(imaginary);
            for (int i = 0; i < Frame; i++)
                real[i] = s_window[i] * samples[(f * Hop) + i];
            Transform(real, imaginary);
            for (int band = 0; band < Bands; band++)
            {
                double power = 0;
                for (int bin = s_bands[band].From; bin < s_bands[band].To; bin++)
                    power += (real[bin] * real[bin]) + (imaginary[bin] * imaginary[bin]);
                bands[band, f] = Math.Sqrt(power);
            }
        }

        return bands;
    }

    // The correlation of two envelopes, the degraded one scaled to the clean one's energy and clipped.
    private static double Likeness(double[,] x, double[,] y, int band, int from)
    {
        double xx = 0, yy = 0;
        for (int i = from; i < from + Segment; i++)
        {
            xx += x[band, i] * x[band, i];
            yy += y[band, i] * y[band, i];
        }

        double scale = Math.Sqrt(xx / (yy + double.Epsilon)), most = 1 + Math.Pow(10, Clip / 20);
        Span<double> clipped = stackalloc double[Segment];
        double xMean = 0, yMean = 0;
        for (int i = 0; i < Segment; i++)
        {
            clipped[i] = Math.Min(y[band, from + i] * scale, x[band, from + i] * most);
            xMean += x[band, from + i] / Segment;
            yMean += clipped[i] / Segment;
        }

        double xy = 0;
        xx = yy = 0;
        for (int i = 0; i < Segment; i++)
        {
            double a = x[band, from + i] - xMean, b = clipped[i] - yMean;
            xy += a * b;
            xx += a * a;
            yy += b * b;
        }

        return xx > 0 && yy > 0 ? xy / Math.Sqrt(xx * yy) : 0;
    }

    // A Fourier transform in place, radix 2.
    private static void Transform(double[] real, double[] imaginary)
    {
        int n = real.Length;
        for (int i = 1, j = 0; i < n; i++)
        {
            int bit = n >> 1;
            for (; (j & bit) != 0; bit >>= 1)
                j ^= bit;
            j ^= bit;
            if (i < j)
                (real[i], real[j], imaginary[i], imaginary[j]) = (real[j], real[i], imaginary[j], imaginary[i]);
        }

        for (int length = 2; length <= n; length <<= 1)
        {
            for (int start = 0; start < n; start += length)
            {
                for (int k = 0; k < length / 2; k++)
                {
                    (double sine, double cosine) = Math.SinCos(-2 * Math.PI * k / length);
                    int a = start + k, b = a + (length / 2);
                    double r = (real[b] * cosine) - (imaginary[b] * sine), i = (real[b] * sine) + (imaginary[b] * cosine);
                    (real[b], imaginary[b]) = (real[a] - r, imaginary[a] - i);
                    (real[a], imaginary[a]) = (real[a] + r, imaginary[a] + i);
                }
            }
        }
    }
}
