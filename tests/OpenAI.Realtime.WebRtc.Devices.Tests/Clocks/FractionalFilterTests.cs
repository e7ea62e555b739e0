using OpenAI.Realtime.WebRtc.Devices.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Devices.Tests.Clocks;

public sealed class FractionalFilterTests
{
    private const int Size = 1 << 16;

    [Theory]
    [InlineData(100, 1.0002)]
    [InlineData(1_000, 0.9998)]
    [InlineData(1_000, 1.003)]
    [InlineData(7_300, 0.997)]
    [InlineData(15_000, 1.0002)]
    public void A_tone_stays_a_tone_and_as_loud(double frequency, double step)
    {
        short[] heard = Read(Waves.Tone(frequency, Size, 20_000), 100.37, step, 32_768);
        double expected = frequency * step;
        Assert.InRange(Waves.Frequency(heard), expected - 0.1, expected + 0.1);
        Assert.InRange(20 * Math.Log10(Waves.Rms(heard) / (20_000 / Math.Sqrt(2))), -0.1, 0.1);
        Assert.True(Waves.Elsewhere(heard, expected, 20) < -80, $"{Waves.Elsewhere(heard, expected, 20):F1} dB");
    }

    [Fact]
    public void A_whole_position_at_a_step_of_one_is_the_sample_itself_as_far_as_the_band_goes()
    {
        short[] tone = Waves.Tone(440, Size);
        short[] heard = Read(tone, 1_000, 1, 960);
        for (int i = 0; i < heard.Length; i++)
            Assert.InRange(heard[i] - tone[1_000 + i], -2, 2);
    }

    [Fact]
    public void The_cut_into_calls_makes_no_difference()
    {
        short[] tone = Waves.Tone(3_000, Size);
        short[] whole = Read(tone, 500.25, 1.0007, 4_800), parts = new short[4_800];
        for (int i = 0; i < parts.Length; i += 480)
            Read(tone, 500.25 + (i * 1.0007), 1.0007, 480).CopyTo(parts, i);
        for (int i = 0; i < whole.Length; i++)
            Assert.InRange(whole[i] - parts[i], -1, 1);
    }

    private static short[] Read(short[] pcm, double position, double step, int count)
    {
        float[] ring = new float[Size + FractionalFilter.Taps];
        for (int i = 0; i < ring.Length; i++)
            ring[i] = pcm[i % Size];
        float[] output = new float[count];
        long index = (long)position;
        FractionalFilter.Read(ring, Size - 1, index, position - index, step, output);
        return [.. output.Select(sample => (short)MathF.Round(sample))];
    }
}
