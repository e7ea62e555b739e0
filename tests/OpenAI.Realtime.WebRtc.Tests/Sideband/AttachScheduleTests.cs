using OpenAI.Realtime.WebRtc.Sideband;

namespace OpenAI.Realtime.WebRtc.Tests.Sideband;

public sealed class AttachScheduleTests
{
    [Fact]
    public void Tries_lie_at_doubling_distances_up_to_five_seconds_and_the_last_at_the_limit()
    {
        Assert.Equal([0.25, 0.25, 0.5, 1, 2, 4, 5, 5, 2], Waits(TimeSpan.FromSeconds(20), chance: 1));
        Assert.Equal([0, 0.125, 0.25, 0.5, 1, 2, 2.5, 2.5, 1.125], Waits(TimeSpan.FromSeconds(10), chance: 0));
    }

    [Fact]
    public void After_an_orderly_close_the_first_try_is_made_at_once() =>
        Assert.Equal(TimeSpan.Zero, new AttachSchedule(TimeSpan.FromSeconds(10), () => 1).Next(TimeSpan.Zero, atOnce: true));

    [Fact]
    public void What_the_service_asks_for_is_kept_and_more_than_the_limit_ends_it()
    {
        var schedule = new AttachSchedule(TimeSpan.FromSeconds(10), () => 1);
        Assert.Equal(TimeSpan.FromSeconds(7), schedule.Next(TimeSpan.Zero, TimeSpan.FromSeconds(7)));
        Assert.Null(schedule.Next(TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(4)));
        Assert.Equal(TimeSpan.FromSeconds(0.25), schedule.Next(TimeSpan.FromSeconds(7)));
    }

    [Fact]
    public void A_WebSocket_that_lasted_gives_the_whole_limit_again_and_one_that_did_not_does_not()
    {
        var schedule = new AttachSchedule(TimeSpan.FromSeconds(10), () => 1);
        schedule.Start(TimeSpan.Zero, lasted: TimeSpan.Zero);
        schedule.Start(TimeSpan.FromSeconds(9.9), lasted: TimeSpan.FromSeconds(9));
        Assert.Equal(TimeSpan.FromSeconds(0.1), schedule.Next(TimeSpan.FromSeconds(9.9)));
        Assert.Null(schedule.Next(TimeSpan.FromSeconds(10)));
        schedule.Start(TimeSpan.FromSeconds(30), lasted: AttachSchedule.Stable);
        Assert.Equal(TimeSpan.FromSeconds(0.25), schedule.Next(TimeSpan.FromSeconds(30)));
    }

    private static List<double> Waits(TimeSpan limit, double chance)
    {
        var schedule = new AttachSchedule(limit, () => chance);
        List<double> waits = [];
        TimeSpan now = TimeSpan.Zero;
        while (schedule.Next(now) is { } wait)
        {
            waits.Add(wait.TotalSeconds);
            now += wait;
        }
        return waits;
    }
}
