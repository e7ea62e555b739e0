using OpenAI.Realtime.WebRtc.Devices.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Devices.Tests.Clocks;

public sealed class ClockBridgeTests
{
    private readonly StepClock _clock = new();

    [Fact]
    public void Only_the_newest_is_read_of_what_was_recorded_before()
    {
        ClockBridge bridge = new(_clock, 480);
        short[] frame = new short[960];
        int made = 0;
        for (int i = 0; i < 500; i++)
            Record(bridge, ref made);
        Assert.True(bridge.TryRead(frame));

        // A period, the margin of 5 ms and what the filter looks ahead, behind the last sample of 240,000.
        Assert.InRange(made - Number(frame[^1], made), 480, 480 + 260);
        Assert.Equal(0, bridge.Overruns);
    }

    [Fact]
    public void A_frame_is_read_whole_or_not_at_all()
    {
        ClockBridge bridge = new(_clock, 480);
        short[] frame = new short[960];
        int made = 0;
        Assert.False(bridge.TryRead(frame));
        for (int i = 0; i < 4; i++)
            Record(bridge, ref made);
        Assert.True(bridge.TryRead(frame));
        Assert.False(bridge.TryRead(frame));
    }

    [Fact]
    public void A_writer_that_is_late_is_an_underrun_and_gets_more_time_from_then_on()
    {
        ClockBridge bridge = new(_clock, 960);
        TimeSpan before = bridge.Delay;
        Play(bridge, 50);
        for (int i = 0; i < 8; i++)     // 80 ms without a frame
            Read(bridge);
        Assert.Equal(0, bridge.Underruns);      // it may have stopped
        Play(bridge, 10);
        Assert.Equal(1, bridge.Underruns);
        Assert.InRange((bridge.Delay - before).TotalMilliseconds, 4, 8);
    }

    [Fact]
    public void A_writer_that_stops_is_no_underrun()
    {
        ClockBridge bridge = new(_clock, 960);
        Play(bridge, 50);
        for (int i = 0; i < 100; i++)
            Read(bridge);
        Play(bridge, 10);
        Assert.Equal(0, bridge.Underruns);
    }

    [Fact]
    public void What_ends_in_the_middle_fades_out()
    {
        ClockBridge bridge = new(_clock, 960);
        List<short> heard = [];
        for (int i = 0; i < 20; i++)
        {
            Write(bridge, 10_000);
            heard.AddRange(Read(bridge));
            heard.AddRange(Read(bridge));
        }

        for (int i = 0; i < 6; i++)
            heard.AddRange(Read(bridge));
        int last = heard.FindLastIndex(sample => sample > 9_000);
        Assert.All(Enumerable.Range(last, heard.Count - last - 1), i => Assert.InRange(heard[i] - heard[i + 1], -200, 200));
        Assert.Equal(0, heard[^1]);
    }

    [Fact]
    public void An_interruption_is_heard_within_five_milliseconds_and_the_delay_stays()
    {
        ClockBridge bridge = new(_clock, 960);
        for (int i = 0; i < 50; i++)
        {
            Write(bridge, 10_000);
            Read(bridge);
            Read(bridge);
        }

        Write(bridge, 10_000);
        TimeSpan before = bridge.Delay;
        bridge.Silence();
        short[] after = Read(bridge);
        Assert.InRange(after[0], 9_000, 10_000);
        Assert.All(after.Skip(280), sample => Assert.InRange(sample, -2, 2));
        Read(bridge);
        Write(bridge, 5_000);
        short[] next = Read(bridge), then = Read(bridge);
        Assert.Contains(next.Concat(then), sample => sample > 4_900);
        Assert.InRange((bridge.Delay - before).TotalMilliseconds, -1, 1);
        Assert.Equal(0, bridge.Underruns);
    }

