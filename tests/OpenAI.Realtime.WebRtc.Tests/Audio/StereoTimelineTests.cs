using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

public sealed class StereoTimelineTests
{
    private const int Rate = 8_000;     // 8 samples a millisecond
    private readonly StereoTimeline _timeline = new(Rate, TimeSpan.FromSeconds(10));

    [Fact]
    public void Voices_lie_side_by_side_and_pauses_are_silence()
    {
        Place(0, 0, 1, 100);
        Place(1, 200, 2, 100);
        short[] taken = Take(400);
        Assert.Equal(400 * 8 * 2, taken.Length);
        Assert.Equal(Enumerable.Repeat<short>(1, 800), Side(taken, 0)[..800]);
        Assert.All(Side(taken, 0)[800..], sample => Assert.Equal(0, sample));
        Assert.All(Side(taken, 1)[..1_600], sample => Assert.Equal(0, sample));
        Assert.Equal(Enumerable.Repeat<short>(2, 800), Side(taken, 1)[1_600..2_400]);
    }

    [Fact]
    public void Pieces_that_come_a_little_late_or_early_are_joined_without_a_seam()
    {
        int[] late = [0, 15, -3, 40, 0, 5, 59, 0];
        for (int i = 0; i < late.Length; i++)
            Place(0, (20 * i) + late[i], (short)(i + 1), 20);
        short[] left = Side(Take(160), 0);
        for (int i = 0; i < late.Length; i++)
            Assert.All(left[(i * 160)..((i + 1) * 160)], sample => Assert.Equal(i + 1, sample));
    }

    [Fact]
    public void What_was_dropped_before_it_was_heard_is_taken_out_again()
    {
        Place(1, 0, 5, 500);
        _timeline.Cut(1, TimeSpan.FromMilliseconds(120));
        Place(1, 300, 6, 100);
        short[] right = Side(Take(500), 1);
        Assert.All(right[..960], sample => Assert.Equal(5, sample));
        Assert.All(right[960..2_400], sample => Assert.Equal(0, sample));
        Assert.All(right[2_400..3_200], sample => Assert.Equal(6, sample));
        Assert.All(right[3_200..], sample => Assert.Equal(0, sample));
    }

    [Fact]
    public void What_finds_no_place_is_counted_and_the_rest_goes_on()
    {
        Place(0, 0, 1, 12_000);
        Assert.Equal(2_000 * 8, _timeline.Dropped);
        Assert.Equal(TimeSpan.FromSeconds(10), _timeline.End);
        Assert.All(Side(Take(10_000), 0), sample => Assert.Equal(1, sample));
        Place(0, 10_000, 2, 100);
        Assert.All(Side(Take(10_100), 0), sample => Assert.Equal(2, sample));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 100)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_sample_is_taken_once_in_order_and_none_is_made_up(int seed)
    {
        var random = new Random(seed);
        List<short> placed = [], taken = [];
        short[] block = new short[Rate * 2];
        int now = 0;
        for (int i = 0; i < 60; i++)
        {
            now += random.Next(3) == 0 ? random.Next(300) : random.Next(30);
            short[] piece = [.. Enumerable.Range(placed.Count, random.Next(50) * 8).Select(n => (short)((n % 30_000) + 1))];
            _timeline.Place(0, TimeSpan.FromMilliseconds(now), piece);
            placed.AddRange(piece);
            now += piece.Length / 8;
            Drain(TimeSpan.FromMilliseconds(now - 200));
        }

        Drain(_timeline.End);
        Assert.Equal(0, _timeline.Dropped);
        Assert.Equal(placed, taken.Where(sample => sample != 0));

        void Drain(TimeSpan until)
        {
            while (_timeline.TakeUntil(until, block) is var count and > 0)
                taken.AddRange(Side(block[..count], 0));
        }
    }

    private void Place(int side, int atMs, short value, int ms) => _timeline.Place(side, TimeSpan.FromMilliseconds(atMs), Enumerable.Repeat(value, ms * 8).ToArray());

    private short[] Take(int untilMs)
    {
        short[] block = new short[Rate * 30];
        return block[.._timeline.TakeUntil(TimeSpan.FromMilliseconds(untilMs), block)];
    }

    private static short[] Side(short[] interleaved, int side) => [.. interleaved.Where((_, i) => i % 2 == side)];
}
