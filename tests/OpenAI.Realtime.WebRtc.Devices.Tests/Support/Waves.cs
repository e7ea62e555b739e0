using System.Numerics;

namespace OpenAI.Realtime.WebRtc.Devices.Tests.Support;

/// <summary>Makes sound and takes it apart, independently of the code under test.</summary>
internal static class Waves
{
    public const int Rate = 48_000;

    public static short[] Tone(double frequency, int samples, double amplitude = 8_000, double rate = Rate)
    {
        short[] pcm = new short[samples];
        for (int i = 0; i < samples; i++)
            pcm[i] = (short)Math.Round(amplitude * Math.Sin(2 * Math.PI * frequency * i / rate));
        return pcm;
    }

    public static double Rms(ReadOnlySpan<short> pcm)
    {
        double sum = 0;
        foreach (short sample in pcm)
            sum += (double)sample * sample;
        return pcm.IsEmpty ? 0 : Math.Sqrt(sum / pcm.Length);
    }

    /// <summary>The strongest frequency, to a fraction of a hertz.</summary>
    public static double Frequency(ReadOnlySpan<short> pcm)
    {
        double[] power = PowerSpectrum(pcm, out int size);
        int top = 1;
        for (int i = 2; i < power.Length - 1; i++)
            top = power[i] > power[top] ? i : top;
        double left = Math.Log(power[top - 1] + 1e-9), middle = Math.Log(power[top] + 1e-9), right = Math.Log(power[top + 1] + 1e-9);
        return (top + (0.5 * (left - right) / (left - (2 * middle) + right))) * Rate / size;
    }

    /// <summary>The power outside of a band around a tone, in decibels below the tone's.</summary>
    public static double Elsewhere(ReadOnlySpan<short> pcm, double frequency, double halfWidth)
    {
        double[] power = PowerSpectrum(pcm, out int size);
        double inside = 0, outside = 0;
        for (int i = 0; i < power.Length; i++)
        {
            if (Math.Abs(((double)i * Rate / size) - frequency) <= halfWidth)
                inside += power[i];
            else
                outside += power[i];
        }

        return 10 * Math.Log10(outside / inside);
    }

    /// <summary>The longest run of samples below a value, in samples.</summary>
    public static int LongestQuiet(ReadOnlySpan<short> pcm, int below)
    {
        int longest = 0, run = 0;
        foreach (short sample in pcm)
        {
            run = Math.Abs((int)sample) < below ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    // Of the largest power of two of samples, through a Blackman-Harris window: −92 dB beside a tone.
    private static double[] PowerSpectrum(ReadOnlySpan<short> pcm, out int size)
    {
        size = (int)BitOperations.RoundUpToPowerOf2((uint)pcm.Length + 1) / 2;
        var bins = new Complex[size];
        for (int i = 0; i < size; i++)
        {
            double at = 2 * Math.PI * i / size;
            bins[i] = pcm[i] * (0.35875 - (0.48829 * Math.Cos(at)) + (0.14128 * Math.Cos(2 * at)) - (0.01168 * Math.Cos(3 * at)));
        }

        Transform(bins);
        double[] power = new double[size / 2];
        for (int i = 0; i < power.Length; i++)
            power[i] = (bins[i].Real * bins[i].Real) + (bins[i].Imaginary * bins[i].Imaginary);
        return power;
    }

    private static void Transform(Span<Complex> a)
    {
        for (int i = 1, j = 0; i < a.Length; i++)
        {
            int bit = a.Length >> 1;
            for (; (j & bit) != 0; bit >>= 1)
                j ^= bit;
            j ^= bit;
            if (i < j)
                (a[i], a[j]) = (a[j], a[i]);
        }

        for (int length = 2; length <= a.Length; length <<= 1)
        {
            Complex root = Complex.FromPolarCoordinates(1, -2 * Math.PI / length);
            for (int i = 0; i < a.Length; i += length)
            {
                Complex w = Complex.One;
                for (int j = 0; j < length / 2; j++)
                {
                    Complex u = a[i + j], v = a[i + j + (length / 2)] * w;
                    a[i + j] = u + v;
                    a[i + j + (length / 2)] = u - v;
                    w *= root;
                }
            }
        }
    }
}
