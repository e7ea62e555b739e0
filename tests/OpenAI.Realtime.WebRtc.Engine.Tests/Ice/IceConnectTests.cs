using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Ice;

public class IceConnectTests
{
    [Fact]
    public void Two_full_agents_select_the_same_pair_in_two_round_trips()
    {
        IceSimulation simulation = new IceSimulation().Start();
        Instant start = simulation.Now;
        Assert.True(simulation.RunUntilConnected());
        Assert.True(simulation.Now - start <= 4 * simulation.Delay, $"{simulation.Now - start}");
        Assert.True(simulation.Offerer.Agent.IsControlling);
        Assert.False(simulation.Answerer.Agent.IsControlling);
        Assert.Equal(1, simulation.Offerer.Count(IceEventKind.PairSelected));
        Assert.Equal(1, simulation.Answerer.Count(IceEventKind.PairSelected));
        Assert.Equal(2 * simulation.Delay, simulation.Offerer.Agent.RoundTripTime);
    }

    [Fact]
    public void The_first_check_leaves_with_the_start()
    {
        IceSimulation simulation = new IceSimulation(answererIsLite: true).Start();
        Instant start = simulation.Now;
        simulation.Drain(simulation.Offerer);
        Assert.Equal(start, Assert.Single(simulation.Sent).At);
    }

    [Fact]
    public void A_lite_peer_with_one_pair_is_nominated_by_the_first_check()
    {
        IceSimulation simulation = new IceSimulation(answererIsLite: true).Start();
        Instant start = simulation.Now;
        Assert.True(simulation.RunUntil(() => simulation.Answerer.Selected is not null, TimeSpan.FromSeconds(1)));
        Assert.Equal(simulation.Delay, simulation.Now - start);
        Assert.True(simulation.RunUntilConnected());
        Assert.Equal(2 * simulation.Delay, simulation.Now - start);
        Assert.Equal(0, simulation.Answerer.Agent.Counters.RequestsSent);
    }

    [Fact]
    public void A_lite_peer_with_several_pairs_is_nominated_at_once_after_the_first_success()
    {
        IceSimulation simulation = new IceSimulation(answererIsLite: true, answererAddresses: ["10.0.0.2:3478", "10.0.0.3:3478", "10.0.0.4:3478"]).Start();
        Instant start = simulation.Now;
        Assert.True(simulation.RunUntilConnected());
        Assert.Equal(3 * simulation.Delay, simulation.Now - start);
        SentDatagram nomination = Assert.Single(simulation.Sent, d => d.IsRequest && d.UseCandidate);
        Assert.Equal(start + (2 * simulation.Delay), nomination.At);
        Assert.Equal(nomination.Path, simulation.Offerer.Selected);
    }

