using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

/// <summary>What a flush leaves out of the jitter buffer, and where the speech begins anew.</summary>
public class InterruptedSpeechTests
{
    private static readonly byte[] Celt = [0xF8, 1, 2, 3];      // 20 ms

    private readonly JitterBuffer _buffer = new(new());

    private AudioReceiveStatistics Counted => _buffer.AddTo(default);

    [Fact]
    public void A_flush_drops_what_is_held_and_plays_what_comes_after()
    {
        for (int i = 0; i < 10; i++)
            Put(i, 20 * i);
        _buffer.Flush(Ms(190));
        Assert.Equal(TimeSpan.Zero, _buffer.Buffered);
        Assert.Equal("silence", Take(200));
        Assert.False(_buffer.Put(Celt, 7, 7 * 960, 1, Ms(200)));    // one that was still under way
        Put(10, 410);
        Put(11, 430);
        Assert.Equal("10", Take(440));
        Assert.Equal(0, Counted.Lost);
        Assert.Equal((1, 0), (Counted.Flushed, Counted.Late));
    }

    [Fact]
    public void After_a_flush_the_interrupted_speech_still_on_its_way_is_dropped_until_200_ms_have_passed()
    {
        Interrupt();
        for (int i = 10; i < 19; i++)
            Assert.False(PutSpeech(i, 960 * i, (20 * i) + 9));
        Assert.True(PutSpeech(19, 960 * 19, 390));      // 200 ms after the flush
        Assert.True(PutSpeech(20, 960 * 20, 400));
        AssertPlayed(["19", "20"], flushed: 9, from: 420);
    }

    [Fact]
    public void After_a_flush_a_marker_begins_the_speech_anew_and_not_one_frame_of_it_is_lost()
    {
        Interrupt();
        Assert.False(PutSpeech(10, 960 * 10, 200));
        Assert.True(PutSpeech(11, 960 * 11, 201, marker: true));
        Assert.True(PutSpeech(12, 960 * 12, 221));
        Assert.True(PutSpeech(13, 960 * 13, 241));
        AssertPlayed(["11", "12", "13"], flushed: 1, from: 231);
    }

    [Fact]
    public void After_a_flush_a_reply_that_follows_at_once_with_a_marker_is_played_whole()
    {
        Interrupt();
        Assert.True(PutSpeech(10, 960 * 10, 200, marker: true));
        Assert.True(PutSpeech(11, 960 * 11, 220));
        AssertPlayed(["10", "11"], flushed: 0, from: 230);
    }

    [Fact]
    public void After_a_flush_a_marker_that_was_overtaken_begins_the_speech_all_the_same()
    {
        Interrupt();
        Assert.False(PutSpeech(11, 960 * 11, 200));
        Assert.True(PutSpeech(10, 960 * 10, 201, marker: true));
        Assert.True(PutSpeech(12, 960 * 12, 220));
        Assert.Equal("10", Take(231));
        Assert.Equal("conceal", Take(251));
        Assert.Equal("12", Take(271));
        Assert.Equal((1, 0), (Counted.Flushed, Counted.Late));
    }

    [Theory]
    [InlineData(48_000)]
    [InlineData(-48_000)]
    public void After_a_flush_a_timestamp_that_the_numbers_do_not_explain_begins_the_speech_anew(int jump)
    {
        Interrupt();
        Assert.False(PutSpeech(10, 960 * 10, 200));
        Assert.True(PutSpeech(11, (960 * 11) + jump, 220));
        Assert.True(PutSpeech(12, (960 * 12) + jump, 240));
        AssertPlayed(["11", "12"], flushed: 1, from: 250);
    }

    [Fact]
    public void After_a_flush_a_gap_that_lost_packets_explain_is_still_the_interrupted_speech()
    {
        Interrupt();
        Assert.False(PutSpeech(13, 960 * 13, 200));     // 10 to 12 are lost, or on their way
        Assert.False(PutSpeech(11, 960 * 11, 210));
        Assert.Equal((2, 0, 0), (Counted.Flushed, Counted.Lost, Counted.Late));
    }

    [Fact]
    public void After_a_flush_a_pause_of_sixty_milliseconds_begins_the_speech_anew()
    {
        Interrupt();
        Assert.False(PutSpeech(10, 960 * 10, 200));
        Assert.False(PutSpeech(11, 960 * 11, 259));
        Assert.True(PutSpeech(12, 960 * 12, 319));
        Assert.True(PutSpeech(13, 960 * 13, 339));
        AssertPlayed(["12", "13"], flushed: 2, from: 349);
    }

    [Fact]
    public void After_a_flush_another_source_is_another_speech()
    {
        Interrupt();
        Assert.True(_buffer.Put(Celt, 500, 7_000_000, 99, Ms(200)));
        Assert.Equal(0, Counted.Flushed);
    }

    [Fact]
    public void What_was_overtaken_by_the_new_speech_counts_as_flushed()
    {
        Interrupt();
        Assert.False(PutSpeech(11, 960 * 11, 200));
        Assert.True(PutSpeech(12, 960 * 12, 210, marker: true));
        Assert.False(PutSpeech(10, 960 * 10, 211));
        AssertPlayed(["12"], flushed: 2, from: 240);
    }

    // Ten packets of speech, flushed at 190 ms.
    private void Interrupt()
    {
        for (int i = 0; i < 10; i++)
            Put(i, 20 * i);
        _buffer.Flush(Ms(190));
    }

    private bool PutSpeech(int i, int timestamp, double at, bool marker = false) =>
        _buffer.Put([.. Celt, .. BitConverter.GetBytes(i)], (ushort)i, (uint)timestamp, 1, Ms(at), marker);

    private void AssertPlayed(string[] expected, long flushed, double from)
    {
        Assert.Equal(expected, expected.Select((_, i) => Take(from + (20 * i))));
        Assert.Equal((flushed, 0, 0), (Counted.Flushed, Counted.Lost, Counted.Late));
    }

    private void Put(int i, double at) => PutSpeech(i, 960 * i, at);

    private string Take(double at) => JitterBufferTests.Take(_buffer, at);

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
