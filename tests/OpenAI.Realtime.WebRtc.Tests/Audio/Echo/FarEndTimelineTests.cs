using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

public sealed class FarEndTimelineTests
{
    private const int Frame = 960;

    [Fact]
    public void What_is_written_now_is_heard_in_the_microphones_next_frame()
    {
        var line = new FarEndTimeline();

        line.Write(Filled(1), buffered: 0);
        Assert.All(Read(line), s => Assert.Equal(1, s));
        line.Write(Filled(2), buffered: 0);
        Assert.All(Read(line), s => Assert.Equal(2, s));
        Assert.All(Read(line), s => Assert.Equal(0, s));
    }

    [Fact]
    public void What_waits_in_the_loudspeaker_comes_first()
    {
        var line = new FarEndTimeline();

        line.Write(Filled(1), buffered: 2 * Frame);

        Assert.All(Read(line), s => Assert.Equal(0, s));
        Assert.All(Read(line), s => Assert.Equal(0, s));
        Assert.All(Read(line), s => Assert.Equal(1, s));
    }

    [Fact]
    public void Frames_that_come_a_little_early_or_late_are_joined_without_a_seam()
    {
        var line = new FarEndTimeline();
        line.Write(Filled(1), buffered: 0);
        line.Write(Filled(2), buffered: 0);     // a frame early
        Read(line);
        Read(line);
        line.Write(Filled(3), buffered: 0);

        Assert.All(Read(line), s => Assert.Equal(3, s));
        Assert.Equal(1, line.Seams);
    }

    [Fact]
    public void A_pause_is_silence_and_begins_anew()
    {
        var line = new FarEndTimeline();
        line.Write(Filled(1), buffered: 0);
        for (int n = 0; n < 10; n++)
            Read(line);

        line.Write(Filled(2), buffered: 0);

        Assert.All(Read(line), s => Assert.Equal(2, s));
        Assert.Equal(2, line.Seams);
    }

    [Fact]
    public void What_is_flushed_is_not_heard()
    {
        var line = new FarEndTimeline();
        line.Write(Filled(1), buffered: 0);
        line.Write(Filled(1), buffered: Frame);
        Read(line);
        line.Flush();

        Assert.All(Read(line), s => Assert.Equal(0, s));
        line.Write(Filled(2), buffered: 0);
        Assert.All(Read(line), s => Assert.Equal(2, s));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(-200)]
    public void Clocks_that_drift_apart_are_held_together_without_a_leap(int partsPerMillion)
    {
        // Half an hour: the loudspeaker's frames come at the call's pace, the microphone's frames at another.
        var line = new FarEndTimeline();
        short[] far = Filled(1), near = new short[Frame];
        double due = 0;
        int silent = 0;
        for (int frame = 0; frame < 90_000; frame++)
        {
            due += 1 + (partsPerMillion * 1e-6);
            for (; due >= 1; due--)
                line.Write(far, buffered: Frame);
            line.Read(near);
            if (frame > 10)
                silent += near.Count(s => s == 0);
        }

        Assert.Equal(0, silent);
        Assert.Equal(1, line.Seams);
    }

    [Fact]
    public void A_caller_that_writes_minutes_at_once_costs_no_memory_and_no_exception()
    {
        var line = new FarEndTimeline();
        for (int n = 0; n < 1_000; n++)
            line.Write(Filled(1), buffered: int.MaxValue);

        Assert.Equal(Frame, Read(line).Length);
    }

    private static short[] Filled(short value)
    {
        var frame = new short[Frame];
        frame.AsSpan().Fill(value);
        return frame;
    }

    private static short[] Read(FarEndTimeline line)
    {
        var frame = new short[Frame];
        line.Read(frame);
        return frame;
    }
}
