namespace OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

/// <summary>
/// Something with the statistics of speech and no words: pulses of a gliding pitch through four formants, hissing consonants up to 10 kHz, pauses between words and sentences. 48 kHz, repeatable by its seed.
/// </summary>
internal static class SpeechLike
{
    private const int SampleRate = 48_000;

    // Formants of a, e, i, o, u, schwa in Hz (Peterson and Barney 1952, men; the fourth is usual).
    private static readonly double[][] s_vowels = [[730, 1090, 2440, 3500], [530, 1840, 2480, 3500], [270, 2290, 3010, 3700], [570, 840, 2410, 3300], [300, 870, 2240, 3300], [490, 1350, 1690, 3400]];

    /// <summary>Makes some.</summary>
    /// <param name="seconds">How long.</param>
    /// <param name="seed">Which.</param>
    /// <param name="pitch">Hz: 115 for a man, 210 for a woman.</param>
    /// <param name="dbfs">How loud, root mean square over all, pauses included.</param>
    public static double[] Make(double seconds, int seed, double pitch = 115, double dbfs = -22)
    {
        var random = new Random(seed);
        var samples = new double[(int)(seconds * SampleRate)];
        var voice = new Voice(pitch, pitch > 160 ? 1.15 : 1);
        int at = 0, left = 0;
        while (at < samples.Length)
        {
            if (left == 0)
            {
                at += (int)((0.25 + (0.35 * random.NextDouble())) * SampleRate);     // between sentences
                left = 6 + random.Next(10);
                continue;
            }

            at = random.NextDouble() < 0.55
                ? voice.Hiss(samples, at, 0.05 + (0.08 * random.NextDouble()), random)
                : at + (int)((0.01 + (0.04 * random.NextDouble())) * SampleRate);
            at = voice.Vowel(samples, at, 0.09 + (0.16 * random.NextDouble()), s_vowels[random.Next(s_vowels.Length)], random);
            if (random.NextDouble() < 0.35)
                at += (int)((0.04 + (0.1 * random.NextDouble())) * SampleRate);      // between words
            left--;
        }

        double scale = Math.Pow(10, dbfs / 20) / Math.Sqrt(samples.Sum(s => s * s) / samples.Length);
        for (int n = 0; n < samples.Length; n++)
            samples[n] = Math.Clamp(samples[n] * scale, -1, 1);
        return samples;
    }

    private sealed class Voice(double pitch, double size)
    {
        private readonly double[] _formants = [500, 1500, 2500, 3500];
        private readonly double[] _first = new double[6], _second = new double[6];
        private double _phase, _glottis;

        public int Vowel(double[] samples, int at, double seconds, double[] formants, Random random)
        {
            int length = (int)(seconds * SampleRate);
            double from = pitch * (0.9 + (0.35 * random.NextDouble())), to = pitch * (0.8 + (0.3 * random.NextDouble())), loud = 0.5 + (0.5 * random.NextDouble());
            for (int n = 0; n < length && at < samples.Length; n++, at++)
            {
                double t = (double)n / length;
                _phase += (from + ((to - from) * t)) * (1 + (0.01 * (random.NextDouble() - 0.5))) / SampleRate;
                double pulse = 0;
                if (_phase >= 1)
                {
                    _phase -= 1;
                    pulse = 1;
                }

                _glottis += 0.06 * (pulse - _glottis);      // the pulses' slope
                double x = _glottis + (0.002 * (random.NextDouble() - 0.5));
                double sum = 0;
                for (int f = 0; f < 4; f++)
                {
                    _formants[f] += 0.0008 * ((formants[f] * size) - _formants[f]);
                    sum += Resonate(f, x, _formants[f], 60 + (0.04 * _formants[f])) / (1 + f);
                }

                samples[at] += sum * loud * Math.Sin(Math.PI * Math.Min(1, (t * 0.94) + 0.06));
            }

            return at;
        }

        public int Hiss(double[] samples, int at, double seconds, Random random)
        {
            int length = (int)(seconds * SampleRate);
            double centre = 3_500 + (4_500 * random.NextDouble()), loud = 0.02 + (0.05 * random.NextDouble());
            for (int n = 0; n < length && at < samples.Length; n++, at++)
            {
                double x = random.NextDouble() - 0.5;
                samples[at] += loud * Math.Sin(Math.PI * n / length) * (Resonate(4, x, centre, 1_500) + (0.5 * Resonate(5, x, centre * 1.5, 3_000)));
            }

            return at;
        }

        private double Resonate(int which, double x, double frequency, double width)
        {
            double radius = Math.Exp(-Math.PI * width / SampleRate), a = 2 * radius * Math.Cos(2 * Math.PI * frequency / SampleRate);
            double y = ((1 - radius) * x) + (a * _first[which]) - (radius * radius * _second[which]);
            _second[which] = _first[which];
            _first[which] = y;
            return y;
        }
    }
}
