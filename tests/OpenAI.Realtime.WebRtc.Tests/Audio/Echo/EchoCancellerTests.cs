using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;
using static OpenAI.Realtime.WebRtc.Tests.Audio.Echo.Cancelled;

namespace OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

/// <summary>The canceller in simulated rooms, with sound that has the statistics of speech. Everything is seeded; what speech of people gives is in docs/performance.md.</summary>
public sealed class EchoCancellerTests
{
    private const double Length = 9;
    private static readonly double[] s_far = SpeechLike.Make(Length, 7);
    private static readonly double[] s_near = SpeechLike.Make(Length, 11, 210, -30);
    private static readonly double[] s_room = SimulatedRoom.Response(0.3);

    [Theory]
    [InlineData(0.15, 60, 30)]
    [InlineData(0.3, 60, 30)]
    [InlineData(0.6, 60, 28)]       // two thirds of its decay are beyond the filter
    [InlineData(0.3, 0, 30)]
    [InlineData(0.3, 200, 30)]
    [InlineData(0.3, 400, 30)]
    public void The_far_end_alone_is_made_quieter_by_30_dB_after_two_seconds(double reverberation, double delay, double least)
    {
        var scene = new EchoScene { Far = s_far, Response = SimulatedRoom.Response(reverberation), Delay = delay };

        Assert.InRange(ErleAfterTwoSeconds(scene), least, 100);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(-100)]
    public void Clocks_that_drift_apart_by_100_ppm_cost_no_more(double drift)
    {
        Assert.InRange(ErleAfterTwoSeconds(new EchoScene { Far = s_far, Response = s_room, Drift = drift }), 28, 100);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(30)]
    public void In_noise_the_echo_is_made_quieter_by_25_dB_and_the_noise_goes_on(double noise)
    {
        var scene = new EchoScene { Far = s_far, Response = s_room, NoiseDb = noise };
        double[] microphone = scene.Mix();
        double[] output = Run(new EchoCanceller(), s_far, microphone);

        Assert.InRange(EchoMeasures.Erle(scene.Echo.Seconds(2, 8.5), output.Seconds(2, 8.5), scene.Noise.Seconds(2, 8.5)), 25, 100);
        double level = 10 * Math.Log10(EchoMeasures.Power(output.Seconds(4.5, 8.5)) / EchoMeasures.Power(scene.Noise.Seconds(4.5, 8.5)));
        Assert.InRange(level, -5, 3);       // neither dark nor loud where the echo was
    }

    [Fact]
    public void A_loudspeaker_that_clips_is_cancelled_as_well()
    {
        Assert.InRange(ErleAfterTwoSeconds(new EchoScene { Far = s_far, Response = s_room, ClipAt = 0.3 }), 20, 100);      // a fifth of its samples' peaks is cut off; of people's speech 25 dB are reached
    }

    [Fact]
    public void The_near_end_alone_is_not_changed_in_any_third_of_an_octave()
    {
        double[] output = Run(new EchoCanceller(), new double[s_near.Length], s_near);

        Assert.All(EchoMeasures.ThirdOctaves(s_near, output), band => Assert.InRange(band.Db, -0.5, 0.5));
        Assert.InRange(EchoMeasures.SiSdr(s_near.Seconds(0, 8.5), output.Seconds(0, 8.5)), 40, 200);
    }

    [Fact]
    public void The_near_end_alone_is_not_changed_after_the_far_end_has_spoken()
    {
        double[] far = [.. s_far];
        Array.Clear(far, 4 * SampleRate, far.Length - (4 * SampleRate));
        var scene = new EchoScene { Far = far, Response = s_room };
        double[] microphone = scene.Mix(), near = new double[microphone.Length];
        for (int n = 5 * SampleRate; n < near.Length; n++)
            microphone[n] += near[n] = s_near[n];
        double[] output = Run(new EchoCanceller(), far, microphone);

        Assert.All(EchoMeasures.ThirdOctaves([.. near.Seconds(5, 8.5)], [.. output.Seconds(5, 8.5)]), band => Assert.InRange(band.Db, -0.5, 0.5));
    }

