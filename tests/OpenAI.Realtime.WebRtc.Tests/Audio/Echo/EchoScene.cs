namespace OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

/// <summary>What a microphone hears in a simulated room: the loudspeaker's echo, later by the devices' delay, and the near end. Mono, 48 kHz, full scale 1.</summary>
internal sealed class EchoScene
{
    private const int SampleRate = SimulatedRoom.SampleRate;

    /// <summary>What the loudspeaker is given.</summary>
    public required double[] Far { get; init; }

    /// <summary>The near end's voice at the microphone; null for none.</summary>
    public double[]? Near { get; init; }

    /// <summary>The room, from the loudspeaker to the microphone.</summary>
    public required double[] Response { get; init; }

    /// <summary>Echo return loss: by how many decibels the echo is quieter than the far end.</summary>
    public double LossDb { get; init; } = 10;

    /// <summary>Milliseconds that the devices add to the echo.</summary>
    public double Delay { get; init; } = 60;

    /// <summary>When the delay leaps, in seconds; never by default.</summary>
    public double LeapAt { get; init; } = double.PositiveInfinity;

    /// <summary>The delay from then on, in milliseconds.</summary>
    public double LeapTo { get; init; }

    /// <summary>By how many parts per million the microphone's clock is faster than the loudspeaker's.</summary>
    public double Drift { get; init; }

    /// <summary>The loudspeaker cannot do more than this share of the far end's peak; 1 is all of it.</summary>
    public double ClipAt { get; init; } = 1;

    /// <summary>By how many decibels the room's noise is quieter than the echo, root mean squares.</summary>
    public double NoiseDb { get; init; } = double.PositiveInfinity;

    /// <summary>The echo alone, as <see cref="Mix"/> left it.</summary>
    public double[] Echo { get; private set; } = [];

    /// <summary>The noise alone, as <see cref="Mix"/> left it.</summary>
    public double[] Noise { get; private set; } = [];

    /// <summary>What the microphone hears.</summary>
    public double[] Mix(int seed = 1)
    {
        double[] played = Far;
        if (ClipAt < 1)
        {
            double most = ClipAt * Far.Max(Math.Abs);
            played = [.. Far.Select(s => Math.Clamp(s, -most, most))];
        }

        double[] dry = SimulatedRoom.Convolve(played, Response);
        double scale = Math.Sqrt(Far.Sum(s => s * s) / dry.Sum(s => s * s)) * Math.Pow(10, -LossDb / 20);
        for (int n = 0; n < dry.Length; n++)
            dry[n] *= scale;
        Echo = Delayed(dry);
        Noise = new double[dry.Length];
        if (double.IsFinite(NoiseDb))
        {
            double level = Math.Sqrt(Echo.Sum(s => s * s) / Echo.Length) * Math.Pow(10, -NoiseDb / 20);
            Noise = Pink(dry.Length, level, seed);
        }

        var mixed = new double[dry.Length];
        for (int n = 0; n < mixed.Length; n++)
            mixed[n] = Echo[n] + Noise[n] + (Near is not null && n < Near.Length ? Near[n] : 0);
        return mixed;
    }

    /// <summary>As 16-bit samples.</summary>
    public static short[] ToSamples(double[] signal) =>
        [.. signal.Select(s => (short)Math.Clamp(Math.Round(s * 32_768), short.MinValue, short.MaxValue))];

    private double[] Delayed(double[] dry)
    {
        var echo = new double[dry.Length];
        for (int n = 0; n < echo.Length; n++)
        {
            double delay = ((double)n / SampleRate < LeapAt ? Delay : LeapTo) * SampleRate / 1_000;
            double at = (n * (1 - (Drift * 1e-6))) - delay;
            echo[n] = Interpolate(dry, at);
        }

        return echo;
    }

    // A windowed sinc of 32 samples where a value lies between two.
    private static double Interpolate(double[] signal, double at)
    {
        int whole = (int)Math.Floor(at);
        double part = at - whole;
        if (part < 1e-9)
            return whole >= 0 && whole < signal.Length ? signal[whole] : 0;
        double sum = 0, sine = Math.Sin(Math.PI * part) / Math.PI;
        for (int k = -15; k <= 16; k++)
        {
            if (whole + k < 0 || whole + k >= signal.Length)
                continue;
            double t = part - k;
            sum += signal[whole + k] * ((k & 1) == 0 ? sine : -sine) / t * (0.5 + (0.5 * Math.Cos(Math.PI * t / 17)));
        }

        return sum;
    }

    // Equal power an octave (Kellet's filter of white noise).
    private static double[] Pink(int length, double level, int seed)
    {
        var random = new Random(seed);
        var noise = new double[length];
        double a = 0, b = 0, c = 0;
        for (int n = 0; n < length; n++)
        {
            double white = random.NextDouble() - 0.5;
            a = (0.99765 * a) + (0.0990460 * white);
            b = (0.96300 * b) + (0.2965164 * white);
            c = (0.57000 * c) + (1.0526913 * white);
            noise[n] = a + b + c + (0.1848 * white);
        }

        double scale = level / Math.Sqrt(noise.Sum(s => s * s) / length);
        for (int n = 0; n < length; n++)
            noise[n] *= scale;
        return noise;
    }
}