    [Fact]
    public void Production_s_shape_of_answer_connects_when_only_its_last_address_answers()
    {
        IceSimulation simulation = new(answererIsLite: true, offererAddresses: ["192.0.2.1:5000", "192.0.2.99:5000"], answererAddresses: ["192.0.2.10:3478", "192.0.2.11:3478"])
        {
            Passes = d => !d.Path.ToString().Contains("192.0.2.10", StringComparison.Ordinal),
        };
        simulation.Start();
        Assert.False(simulation.Offerer.Agent.AddRemoteCandidate(
            new("3717646455", 1, TransportProtocol.Tcp, 1671430143, IceSimulation.Address("192.0.2.10:443"), CandidateType.Host, TcpCandidateType.Passive)));
        Assert.Equal(1, simulation.Offerer.Agent.Counters.IgnoredTcpCandidates);
        Assert.True(simulation.RunUntilConnected(TimeSpan.FromMilliseconds(100)));
        Assert.Equal(IceSimulation.Address("192.0.2.11:3478"), simulation.Offerer.Selected!.Value.Remote);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Agents_with_ipv6_alone_connect(bool lite)
    {
        IceSimulation simulation = new IceSimulation(answererIsLite: lite, offererAddresses: ["[2001:db8::1]:1"], answererAddresses: ["[2001:db8::2]:2"]).Start();
        Assert.True(simulation.RunUntilConnected());
        Assert.True(simulation.Offerer.Selected!.Value.Local.IsIPv6);
    }

    [Fact]
    public void Agents_without_a_common_address_family_send_nothing_and_sleep()
    {
        IceSimulation simulation = new IceSimulation(offererAddresses: ["[2001:db8::1]:1"], answererAddresses: ["10.0.0.2:2"]).Start();
        Assert.False(simulation.RunUntilConnected());
        Assert.Empty(simulation.Sent);
        Assert.Equal(Wake.Never, simulation.Offerer.Agent.NextTimeout);
    }

    [Fact]
    public void The_common_family_is_found_among_asymmetric_candidates()
    {
        IceSimulation simulation = new IceSimulation(
            offererAddresses: ["[2001:db8::1]:1", "10.0.0.1:1", "127.0.0.1:1"],
            answererAddresses: ["10.0.0.2:2"]).Start();
        Assert.True(simulation.RunUntilConnected());
        Assert.Equal(IceSimulation.Address("10.0.0.1:1"), simulation.Offerer.Selected!.Value.Local);
    }

    [Fact]
    public void The_highest_pair_is_taken_when_all_work()
    {
        IceSimulation simulation = new IceSimulation(
            offererAddresses: ["10.0.0.1:1", "10.1.0.1:1", "10.2.0.1:1"],
            answererAddresses: ["10.0.0.2:2", "10.1.0.2:2"]).Start();
        Assert.True(simulation.RunUntilConnected());
        simulation.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal(new TransportPath(TransportProtocol.Udp, IceSimulation.Address("10.0.0.1:1"), IceSimulation.Address("10.0.0.2:2")), simulation.Offerer.Selected);
        Assert.Equal(1, simulation.Answerer.Count(IceEventKind.PairSelected));
    }

    [Theory]
    [InlineData(8, "10.0.0.1:1")]
    [InlineData(50, "10.1.0.1:1")]
    public void A_better_pair_is_waited_for_a_little_and_not_for_long(int detour, string selected)
    {
        TransportAddress best = IceSimulation.Address("10.0.0.1:1");
        IceSimulation simulation = new(offererAddresses: ["10.0.0.1:1", "10.1.0.1:1"], answererAddresses: ["10.0.0.2:2"])
        {
            Detour = d => d.Path.Local == best || d.Path.Remote == best ? TimeSpan.FromMilliseconds(detour) : TimeSpan.Zero,
        };
        Assert.True(simulation.Start().RunUntilConnected());
        Assert.Equal(IceSimulation.Address(selected), simulation.Offerer.Selected!.Value.Local);
    }

    [Fact]
    public void An_unreachable_highest_pair_costs_no_more_than_the_nomination_s_patience()
    {
        IceSimulation simulation = new(offererAddresses: ["10.0.0.1:1", "10.1.0.1:1"], answererAddresses: ["10.0.0.2:2"])
        {
            Passes = static d => d.Path.Local != IceSimulation.Address("10.0.0.1:1") && d.Path.Remote != IceSimulation.Address("10.0.0.1:1"),
        };
        simulation.Start();
        Instant start = simulation.Now;
        Assert.True(simulation.RunUntilConnected());
        Assert.Equal(IceSimulation.Address("10.1.0.1:1"), simulation.Offerer.Selected!.Value.Local);
        Assert.True(simulation.Now - start <= (4 * simulation.Delay) + IceAgent.NominationPatience + TimeSpan.FromMilliseconds(5), $"{simulation.Now - start}");
    }

    [Fact]
    public void Checks_are_spaced_by_Ta()
    {
        IceSimulation simulation = new IceSimulation(
            offererAddresses: ["10.0.0.1:1", "10.1.0.1:1", "10.2.0.1:1"],
            answererAddresses: ["10.0.0.2:2", "10.1.0.2:2", "10.2.0.2:2"])
        { Passes = static _ => false }.Start();
        simulation.RunFor(TimeSpan.FromSeconds(3));
        Instant[] times = [.. simulation.Sent.Where(d => d.From == simulation.Offerer).Select(d => d.At)];
        Assert.True(times.Length > 9);
        for (int i = 1; i < times.Length; i++)
            Assert.True(times[i] - times[i - 1] >= TimeSpan.FromMilliseconds(5));
    }

    [Fact]
    public void Checks_repeat_for_a_second_at_one_pace_and_then_with_growing_pauses_until_the_caller_gives_up()
    {
        IceSimulation simulation = new IceSimulation(answererIsLite: true) { Passes = static _ => false }.Start();
        simulation.RunFor(TimeSpan.FromSeconds(60));
        Instant[] times = [.. simulation.Sent.Select(d => d.At)];
        Assert.InRange(times.Length, 65, 75);
        Assert.Equal(TimeSpan.FromMilliseconds(100), times[1] - times[0]);
        Assert.Equal(TimeSpan.FromMilliseconds(100), times[9] - times[8]);
        Assert.Equal(TimeSpan.FromSeconds(1), times[^1] - times[^2]);
        Assert.Equal(times.Length, simulation.Sent.Select(d => d.TransactionId).Distinct().Count()); // so that each answer tells the round trip
    }

    [Fact]
    public void After_the_selection_no_more_checks_go_to_other_pairs_but_those_that_keep_them_warm()
    {
        IceSimulation simulation = new IceSimulation(
            offererAddresses: ["10.0.0.1:1", "10.1.0.1:1"], answererAddresses: ["10.0.0.2:2", "10.1.0.2:2"]).Start();
        Assert.True(simulation.RunUntilConnected());
        simulation.RunFor(TimeSpan.FromSeconds(1));
        int before = simulation.Sent.Count;
        simulation.RunFor(TimeSpan.FromSeconds(60));
        SentDatagram[] others = [.. simulation.Sent.Skip(before).Where(d => d.From == simulation.Offerer && d.IsRequest && d.Path != simulation.Offerer.Selected)];
        Assert.Equal(simulation.Offerer.Agent.Counters.WarmChecksSent, others.Length);
        Assert.All(others, d => Assert.False(d.UseCandidate));
    }

    [Fact]
    public void Requests_that_come_before_the_answer_are_answered_and_remembered()
    {
        IceSimulation simulation = new();
        IceSimulation.Exchange(simulation.Answerer, simulation.Offerer, isLite: false);
        simulation.Answerer.Agent.Start(simulation.Now);
        simulation.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, simulation.Offerer.Agent.Counters.ResponsesSent);
        Assert.True(simulation.Offerer.Agent.IsValidatedSource(new(TransportProtocol.Udp, IceSimulation.Address("10.0.0.1:1000"), IceSimulation.Address("10.0.0.2:2000"))));
        Assert.Null(simulation.Offerer.Selected);

        // The answer comes, and carries no candidates at all: what is known from the early check is enough.
        IceSimulation.Exchange(simulation.Offerer, simulation.Answerer, isLite: false, withCandidates: false);
        simulation.Offerer.Agent.Start(simulation.Now);
        Assert.True(simulation.RunUntilConnected());
        Assert.Equal(CandidateType.PeerReflexive, Assert.Single(simulation.Offerer.Agent.RemoteCandidates).Type);
    }

    [Fact]
    public void Only_validated_sources_are_let_through()
    {
        IceSimulation simulation = new IceSimulation(answererIsLite: true).Start();
        TransportPath path = new(TransportProtocol.Udp, IceSimulation.Address("10.0.0.2:2000"), IceSimulation.Address("10.0.0.1:1000"));
        Assert.False(simulation.Answerer.Agent.IsValidatedSource(path));
        Assert.True(simulation.RunUntilConnected());
        Assert.True(simulation.Answerer.Agent.IsValidatedSource(path));
        Assert.False(simulation.Answerer.Agent.IsValidatedSource(path with { Remote = IceSimulation.Address("10.0.0.1:1001") }));
    }
}