    [Theory]
    [InlineData(-6, 8)]
    [InlineData(0, 12)]
    [InlineData(6, 14)]
    public void In_double_talk_the_near_end_comes_through(double level, double least)
    {
        var scene = new EchoScene { Far = s_far, Response = s_room };
        double[] microphone = scene.Mix(), near = new double[microphone.Length];
        double scale = Math.Sqrt(EchoMeasures.Power(scene.Echo.Seconds(4, 8.5)) / EchoMeasures.Power(s_near.Seconds(4, 8.5))) * Math.Pow(10, level / 20);
        for (int n = 4 * SampleRate; n < near.Length; n++)
            microphone[n] += near[n] = s_near[n] * scale;
        double[] output = Run(new EchoCanceller(), s_far, microphone);

        Assert.InRange(EchoMeasures.SiSdr(near.Seconds(4, 8.5), output.Seconds(4, 8.5)), least, 100);      // before: the level itself
    }

    [Theory]
    [InlineData(60, 133.3)]
    [InlineData(60, 360)]
    [InlineData(300, 47.7)]
    [InlineData(60, 85)]
    [InlineData(60, 65)]
    [InlineData(60, 61)]
    public void After_a_leap_of_the_delay_the_echo_is_20_dB_quieter_again_within_a_second_and_a_half(double from, double to)
    {
        var scene = new EchoScene { Far = s_far, Response = s_room, Delay = from, LeapAt = 4.5, LeapTo = to };
        double[] output = Run(new EchoCanceller(), s_far, scene.Mix());

        const int window = SampleRate / 10;
        double loud = EchoMeasures.Power(scene.Echo) / 10;
        for (int at = 6 * SampleRate; at + window < 15 * SampleRate / 2; at += Frame)
        {
            ReadOnlySpan<double> echo = scene.Echo.AsSpan(at, window);
            if (EchoMeasures.Power(echo) > loud)
                Assert.True(EchoMeasures.Erle(echo, output.AsSpan(at, window), scene.Noise.AsSpan(at, window)) >= 20, $"{(double)at / SampleRate - 4.5:0.00} s after the leap");
        }
    }

    [Fact]
    public void The_echo_is_quiet_from_its_first_word_on()
    {
        var scene = new EchoScene { Far = s_far, Response = s_room };
        double[] output = Run(new EchoCanceller(), s_far, scene.Mix());

        Assert.InRange(EchoMeasures.Erle(scene.Echo.Seconds(0, 2), output.Seconds(0, 2), scene.Noise.Seconds(0, 2)), 25, 100);
    }

    [Fact]
    public void It_says_what_it_is_doing()
    {
        double[] far = [.. s_far];
        Array.Clear(far, 0, SampleRate / 2);
        var scene = new EchoScene { Far = far, Response = s_room, Delay = 150 };
        double[] microphone = scene.Mix();
        for (int n = 6 * SampleRate; n < microphone.Length; n++)
            microphone[n] += 3 * s_near[n];
        var canceller = new EchoCanceller();
        var seen = new List<(double At, EchoCancellerState State)>();
        Run(canceller, far, microphone, at => seen.Add((at, canceller.State)));

        Assert.All(seen.Where(s => s.At < 0.45), s => Assert.Equal(default, s.State));
        EchoCancellerActivity[] order = [.. seen.Select(s => s.State.Activity).Distinct()];
        Assert.Equal([EchoCancellerActivity.Idle, EchoCancellerActivity.Searching, EchoCancellerActivity.Adapting], order.Take(3));
        Assert.Contains(seen, s => s.At is > 3 and < 6 && s.State.Activity == EchoCancellerActivity.Cancelling);
        Assert.Contains(seen, s => s.At > 6.5 && s.State.Activity == EchoCancellerActivity.DoubleTalk);
        EchoCancellerState settled = seen.Last(s => s.At < 6).State;
        Assert.InRange(settled.Delay!.Value.TotalMilliseconds, 140, 170);
        Assert.InRange(settled.ErleDb, 20, 60);
        canceller.Reset();
        Assert.Equal(default, canceller.State);
    }

