namespace OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

/// <summary>
/// A rectangular room by the image-source method (Allen and Berkley, JASA 65(4), 1979): the impulse response from a loudspeaker to a microphone, for a reverberation time. Each image lies at the nearest sample.
/// </summary>
internal static class SimulatedRoom
{
    public const int SampleRate = 48_000;
    private const double SpeedOfSound = 343;
    private static readonly double[] s_size = [4.9, 3.7, 2.6];

    /// <summary>The response of the room. Below 150 Hz, where a small loudspeaker gives nothing, it falls off by 12 dB an octave.</summary>
    /// <param name="reverberation">RT60 in seconds.</param>
    /// <param name="distance">Metres between loudspeaker and microphone.</param>
    /// <param name="turn">Where the loudspeaker stands as seen from the microphone, in radians.</param>
    public static double[] Response(double reverberation, double distance = 0.5, double turn = 0.4)
    {
        double volume = s_size[0] * s_size[1] * s_size[2];
        double surface = 2 * ((s_size[0] * s_size[1]) + (s_size[1] * s_size[2]) + (s_size[0] * s_size[2]));
        double reflection = Math.Exp(-0.161 * volume / (surface * reverberation) / 2);      // Eyring
        double[] microphone = [2.1, 1.4, 1.1];
        double[] loudspeaker = [2.1 + (distance * Math.Cos(turn)), 1.4 + (distance * Math.Sin(turn)), 1.17];
        int length = (int)(reverberation * SampleRate);
        double reach = length * SpeedOfSound / SampleRate;
        var response = new double[length];
        int[] most = [.. s_size.Select(s => (int)Math.Ceiling(reach / (2 * s)))];
        for (int x = -most[0]; x <= most[0]; x++)
        {
            for (int y = -most[1]; y <= most[1]; y++)
            {
                for (int z = -most[2]; z <= most[2]; z++)
                {
                    for (int mirror = 0; mirror < 8; mirror++)
                        Add(response, reflection, microphone, loudspeaker, [x, y, z], mirror);
                }
            }
        }

        HighPass(response, 150);
        return response;
    }

    /// <summary>The convolution, as long as the signal.</summary>
    public static double[] Convolve(double[] signal, double[] response)
    {
        int size = 1;
        while (size < 2 * response.Length)
            size *= 2;
        size = Math.Max(size, 4_096);
        int hop = size - response.Length + 1;
        (double[] hr, double[] hi) = (new double[size], new double[size]);
        response.CopyTo(hr, 0);
        Transform(hr, hi, inverse: false);
        var output = new double[signal.Length + size];
        double[] xr = new double[size], xi = new double[size];
        for (int at = 0; at < signal.Length; at += hop)
        {
            Array.Clear(xr);
            Array.Clear(xi);
            Array.Copy(signal, at, xr, 0, Math.Min(hop, signal.Length - at));
            Transform(xr, xi, inverse: false);
            for (int k = 0; k < size; k++)
                (xr[k], xi[k]) = ((xr[k] * hr[k]) - (xi[k] * hi[k]), (xr[k] * hi[k]) + (xi[k] * hr[k]));
            Transform(xr, xi, inverse: true);
            for (int n = 0; n < size; n++)
                output[at + n] += xr[n];
        }

        return output[..signal.Length];
    }

    /// <summary>A plain transform of a power of two, apart from the one under test.</summary>
    public static void Transform(double[] real, double[] imaginary, bool inverse)
    {
        int n = real.Length;
        for (int i = 1, j = 0; i < n; i++)
        {
            int bit = n >> 1;
            for (; (j & bit) != 0; bit >>= 1)
                j ^= bit;
            j ^= bit;
            if (i < j)
            {
                (real[i], real[j]) = (real[j], real[i]);
                (imaginary[i], imaginary[j]) = (imaginary[j], imaginary[i]);
            }
        }

        for (int length = 2; length <= n; length *= 2)
        {
            double angle = (inverse ? 2 : -2) * Math.PI / length;
            for (int k = 0; k < length / 2; k++)
            {
                (double wi, double wr) = Math.SinCos(angle * k);
                for (int at = k; at < n; at += length)
                {
                    int other = at + (length / 2);
                    double tr = (real[other] * wr) - (imaginary[other] * wi), ti = (real[other] * wi) + (imaginary[other] * wr);
                    (real[other], imaginary[other]) = (real[at] - tr, imaginary[at] - ti);
                    (real[at], imaginary[at]) = (real[at] + tr, imaginary[at] + ti);
                }
            }
        }

        for (int i = 0; inverse && i < n; i++)
            (real[i], imaginary[i]) = (real[i] / n, imaginary[i] / n);
    }

    // Butterworth, of the second order.
    private static void HighPass(double[] signal, double hertz)
    {
        double w = Math.Tan(Math.PI * hertz / SampleRate), norm = 1 / (1 + (Math.Sqrt(2) * w) + (w * w));
        double a1 = 2 * ((w * w) - 1) * norm, a2 = (1 - (Math.Sqrt(2) * w) + (w * w)) * norm, x1 = 0, x2 = 0, y1 = 0, y2 = 0;
        for (int n = 0; n < signal.Length; n++)
        {
            double x = signal[n], y = (norm * (x - (2 * x1) + x2)) - (a1 * y1) - (a2 * y2);
            (x2, x1, y2, y1) = (x1, x, y1, y);
            signal[n] = y;
        }
    }

    private static void Add(double[] response, double reflection, double[] microphone, double[] loudspeaker, ReadOnlySpan<int> cell, int mirror)
    {
        double square = 0;
        int bounces = 0;
        for (int axis = 0; axis < 3; axis++)
        {
            int mirrored = (mirror >> axis) & 1;
            double image = ((1 - (2 * mirrored)) * loudspeaker[axis]) + (2 * cell[axis] * s_size[axis]);
            square += (image - microphone[axis]) * (image - microphone[axis]);
            bounces += Math.Abs(cell[axis] - mirrored) + Math.Abs(cell[axis]);
        }

        double distance = Math.Sqrt(square);
        int sample = (int)Math.Round(distance * SampleRate / SpeedOfSound);
        if (sample < response.Length)
            response[sample] += Math.Pow(reflection, bounces) / distance;
    }
}
