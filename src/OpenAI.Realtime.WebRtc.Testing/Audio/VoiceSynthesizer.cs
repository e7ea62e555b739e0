namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// A voice without words: harmonics of a gliding pitch, weighted by two formants that wander from vowel to vowel, in syllables of a quarter of a second.
/// </summary>
internal static class VoiceSynthesizer
{
    private const double SyllableSeconds = 0.25;
    private const double SoundingShare = 0.8;
    private const int Harmonics = 24;
    private const double Loudness = 5_500;          // about −18 dBFS in a syllable's middle

    // The first two formants of a, e, i, o, u in Hz.
    private static readonly (double First, double Second)[] Vowels = [(730, 1090), (530, 1840), (270, 2290), (570, 840), (300, 870)];

    public static void Fill(Span<short> samples, int sampleRate)
    {
        Span<double> weights = stackalloc double[Harmonics];
        double phase = 0;
        int syllableLength = (int)(SyllableSeconds * sampleRate);
        for (int i = 0; i < samples.Length; i++)
        {
            int syllable = i / syllableLength;
            double within = (double)(i % syllableLength) / syllableLength;
            double pitch = 125 + 20 * Math.Sin(2 * Math.PI * i / (2.2 * sampleRate)) - 15 * within;
            if (i % syllableLength == 0)
                WeighHarmonics(weights, pitch, Vowels[syllable * 3 % Vowels.Length]);
            phase += pitch / sampleRate;
            phase -= Math.Floor(phase);
            double envelope = within < SoundingShare ? Math.Sin(Math.PI * within / SoundingShare) : 0;
            if (envelope == 0)
                continue;
            double sum = 0;
            for (int h = 0; h < Harmonics; h++)
                sum += weights[h] * Math.Sin(2 * Math.PI * phase * (h + 1));
            samples[i] = (short)Math.Clamp(Loudness * envelope * sum, short.MinValue, short.MaxValue);
        }
    }

    private static void WeighHarmonics(Span<double> weights, double pitch, (double First, double Second) vowel)
    {
        double energy = 0;
        for (int h = 0; h < Harmonics; h++)
        {
            double frequency = pitch * (h + 1);
            weights[h] = (0.15 + Resonance(frequency, vowel.First, 90) + 0.6 * Resonance(frequency, vowel.Second, 120)) / (1 + frequency / 800);
            energy += weights[h] * weights[h] / 2;
        }

        double scale = 1 / Math.Sqrt(energy);
        foreach (ref double weight in weights)
            weight *= scale;
    }

    private static double Resonance(double frequency, double centre, double width)
    {
        double distance = (frequency - centre) / width;
        return 1 / (1 + distance * distance);
    }
}
