using OpenAI.Realtime.WebRtc.Devices.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Devices.Tests.Clocks;

/// <summary>
/// An hour between two clocks that differ, with callbacks that come up to 3 ms late. The sound that goes through says how old it is: it is a saw whose height is the time at which it was made.
/// </summary>
public sealed class ClockDriftTests
{
    private const double Hour = 3_600;
    private const double SawSeconds = 0.5;
    private const double SawHeight = 30_000;

    [Theory]
    [InlineData(200e-6, 0.010, true, Hour)]
    [InlineData(-200e-6, 0.010, true, Hour)]
    [InlineData(200e-6, 0.010, false, Hour)]
    [InlineData(-200e-6, 0.010, false, Hour)]
    [InlineData(200e-6, 0.02133, true, 600)]
    [InlineData(-200e-6, 0.02133, false, 600)]
    public void After_an_hour_the_delay_is_what_it_was(double drift, double period, bool isMicrophone, double seconds)
    {
        List<(double At, double Age)> ages = [];
        ClockBridge bridge = Run(seconds, drift, period, isMicrophone, Saw, (at, pcm) => ages.Add((at, AgeOf(pcm[^1], at))));

        double first = Median(ages, 180, 300), last = Median(ages, seconds - 120, seconds);
        Assert.InRange(last - first, -0.0005, 0.0005);
        Assert.All(ages.Where(age => age.At > 10 && (age.At - first) % SawSeconds is > 0.01 and < SawSeconds - 0.01), age => Assert.InRange(age.Age - first, -0.006, 0.006));
        Assert.Equal(0, bridge.Underruns);
        Assert.Equal(0, bridge.Overruns);
        Assert.InRange(bridge.DriftPpm, (isMicrophone ? drift : -drift) * 1e6 - 20, ((isMicrophone ? drift : -drift) * 1e6) + 20);
    }

    [Theory]
    [InlineData(200e-6, true)]
    [InlineData(-200e-6, true)]
    [InlineData(200e-6, false)]
    [InlineData(-200e-6, false)]
    public void A_tone_has_no_click_in_it_and_no_neighbours(double drift, bool isMicrophone)
    {
        const double Frequency = 1_000, Amplitude = 20_000, Seconds = 300;
        const double Bend = 2 * Math.PI * Frequency / Waves.Rate;
        List<short> tail = [];
        double before = 0, last = 0, sharpest = 0;
        ClockBridge bridge = Run(Seconds, drift, 0.010, isMicrophone, t => Amplitude * Math.Sin(2 * Math.PI * Frequency * t), (at, pcm) =>
        {
            foreach (short sample in pcm)
            {
                if (at > 1)
                    sharpest = Math.Max(sharpest, Math.Abs(sample - (2 * last) + before));
                (before, last) = (last, sample);
            }

            if (at > Seconds - 3)
                tail.AddRange(pcm.ToArray());
        });

        // The second difference of a sine of this height and frequency, and what rounding to 16 bits adds: a click is a multiple of it.
        Assert.InRange(sharpest, Amplitude * Bend * Bend * 0.99, (Amplitude * Bend * Bend * 1.02) + 3);
        short[] end = [.. tail.Take(1 << 17)];
        double frequency = isMicrophone ? Frequency : Frequency / (1 + drift);      // heard on the network's clock, or on the device's
        Assert.InRange(Waves.Frequency(end), frequency - 0.1, frequency + 0.1);
        Assert.True(Waves.Elsewhere(end, frequency, 10) < -75, $"{Waves.Elsewhere(end, frequency, 10):F1} dB");
        Assert.Equal(0, bridge.Underruns);
    }

    // One side is the network's clock, 20 ms at a time; the other is the device's, faster by the drift, a period at a time. What is written was made at the moment at which it is written.
    private static ClockBridge Run(double seconds, double drift, double period, bool isMicrophone, Func<double, double> wave, HeardAction heard)
    {
        var clock = new StepClock();
        int samples = (int)Math.Round(period * Waves.Rate);
        var bridge = new ClockBridge(clock, isMicrophone ? samples : 960);
        var random = new Random(7);
        short[] device = new short[samples], frame = new short[960];
        long deviceSamples = 0, networkSamples = 0;
        double deviceRate = Waves.Rate * (1 + drift);
        double nextPeriod = period, nextFrame = 0.0137, periodAt = nextPeriod, frameAt = nextFrame;
        while (Math.Max(periodAt, frameAt) < seconds)
        {
            if (periodAt <= frameAt)
            {
                clock.Seconds = periodAt;
                if (isMicrophone)
                {
                    Fill(device, deviceSamples, deviceRate, wave);
                    bridge.Write(device);
                }
                else
                {
                    bridge.ReadOrSilence(device);
                    heard(periodAt, device);
                }

                deviceSamples += samples;
                nextPeriod = period + (deviceSamples / deviceRate);
                periodAt = nextPeriod + (random.NextDouble() * 0.003);
            }
            else
            {
                clock.Seconds = frameAt;
                if (isMicrophone)
                {
                    if (bridge.TryRead(frame))
                        heard(frameAt, frame);
                }
                else
                {
                    Fill(frame, networkSamples, Waves.Rate, wave);
                    bridge.Write(frame);
                }

                networkSamples += 960;
                nextFrame = 0.0137 + ((double)networkSamples / Waves.Rate);
                frameAt = nextFrame + (random.NextDouble() * 0.001);
            }
        }

        return bridge;
    }

    private static void Fill(short[] pcm, long first, double rate, Func<double, double> wave)
    {
        for (int i = 0; i < pcm.Length; i++)
            pcm[i] = (short)Math.Round(wave((first + i) / rate));
    }

    private static double Saw(double at) => ((at % SawSeconds / SawSeconds * 2) - 1) * SawHeight;

    private static double AgeOf(short sample, double at)
    {
        double age = (at % SawSeconds) - (((sample / SawHeight) + 1) / 2 * SawSeconds);
        return age < 0 ? age + SawSeconds : age;
    }

    // The median: where the saw leaps the filter rings, and the height says nothing.
    private static double Median(List<(double At, double Age)> ages, double from, double to) =>
        ages.Where(age => age.At >= from && age.At < to).Select(age => age.Age).Order().ToArray() is { Length: > 100 } sorted ? sorted[sorted.Length / 2] : double.NaN;

    private delegate void HeardAction(double at, ReadOnlySpan<short> pcm);
}
