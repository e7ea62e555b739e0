using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

public sealed class ArrivalClockTests
{
    private readonly ArrivalClock _clock = new();
    private readonly object _track = new();

    [Fact]
    public void A_packet_read_at_once_tells_how_far_the_clocks_are_apart()
    {
        Assert.Equal(Ms(1_000), Map(40, 1_000));
        Assert.Equal(Ms(1_020), Map(60, 1_100));    // read 80 ms after it had arrived
        Assert.Equal(Ms(1_040), Map(80, 1_100));
    }

    [Fact]
    public void A_packet_read_sooner_than_all_before_brings_the_clocks_nearer()
    {
        Assert.Equal(Ms(1_050), Map(40, 1_050));
        Assert.Equal(Ms(1_060), Map(100, 1_060));
        Assert.Equal(Ms(1_080), Map(120, 1_200));
    }

    [Fact]
    public void An_engine_that_gives_no_arrival_time_has_its_packets_arrive_when_they_are_read()
    {
        Assert.Equal(Ms(7), Map(0, 7));
        Assert.Equal(Ms(93), Map(0, 93));
    }

    [Fact]
    public void Another_track_has_another_clock()
    {
        Assert.Equal(Ms(1_000), Map(900, 1_000));
        Assert.Equal(Ms(1_020), _clock.Map(new(), Ms(5), Ms(1_020)));
    }

    [Fact]
    public void A_connection_whose_clock_has_been_set_back_is_followed()
    {
        Assert.Equal(Ms(10_000), Map(10_000, 10_000));
        Assert.Equal(Ms(10_020), Map(20, 10_020));
    }

    [Fact]
    public void A_clock_that_runs_slow_is_followed_within_twenty_seconds()
    {
        for (int i = 1; i <= 60_000; i++)
        {
            double read = 20 * i, arrival = read * 0.9999;     // 100 ppm: 120 ms in twenty minutes
            TimeSpan mapped = Map(arrival, read);
            Assert.InRange((Ms(read) - mapped).TotalMilliseconds, 0, 2.1);
        }
    }

    private TimeSpan Map(double arrival, double read) => _clock.Map(_track, Ms(arrival), Ms(read));

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
