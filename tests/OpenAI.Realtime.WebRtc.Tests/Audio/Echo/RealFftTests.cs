using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

public sealed class RealFftTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    [InlineData(1_024)]
    [InlineData(2_048)]
    public void A_spectrum_is_that_of_the_plain_transform_and_back_come_the_samples(int size)
    {
        var fft = new RealFft(size);
        float[] samples = Noise(size);
        double[] real = [.. samples], imaginary = new double[size];
        SimulatedRoom.Transform(real, imaginary, inverse: false);

        float[] r = new float[fft.Bins], i = new float[fft.Bins], back = new float[size];
        fft.Forward(samples, r, i);
        fft.Inverse(r, i, back);

        for (int k = 0; k < fft.Bins; k++)
        {
            Assert.Equal(real[k], r[k], 1e-4);
            Assert.Equal(imaginary[k], i[k], 1e-4);
        }

        for (int n = 0; n < size; n++)
            Assert.Equal(samples[n], back[n], 1e-6);
    }

    [Fact]
    public void A_transform_allocates_nothing()
    {
        var fft = new RealFft(1_024);
        float[] samples = Noise(1_024), r = new float[fft.Bins], i = new float[fft.Bins];

        Assert.Equal(0, Allocations.Measure(() =>
        {
            fft.Forward(samples, r, i);
            fft.Inverse(r, i, samples);
        }, 100));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(960)]
    public void A_size_that_is_no_power_of_two_is_refused(int size) => Assert.Throws<ArgumentOutOfRangeException>(() => new RealFft(size));

    private static float[] Noise(int size)
    {
        var random = new Random(size);
        return [.. Enumerable.Range(0, size).Select(_ => (float)random.NextDouble() - 0.5f)];
    }
}
