using System.Numerics;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>
/// Reads a stream of samples between its samples, so that it can be read a little faster or slower than it was recorded. Nothing is kept between two calls: the position says everything.
/// </summary>
/// <remarks>
/// A windowed sinc (Kaiser, β = 7) of 16 zero crossings to each side, tabulated at 256 positions between two samples and interpolated linearly: flat to 17 kHz at 48 kHz, and what
/// the interpolation adds lies 98 dB below the signal. The rates differ by at most some tenths of a percent, so that nothing has to be kept from folding over.
/// </remarks>
internal static class FractionalFilter
{
    /// <summary>How many samples before the one at or before the position are looked at.</summary>
    public const int Before = HalfTaps - 1;

    /// <summary>How many samples after it.</summary>
    public const int After = HalfTaps;

    /// <summary>The samples that one output sample is made of.</summary>
    public const int Taps = 2 * HalfTaps;

    private const int HalfTaps = 16;
    private const int Phases = 256;
    private const double Cutoff = 0.45;     // of the sample rate
    private const double Beta = 7;

    // For each phase its taps, then what has to be added to reach the next phase's.
    private static readonly float[] Table = MakeTable();

    /// <summary>Reads samples.</summary>
    /// <param name="ring">The samples, a power of two of them, followed by the first <see cref="Taps"/> of them once more.</param>
    /// <param name="mask">How many there are, less one.</param>
    /// <param name="index">The sample at or before the position, counted without end.</param>
    /// <param name="fraction">How far the position lies after it: 0 to 1.</param>
    /// <param name="step">How far the position moves for each sample read.</param>
    /// <param name="output">Where they go.</param>
    public static void Read(ReadOnlySpan<float> ring, int mask, long index, double fraction, double step, Span<float> output)
    {
        for (int i = 0; i < output.Length; i++)
        {
            double at = fraction + (i * step);
            long whole = (long)at;
            double phase = (at - whole) * Phases;
            int lower = (int)phase;
            output[i] = Apply(ring.Slice((int)((index + whole - Before) & mask), Taps), lower, (float)(phase - lower));
        }
    }

    private static float Apply(ReadOnlySpan<float> samples, int phase, float between)
    {
        ReadOnlySpan<Vector<float>> x = MemoryMarshal.Cast<float, Vector<float>>(samples);
        ReadOnlySpan<Vector<float>> taps = MemoryMarshal.Cast<float, Vector<float>>(Table.AsSpan(phase * 2 * Taps, Taps));
        ReadOnlySpan<Vector<float>> slopes = MemoryMarshal.Cast<float, Vector<float>>(Table.AsSpan((phase * 2 * Taps) + Taps, Taps));
        Vector<float> value = Vector<float>.Zero, slope = Vector<float>.Zero;
        for (int i = 0; i < x.Length; i++)
        {
            value += x[i] * taps[i];
            slope += x[i] * slopes[i];
        }

        return Vector.Sum(value) + (between * Vector.Sum(slope));
    }

    private static float[] MakeTable()
    {
        double[][] sets = [.. Enumerable.Range(0, Phases + 1).Select(phase => TapsAt((double)phase / Phases))];
        float[] table = new float[Phases * 2 * Taps];
        for (int phase = 0; phase < Phases; phase++)
        {
            for (int i = 0; i < Taps; i++)
            {
                table[(phase * 2 * Taps) + i] = (float)sets[phase][i];
                table[(phase * 2 * Taps) + Taps + i] = (float)(sets[phase + 1][i] - sets[phase][i]);
            }
        }

        return table;
    }

    private static double[] TapsAt(double fraction)
    {
        double[] taps = new double[Taps];
        for (int i = 0; i < Taps; i++)
        {
            double t = i - Before - fraction;
            taps[i] = 2 * Cutoff * Sinc(2 * Cutoff * t) * Kaiser(t / HalfTaps);
        }

        // Each set passes a constant unchanged; otherwise the sets' differences would be heard as a tone.
        double sum = taps.Sum();
        return [.. taps.Select(tap => tap / sum)];
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    private static double Kaiser(double x) => Math.Abs(x) > 1 ? 0 : BesselI0(Beta * Math.Sqrt(1 - (x * x))) / BesselI0(Beta);

    private static double BesselI0(double x)
    {
        double sum = 1, term = 1;
        for (int k = 1; term > 1e-12 * sum; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }

        return sum;
    }
}