    [Fact]
    public void A_lag_that_stays_is_left_out_once_and_counted()
    {
        ClockBridge bridge = new(_clock, 480);
        short[] frame = new short[960];
        int made = 0;
        for (int i = 0; i < 200; i++)
        {
            Record(bridge, ref made);
            if (i % 2 == 1)
                bridge.TryRead(frame);
        }

        for (int i = 0; i < 10; i++)     // 100 ms in which nobody reads
            Record(bridge, ref made);
        for (int i = 0; i < 20; i++)
        {
            Record(bridge, ref made);
            if (i % 2 == 1)
                bridge.TryRead(frame);
        }

        Assert.Equal(1, bridge.Overruns);
        Assert.InRange(made - Number(frame[^1], made), 480, 480 + 500);
        Assert.Equal(0, bridge.Underruns);
    }

    [Fact]
    public void A_reader_that_comes_back_begins_with_the_newest()
    {
        ClockBridge bridge = new(_clock, 480);
        short[] frame = new short[960];
        int made = 0;
        for (int call = 0; call < 2; call++)
        {
            for (int i = 0; i < 100; i++)
            {
                Record(bridge, ref made);
                if (i % 2 == 1)
                    bridge.TryRead(frame);
            }

            for (int i = 0; i < 1_000; i++)
                Record(bridge, ref made);
        }

        Assert.True(bridge.TryRead(frame));
        Assert.InRange(made - Number(frame[^1], made), 480, 480 + 260);
        Assert.Equal(0, bridge.Overruns);
    }

    [Fact]
    public void A_reader_that_takes_what_comes_when_it_comes_is_never_late_and_gets_every_sample()
    {
        ClockBridge bridge = new(_clock, 480);
        short[] frame = new short[960];
        int made = 0, read = 0;
        for (int i = 0; i < 1_000; i++)
        {
            Record(bridge, ref made);
            while (bridge.TryRead(frame, isAtItsTime: false))
                read += frame.Length;
        }

        Assert.InRange(made - read, 0, 2_400);
        Assert.Equal(0, bridge.Underruns);
        Assert.Equal(0, bridge.DriftPpm);
    }

    [Fact]
    public void More_at_once_than_was_expected_makes_the_delay_longer()
    {
        ClockBridge bridge = new(_clock, 480);
        TimeSpan before = bridge.Delay;
        short[] burst = new short[1_024], frame = new short[960];
        for (int i = 0; i < 200; i++)
        {
            _clock.Seconds += 1_024.0 / Waves.Rate;
            bridge.Write(burst);
            while (bridge.TryRead(frame, isAtItsTime: false))
            {
            }
        }

        Assert.InRange((bridge.Delay - before).TotalMilliseconds, 5, 30);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        ClockBridge bridge = new(_clock, 480);
        int made = 0;
        Work();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Work();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Work()
        {
            Span<short> frame = stackalloc short[960];
            for (int i = 0; i < 200; i++)
            {
                Record(bridge, ref made);
                if (i % 2 == 1)
                    bridge.TryRead(frame);
                if (i % 50 == 0)
                    bridge.Silence();
            }
        }
    }

    // Ten milliseconds later, ten milliseconds of samples whose height says which they are: a slow ramp.
    private void Record(ClockBridge bridge, ref int made)
    {
        _clock.Seconds += 0.01;
        Span<short> pcm = stackalloc short[480];
        for (int i = 0; i < pcm.Length; i++)
            pcm[i] = (short)((made++ % 32_768) - 16_384);
        bridge.Write(pcm);
    }

    // Which sample it was, of the last 32,768.
    private static int Number(short sample, int made)
    {
        int number = (made / 32_768 * 32_768) + sample + 16_384;
        return number <= made ? number : number - 32_768;
    }

    private void Play(ClockBridge bridge, int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            Write(bridge, 1_000);
            Read(bridge);
            Read(bridge);
        }
    }

    private static void Write(ClockBridge bridge, short height)
    {
        Span<short> frame = stackalloc short[960];
        frame.Fill(height);
        bridge.Write(frame);
    }

    private short[] Read(ClockBridge bridge)
    {
        _clock.Seconds += 0.01;
        short[] pcm = new short[480];
        bridge.ReadOrSilence(pcm);
        return pcm;
    }
}
