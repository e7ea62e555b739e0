using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Simulation;

/// <summary>What consent (RFC 7675) does to calls on bad links, and to calls whose peer is gone.</summary>
public class ConsentTableTests
{
    // A check fails when it or its answer is lost. While one is unanswered, the peer is looked for every second, so that
    // loss alone does not end the call.
    [Theory]
    [InlineData(0.0, 20)]
    [InlineData(0.05, 20)]
    [InlineData(0.1, 20)]
    [InlineData(0.2, 20)]
    public void Five_minutes_on_a_bad_link_are_survived_by_most_calls_and_the_others_say_why_not(double loss, int atLeast)
    {
        int survived = 0;
        for (int seed = 1; seed <= 20; seed++)
        {
            using PeerSimulation simulation = new(seed, new Link { Loss = loss });
            simulation.Connect();
            simulation.Run(TimeSpan.FromMinutes(5));
            if (!simulation.EitherEnded)
                survived++;
            else
                Assert.Contains(PeerEndReason.ConsentExpired, (PeerEndReason?[])[simulation.Offerer.End?.Reason, simulation.Answerer.End?.Reason]);
        }

        Assert.True(survived >= atLeast, $"{survived} of 20 calls survived {loss:P0}.");
    }

    [Fact]
    public void A_call_to_a_lite_peer_lives_through_five_idle_minutes()
    {
        using PeerSimulation simulation = new(1, answerer: o => o with { IceLite = true });
        simulation.Connect();
        simulation.Run(TimeSpan.FromMinutes(5));
        Assert.False(simulation.EitherEnded, simulation.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_peer_that_vanishes_is_disconnected_first_and_ended_after_the_consent_timeout(bool lite)
    {
        using PeerSimulation simulation = new(1, answerer: o => o with { IceLite = lite });
        simulation.Connect();
        simulation.Deliver = _ => false;
        var vanishedAt = simulation.Now;

        Assert.True(simulation.RunUntil(() => simulation.Offerer.Saw(PeerEventKind.Disconnected), TimeSpan.FromSeconds(20)), simulation.ToString());
        Assert.Null(simulation.Offerer.End);
        Assert.True(simulation.RunUntil(() => simulation.Offerer.End is not null && simulation.Answerer.End is not null, TimeSpan.FromMinutes(2)), simulation.ToString());

        Assert.Equal(simulation.AnswererAddress, simulation.Offerer.Peer.GetCounters().SelectedPath?.Remote); // who asks afterwards is still told where it went
        Assert.Equal(PeerEndReason.ConsentExpired, simulation.Offerer.End!.Reason);
        Assert.Equal(PeerEndReason.ConsentExpired, simulation.Answerer.End!.Reason);
        Assert.InRange(simulation.Now - vanishedAt, TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(40));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whoever_slept_for_some_seconds_says_so_at_once_and_goes_on_when_the_peer_answers(bool lite)
    {
        using PeerSimulation simulation = new(1, answerer: o => o with { IceLite = lite });
        simulation.Connect();
        simulation.Run(TimeSpan.FromSeconds(3));
        simulation.Offerer.IsAsleep = true;
        simulation.Run(TimeSpan.FromSeconds(20));
        simulation.Offerer.IsAsleep = false;
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Saw(PeerEventKind.Disconnected), TimeSpan.FromMilliseconds(1)), simulation.ToString());
        Assert.Contains("did not run for", simulation.Offerer.Events.Last(e => e.Kind == PeerEventKind.Disconnected).Detail, StringComparison.Ordinal);
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Saw(PeerEventKind.Recovered), TimeSpan.FromSeconds(1)), simulation.ToString());
        simulation.Run(TimeSpan.FromMinutes(1));
        Assert.False(simulation.EitherEnded, simulation.ToString());
    }

    [Fact]
    public void Whoever_slept_longer_than_the_peer_waits_ends_within_seconds_and_says_why_and_sends_nothing_but_checks_until_then()
    {
        using PeerSimulation simulation = new(1);
        simulation.Connect();
        simulation.Offerer.IsAsleep = true;
        simulation.Run(TimeSpan.FromMinutes(1));
        Assert.NotNull(simulation.Answerer.End);
        int others = 0;
        simulation.Deliver = d =>
        {
            others += d.FromOfferer && !d.IsStun ? 1 : 0;
            return true;
        };
        simulation.Offerer.IsAsleep = false;
        simulation.Offerer.Peer.SendMessage([1], MessageKind.Binary, simulation.Now);
        Assert.True(simulation.RunUntil(() => simulation.Offerer.End is not null, TimeSpan.FromSeconds(10)), simulation.ToString());
        Assert.Equal(PeerEndReason.ConsentExpired, simulation.Offerer.End!.Reason);
        Assert.Contains("did not run for", simulation.Offerer.End.Detail, StringComparison.Ordinal);
        Assert.Equal(0, others);
    }

    [Fact]
    public void A_peer_that_comes_back_in_time_is_connected_again()
    {
        using PeerSimulation simulation = new(1);
        simulation.Connect();
        simulation.Deliver = _ => false;
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Saw(PeerEventKind.Disconnected), TimeSpan.FromSeconds(20)), simulation.ToString());
        simulation.Deliver = null;
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Saw(PeerEventKind.Recovered), TimeSpan.FromSeconds(20)), simulation.ToString());
        simulation.Run(TimeSpan.FromMinutes(1));
        Assert.False(simulation.EitherEnded, simulation.ToString());
    }
}
