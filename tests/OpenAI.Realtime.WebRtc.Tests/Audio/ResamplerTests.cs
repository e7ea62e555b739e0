using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

public class ResamplerTests
{
    private static readonly int[] Rates = [8_000, 16_000, 24_000, 44_100, 48_000];

    public static TheoryData<int, int> Pairs
    {
        get
        {
            var pairs = new TheoryData<int, int>();
            foreach (int from in Rates)
            {
                foreach (int to in Rates.Where(to => to != from))
                    pairs.Add(from, to);
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Tones_of_the_passband_keep_their_level_within_a_tenth_of_a_decibel(int from, int to)
    {
        foreach (double part in (double[])[0.02, 0.1, 0.25, 0.35, 0.42])
        {
            double frequency = part * Math.Min(from, to);
            short[] output = Convert(Spectrum.Tone(frequency, from, from / 4), from, to);
            (double amplitude, _) = Spectrum.Fit(output.AsSpan(to / 20, to / 8), frequency, to);
            Assert.InRange(20 * Math.Log10(amplitude / 10_000), -0.1, 0.1);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void What_does_not_belong_to_the_tone_lies_sixty_decibels_below_it(int from, int to)
    {
        double frequency = 0.4 * Math.Min(from, to);        // its image lies close by, in the stop band
        short[] output = Convert(Spectrum.Tone(frequency, from, from / 4), from, to);
        (double amplitude, double residual) = Spectrum.Fit(output.AsSpan(to / 20, to / 8), frequency, to);
        Assert.True(20 * Math.Log10(residual / (amplitude / Math.Sqrt(2))) < -60, $"Residual {residual}, amplitude {amplitude}.");
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Tones_above_half_the_lower_rate_are_rejected_by_sixty_decibels(int from, int to)
    {
        if (to >= from)
            return;     // there is nothing above it in the input
        foreach (double part in (double[])[0.0, 0.1, 0.5, 0.9])
        {
            double lowest = (to / 2.0) + 20;
            double frequency = lowest + (part * ((from / 2.0) - lowest));
            short[] output = Convert(Spectrum.Tone(frequency, from, from / 4), from, to);
            double level = 20 * Math.Log10(Math.Max(0.3, Spectrum.Rms(output.AsSpan(to / 20, to / 8))) / (10_000 / Math.Sqrt(2)));
            Assert.True(level < -60, $"{frequency} Hz comes through at {level} dB.");
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_length_is_exact_over_a_long_run_of_uneven_blocks(int from, int to)
    {
        var resampler = new Resampler(from, to);
        var random = new Random(7);
        var input = new short[1_500];
        var output = new short[resampler.MaxOutput(1_500)];
        long read = 0, written = 0;
        while (read < 12L * from)
        {
            int count = random.Next(0, 1_500);
            written += resampler.Process(input.AsSpan(0, count), output);
            read += count;
            Assert.Equal(((read * to) + from - 1) / from, written);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_output_does_not_depend_on_how_the_stream_is_cut(int from, int to)
    {
        var random = new Random(from + to);
        var input = new short[from / 4];
        for (int i = 0; i < input.Length; i++)
            input[i] = (short)random.Next(short.MinValue, short.MaxValue);
        short[] whole = Convert(input, from, to);

        var resampler = new Resampler(from, to);
        var pieces = new List<short>();
        for (int at = 0; at < input.Length;)
        {
            int count = Math.Min(input.Length - at, random.Next(1, 700));
            var output = new short[resampler.MaxOutput(count)];
            pieces.AddRange(output.AsSpan(0, resampler.Process(input.AsSpan(at, count), output)));
            at += count;
        }

        Assert.Equal(whole, pieces);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void An_impulse_comes_out_after_the_stated_delay(int from, int to)
    {
        var input = new short[from / 10];
        input[from / 50] = 30_000;
        short[] output = Convert(input, from, to);
        int peak = Array.IndexOf(output, output.Max());
        double expected = (0.02 + new Resampler(from, to).Delay.TotalSeconds) * to;
        Assert.InRange(peak, expected - 1, expected + 1);
    }

    [Fact]
    public void The_same_rate_is_a_copy()
    {
        short[] input = Spectrum.Tone(440, 48_000, 960);
        Assert.Equal(input, Convert(input, 48_000, 48_000));
        Assert.Equal(TimeSpan.Zero, new Resampler(48_000, 48_000).Delay);
    }

    [Fact]
    public void Full_scale_is_clipped_and_does_not_wrap_around()
    {
        var input = new short[8_000];
        for (int i = 0; i < input.Length; i++)
            input[i] = i / 40 % 2 == 0 ? short.MaxValue : short.MinValue;
        short[] output = Convert(input, 8_000, 48_000);
        for (int i = 1; i < output.Length; i++)
            Assert.True(Math.Abs(output[i] - output[i - 1]) < 40_000);
    }

    [Theory]
    [InlineData(7_999, 48_000, false)]
    [InlineData(22_050, 48_000, true)]
    [InlineData(11_025, 48_000, true)]
    [InlineData(32_000, 48_000, true)]
    [InlineData(96_000, 48_000, true)]
    [InlineData(47_999, 48_000, false)]
    [InlineData(200_000, 48_000, false)]
    public void Ratios_of_small_numbers_are_converted_and_others_refused(int from, int to, bool can)
    {
        Assert.Equal(can, Resampler.CanConvert(from, to));
        if (can)
            Assert.InRange(Convert(new short[from], from, to).Length, to, to);
        else
            Assert.Throws<ArgumentOutOfRangeException>(() => new Resampler(from, to));
    }

    [Theory]
    [InlineData(44_056)]
    [InlineData(24_001)]
    [InlineData(7_999)]
    [InlineData(192_001)]
    public void A_rate_that_cannot_be_used_is_refused_with_the_rule(int rate)
    {
        var e = Assert.Throws<ArgumentException>(() => new ChannelAudioSource(new AudioFormat(rate)));
        Assert.Contains("between 8,000 and 192,000 Hz and has a divisor of 48 or more in common with 48,000", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rule_that_the_message_tells_is_the_true_one()
    {
        for (int rate = 7_000; rate < 193_000; rate++)
        {
            bool isInRange = rate is >= 8_000 and <= 192_000;
            Assert.True(Resampler.CanConvert(rate, 48_000) == (isInRange && System.Numerics.BigInteger.GreatestCommonDivisor(rate, 48_000) >= 48), $"{rate} Hz");
        }
    }

    [Fact]
    public void Nothing_is_allocated_per_block()
    {
        var resampler = new Resampler(44_100, 48_000);
        var input = new short[882];
        var output = new short[resampler.MaxOutput(882)];
        Assert.Equal(0, Allocations.Measure(() => resampler.Process(input, output)));
    }

    private static short[] Convert(short[] input, int from, int to)
    {
        var resampler = new Resampler(from, to);
        var output = new short[resampler.MaxOutput(input.Length)];
        return output[..resampler.Process(input, output)];
    }
}
