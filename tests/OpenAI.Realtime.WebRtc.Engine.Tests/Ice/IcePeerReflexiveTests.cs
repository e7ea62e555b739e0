using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Ice;

public class IcePeerReflexiveTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_answerer_that_knows_no_candidate_learns_it_from_the_checks(bool lite)
    {
        IceSimulation simulation = new IceSimulation(answererIsLite: lite).Start(answererKnowsCandidates: false);
        Assert.True(simulation.RunUntilConnected());
        Assert.Equal(CandidateType.PeerReflexive, Assert.Single(simulation.Answerer.Agent.RemoteCandidates).Type);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_offerer_behind_a_translator_connects_and_learns_its_outside_address(bool lite)
    {
        IceSimulation simulation = new(answererIsLite: lite, offererAddresses: ["192.168.1.5:1000"], answererAddresses: ["203.0.113.9:3478"]);
        simulation.Translations[IceSimulation.Address("192.168.1.5:1000")] = IceSimulation.Address("198.51.100.7:60000");
        Assert.True(simulation.Start().RunUntilConnected());
        Assert.Contains(simulation.Offerer.Agent.LocalCandidates, c => c.Type == CandidateType.PeerReflexive && c.Address == IceSimulation.Address("198.51.100.7:60000"));
        Assert.Equal(IceSimulation.Address("192.168.1.5:1000"), simulation.Offerer.Selected!.Value.Local);
        Assert.Equal(IceSimulation.Address("198.51.100.7:60000"), simulation.Answerer.Selected!.Value.Remote);
    }

    [Fact]
    public void The_priority_of_a_learnt_candidate_is_what_the_check_said()
    {
        IceSimulation simulation = new IceSimulation().Start(answererKnowsCandidates: false);
        Assert.True(simulation.RunUntilConnected());
        Assert.Equal(IcePriority.OfCandidate(CandidateType.PeerReflexive, TransportProtocol.Udp, 65535), simulation.Answerer.Agent.RemoteCandidates[0].Priority);
    }

    [Fact]
    public void A_lite_agent_follows_its_peer_to_another_address()
    {
        IceSimulation simulation = new IceSimulation(answererIsLite: true).Start();
        Assert.True(simulation.RunUntilConnected());
        simulation.RunFor(TimeSpan.FromSeconds(2));

        // The translator gives the offerer another port: the next consent check comes from there, with USE-CANDIDATE.
        simulation.Translations[IceSimulation.Address("10.0.0.1:1000")] = IceSimulation.Address("10.0.0.1:7777");
        simulation.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(IceSimulation.Address("10.0.0.1:7777"), simulation.Answerer.Selected!.Value.Remote);
        Assert.Equal(2, simulation.Answerer.Count(IceEventKind.PairSelected));
        simulation.RunFor(TimeSpan.FromSeconds(120));
        Assert.Equal(0, simulation.Answerer.Count(IceEventKind.ConsentExpired));
        Assert.Equal(0, simulation.Offerer.Count(IceEventKind.ConsentExpired));
    }

    [Fact]
    public void Candidates_and_pairs_stay_within_their_bounds()
    {
        IceSimulation simulation = new(answererIsLite: false);
        IceSimulation.Exchange(simulation.Offerer, simulation.Answerer, isLite: false);
        for (int port = 1; port < 500; port++)
        {
            simulation.Offerer.Agent.AddRemoteCandidate(
                new($"{port}", 1, TransportProtocol.Udp, (uint)port, IceSimulation.Address($"10.9.9.9:{port}"), CandidateType.Host));
        }

        Assert.Equal(IceLimits.RemoteCandidates, simulation.Offerer.Agent.RemoteCandidates.Count);
        Assert.Equal(500 - IceLimits.RemoteCandidates, simulation.Offerer.Agent.Counters.DroppedOverLimit);
    }
}
