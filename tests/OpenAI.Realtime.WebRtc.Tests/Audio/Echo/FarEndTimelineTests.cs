using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

public sealed class FarEndTimelineTests
{
    private const int Frame = 960;

    [Fact]
    public void What_a_loudspeaker_that_tells_nothing_is_given_is_heard_a_frame_later_so_that_it_does_not_matter_which_comes_first()
    {
        var line = new FarEndTimeline();

        line.Write(Filled(1), buffered: 0);
        Assert.Equal(0, Read(line)[0]);
        line.Write(Filled(2), buffered: 0);
        Assert.Equal(1, Read(line)[0]);
        Assert.Equal(2, Read(line)[0]);         // before the frame that belongs to it
        line.Write(Filled(3), buffered: 0);
        line.Write(Filled(4), buffered: 0);
        Assert.Equal(3, Read(line)[0]);
        Assert.Equal(4, Read(line)[0]);
        Assert.Equal(1, line.Seams);
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_loudspeaker_that_waits_for_more_before_it_begins_is_followed_from_its_next_pieces_on(int frames)
    {
        var line = new FarEndTimeline();
        var loudspeaker = new Loudspeaker(frames);
        var ahead = new List<int>();
        for (short n = 1; n <= 60; n++)
        {
            if (n != 30)        // it runs dry
                line.Write(Filled(n), loudspeaker.Write(n));
            ahead.Add(Read(line)[0] - loudspeaker.Play());
        }

        // One that tells nothing before it has run dry is taken to have a frame in it, and plays it earlier.
        Assert.All(ahead.Skip(6).Take(20), n => Assert.Equal(frames == 1 ? -1 : 0, n));
        Assert.All(ahead.Skip(40), n => Assert.Equal(0, n));
    }

    [Fact]
    public void A_loudspeaker_that_loses_its_place_is_followed_after_three_pieces_that_say_so()
    {
        var line = new FarEndTimeline();
        for (short n = 1; n <= 40; n++)
        {
            line.Write(Filled(n), buffered: n < 20 ? Frame : 3 * Frame);
            short heard = Read(line)[0];
            if (n is > 5 and < 20)
                Assert.Equal(n - 1, heard);
            if (n > 26)
                Assert.Equal(n - 3, heard);
        }

        Assert.Equal(1, line.Seams);
    }

    [Fact]
    public void A_microphone_that_is_read_late_finds_everything_in_its_place_and_one_that_has_lost_samples_begins_anew()
    {
        var line = new FarEndTimeline();
        for (short n = 1; n <= 10; n++)
            line.Write(Filled(n), buffered: 0);
        Read(line);
        for (short n = 1; n <= 10; n++)
            Assert.Equal(n, Read(line)[0]);
        Assert.Equal(1, line.Seams);

        for (short n = 1; n <= 5; n++)
            line.Write(Filled(n), buffered: 0);     // and what the microphone heard meanwhile never comes
        for (short n = 1; n <= 60; n++)
        {
            line.Write(Filled(n), buffered: 0);
            Read(line);
        }

        Assert.Equal(2, line.Seams);
        line.Write(Filled(99), buffered: 0);
        Read(line);
        Assert.Equal(99, Read(line)[0]);
    }

    [Fact]
    public void A_pause_is_silence_and_begins_anew()
    {
        var line = new FarEndTimeline();
        line.Write(Filled(1), buffered: 0);
        for (int n = 0; n < 10; n++)
            Read(line);

        line.Write(Filled(2), buffered: 0);
        Read(line);

        Assert.All(Read(line), s => Assert.Equal(2, s));
        Assert.Equal(2, line.Seams);
    }

    [Fact]
    public void What_is_flushed_is_not_heard()
    {
        var line = new FarEndTimeline();
        line.Write(Filled(1), buffered: Frame);
        line.Write(Filled(1), buffered: 2 * Frame);
        Read(line);
        line.Flush();

        Assert.All(Read(line), s => Assert.Equal(0, s));
        line.Write(Filled(2), buffered: Frame);
        Read(line);
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

    /// <summary>Begins when so many frames wait in it.</summary>
    private sealed class Loudspeaker(int cushion)
    {
        private readonly Queue<short> _waiting = new();
        private bool _plays;

        /// <returns>How many samples waited before it.</returns>
        public int Write(short piece)
        {
            _waiting.Enqueue(piece);
            return (_waiting.Count - 1) * Frame;
        }

        public short Play()
        {
            _plays = _waiting.Count >= (_plays ? 1 : cushion);
            return _plays ? _waiting.Dequeue() : (short)0;
        }
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