    [Fact]
    public void A_leap_that_the_caller_tells_of_costs_nothing()
    {
        var scene = new EchoScene { Far = s_far, Response = s_room, Delay = 60, LeapAt = 4.5, LeapTo = 260 };
        short[] far = EchoScene.ToSamples(s_far), microphone = EchoScene.ToSamples(scene.Mix()), o = new short[Frame];
        var canceller = new EchoCanceller();
        double[] output = new double[far.Length];
        for (int at = 0; at + Frame <= far.Length; at += Frame)
        {
            canceller.Process(far.AsSpan(at, Frame), microphone.AsSpan(at, Frame), o, TimeSpan.FromMilliseconds(at < 4.5 * SampleRate ? 50 : 250));
            for (int n = Math.Max(0, 480 - at); n < Frame; n++)
                output[at + n - 480] = o[n] / 32_768.0;
        }

        Assert.InRange(EchoMeasures.Erle(scene.Echo.Seconds(4.6, 6), output.Seconds(4.6, 6), scene.Noise.Seconds(4.6, 6)), 25, 100);
        Assert.Equal(1, canceller.State.DelayChanges);
    }

    [Fact]
    public void Extreme_samples_break_nothing()
    {
        var canceller = new EchoCanceller();
        var random = new Random(3);
        short[] far = new short[Frame], near = new short[Frame], output = new short[Frame];
        for (int frame = 0; frame < 200; frame++)
        {
            for (int n = 0; n < Frame; n++)
            {
                far[n] = frame % 3 == 0 ? short.MinValue : random.Next(2) == 0 ? short.MaxValue : short.MinValue;
                near[n] = frame % 2 == 0 ? far[n] : short.MaxValue;
            }

            canceller.Process(far, near, output);
        }

        // It is none the worse for it.
        var scene = new EchoScene { Far = s_far, Response = s_room };
        double[] heard = Run(canceller, s_far, scene.Mix());
        Assert.InRange(EchoMeasures.Erle(scene.Echo.Seconds(4, 8.5), heard.Seconds(4, 8.5), scene.Noise.Seconds(4, 8.5)), 25, 100);
    }

    [Fact]
    public void A_frame_allocates_nothing()
    {
        short[] far = EchoScene.ToSamples(s_far), near = EchoScene.ToSamples(new EchoScene { Far = s_far, Response = s_room }.Mix()), output = new short[Frame];
        var canceller = new EchoCanceller();
        int at = 0;

        Assert.Equal(0, Allocations.Measure(() =>
        {
            canceller.Process(far.AsSpan(at, Frame), near.AsSpan(at, Frame), output);
            _ = canceller.State;
            at = (at + Frame) % (far.Length - Frame);
        }, 100));
    }

    [Fact]
    public void The_output_may_lie_where_the_microphone_lay()
    {
        double[] microphone = new EchoScene { Far = s_far, Response = s_room }.Mix();
        short[] far = EchoScene.ToSamples(s_far), near = EchoScene.ToSamples(microphone), output = new short[Frame];
        EchoCanceller apart = new(), inPlace = new();
        for (int at = 0; at < 2 * SampleRate; at += Frame)
        {
            apart.Process(far.AsSpan(at, Frame), near.AsSpan(at, Frame), output);
            Span<short> frame = near.AsSpan(at, Frame);
            inPlace.Process(far.AsSpan(at, Frame), frame, frame);
            Assert.True(frame.SequenceEqual(output));
        }
    }

    [Fact]
    public void A_frame_of_another_length_is_refused()
    {
        var canceller = new EchoCanceller();

        Assert.Throws<ArgumentException>(() => canceller.Process(new short[480], new short[Frame], new short[Frame]));
        Assert.Throws<ArgumentException>(() => canceller.Process(new short[Frame], new short[480], new short[Frame]));
        Assert.Throws<ArgumentException>(() => canceller.Process(new short[Frame], new short[Frame], new short[480]));
    }

    private static double ErleAfterTwoSeconds(EchoScene scene)
    {
        double[] output = Run(new EchoCanceller(), scene.Far, scene.Mix());
        return EchoMeasures.Erle(scene.Echo.Seconds(2, 8.5), output.Seconds(2, 8.5), scene.Noise.Seconds(2, 8.5));
    }
}
