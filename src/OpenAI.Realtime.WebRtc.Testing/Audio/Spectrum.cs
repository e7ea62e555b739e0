using System.Numerics;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>Finds the strongest frequency of a piece of audio.</summary>
internal static class Spectrum
{
    /// <summary>At 48 kHz this is 341 ms and 2.9 Hz a bin.</summary>
    private const int LongestWindow = 16_384;

    private const int ShortestWindow = 256;
    private const double LowestFrequency = 40;      // below lies hum and offset

    /// <summary>In Hz; 0 for silence and for fewer than 256 samples. Looks at the middle of what it is given.</summary>
    public static double DominantFrequency(ReadOnlySpan<short> samples, int sampleRate)
    {
        int length = (int)Math.Min(LongestWindow, BitOperations.RoundUpToPowerOf2((uint)samples.Length + 1) / 2);
        if (length < ShortestWindow)
            return 0;
        samples = samples.Slice((samples.Length - length) / 2, length);

        var bins = new Complex[length];
        for (int i = 0; i < length; i++)
            bins[i] = samples[i] * (0.5 - 0.5 * Math.Cos(2 * Math.PI * i / length));    // Hann: neighbours of a peak stay low
        Transform(bins);

        int lowest = Math.Max(1, (int)(LowestFrequency * length / sampleRate));
        int peak = lowest;
        for (int i = lowest; i < length / 2; i++)
        {
            if (bins[i].Magnitude > bins[peak].Magnitude)
                peak = i;
        }

        double height = bins[peak].Magnitude;
        if (height < length)        // about −84 dBFS: nothing but rounding
            return 0;
        double left = Math.Log(bins[peak - 1].Magnitude + 1), top = Math.Log(height + 1), right = Math.Log(bins[peak + 1].Magnitude + 1);
        double curve = left - 2 * top + right;
        double offset = curve == 0 ? 0 : (left - right) / (2 * curve);                  // the vertex of the parabola through three bins
        return (peak + Math.Clamp(offset, -0.5, 0.5)) * sampleRate / length;
    }

    // Cooley and Tukey, radix 2, in place.
    private static void Transform(Span<Complex> values)
    {
        int length = values.Length;
        for (int i = 1, j = 0; i < length; i++)
        {
            int bit = length >> 1;
            for (; (j & bit) != 0; bit >>= 1)
                j ^= bit;
            j ^= bit;
            if (i < j)
                (values[i], values[j]) = (values[j], values[i]);
        }

        for (int size = 2; size <= length; size <<= 1)
        {
            Complex step = Complex.FromPolarCoordinates(1, -2 * Math.PI / size);
            for (int start = 0; start < length; start += size)
            {
                Complex turn = Complex.One;
                for (int i = start; i < start + size / 2; i++)
                {
                    Complex even = values[i], odd = values[i + size / 2] * turn;
                    values[i] = even + odd;
                    values[i + size / 2] = even - odd;
                    turn *= step;
                }
            }
        }
    }
}
