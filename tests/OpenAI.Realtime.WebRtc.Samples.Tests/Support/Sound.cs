using System.Runtime.InteropServices;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.Support;

/// <summary>Reads sound and measures it.</summary>
internal static class Sound
{
    /// <summary>20 ms at 24 kHz.</summary>
    public const int Frame = 480;

    /// <summary>A whole WAV file, read by the canonical header and not by the code under test: 16-bit mono.</summary>
    public static (short[] Samples, int Rate) ReadWav(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        Assert.Equal("RIFF"u8, file.AsSpan(0, 4));
        Assert.Equal("WAVEfmt "u8, file.AsSpan(8, 8));
        Assert.Equal(1, BitConverter.ToInt16(file, 20));        // PCM
        Assert.Equal(1, BitConverter.ToInt16(file, 22));        // mono
        Assert.Equal(16, BitConverter.ToInt16(file, 34));
        Assert.Equal("data"u8, file.AsSpan(36, 4));
        int length = BitConverter.ToInt32(file, 40);
        Assert.Equal(file.Length - 44, length);
        return (MemoryMarshal.Cast<byte, short>(file.AsSpan(44, length)).ToArray(), BitConverter.ToInt32(file, 24));
    }

    public static short[] FromBytes(byte[] pcm) => MemoryMarshal.Cast<byte, short>(pcm).ToArray();

    /// <summary>A sine at 24 kHz, as raw bytes.</summary>
    public static byte[] Tone(double frequency, TimeSpan duration)
    {
        short[] samples = new short[(int)(duration.TotalSeconds * 24_000)];
        for (int i = 0; i < samples.Length; i++)
            samples[i] = (short)(8_000 * Math.Sin(2 * Math.PI * frequency * i / 24_000));
        return MemoryMarshal.AsBytes(samples.AsSpan()).ToArray();
    }

    /// <summary>The loudness of each 20 ms, in dBFS from −60 up.</summary>
    public static double[] Envelope(ReadOnlySpan<short> samples)
    {
        double[] envelope = new double[samples.Length / Frame];
        for (int i = 0; i < envelope.Length; i++)
            envelope[i] = Math.Max(-60, AudioLevel.Measure(samples.Slice(i * Frame, Frame)).RmsDbfs);
        return envelope;
    }

    /// <summary>The best normalised correlation of a short envelope with any stretch of a long one, and where it lies.</summary>
    public static (double Correlation, int At) Find(double[] needle, double[] haystack)
    {
        (double Correlation, int At) best = (-1, -1);
        for (int at = 0; at + needle.Length <= haystack.Length; at++)
        {
            double correlation = Correlate(needle, haystack.AsSpan(at, needle.Length));
            if (correlation > best.Correlation)
                best = (correlation, at);
        }
        return best;
    }

    /// <summary>The same for each whole second of an envelope by itself, so that a hole in what was heard spoils one of them and not all.</summary>
    public static (double Correlation, int At)[] FindEachSecond(double[] said, double[] heard) =>
        [.. said.Chunk(50).Where(second => second.Length == 50).Select(second => Find(second, heard))];

    /// <summary>The frequency by the zero crossings of the loud frames.</summary>
    public static double Frequency(short[] samples)
    {
        int crossings = 0, counted = 0;
        for (int i = 0; i + Frame <= samples.Length; i += Frame)
        {
            ReadOnlySpan<short> frame = samples.AsSpan(i, Frame);
            if (AudioLevel.Measure(frame).RmsDbfs < -30)
                continue;
            for (int j = 1; j < Frame; j++)
                crossings += frame[j - 1] < 0 != frame[j] < 0 ? 1 : 0;
            counted += Frame - 1;
        }
        return counted == 0 ? 0 : crossings / 2.0 * 24_000 / counted;
    }

    private static double Correlate(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double meanA = 0, meanB = 0;
        for (int i = 0; i < a.Length; i++)
            (meanA, meanB) = (meanA + a[i] / a.Length, meanB + b[i] / a.Length);
        double ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return aa == 0 || bb == 0 ? 0 : ab / Math.Sqrt(aa * bb);
    }
}
