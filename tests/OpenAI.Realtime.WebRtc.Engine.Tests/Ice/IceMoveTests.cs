using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Ice;

/// <summary>The selected pair dies and another has worked.</summary>
public class IceMoveTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_pair_takes_over_before_the_peer_counts_as_gone_for_good(bool offererLosesIt)
    {
        IceSimulation simulation = new IceSimulation(offererAddresses: ["10.0.0.1:1", "10.1.0.1:1"], answererAddresses: ["10.0.0.2:2", "10.1.0.2:2"]).Start();
        Assert.True(simulation.RunUntilConnected());
        simulation.RunFor(TimeSpan.FromSeconds(20));
        TransportPath dead = simulation.Offerer.Selected!.Value;
        TransportAddress victim = offererLosesIt ? dead.Local : dead.Remote;
        simulation.Passes = d => d.Path.Local != victim && d.Path.Remote != victim; // an interface goes down, and nobody says so
        Assert.True(
            simulation.RunUntil(() => simulation.IsConnected && simulation.Offerer.Selected != dead, TimeSpan.FromSeconds(15)),
            $"{simulation.Offerer.Selected} and {simulation.Answerer.Selected}");
        simulation.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal(0, simulation.Offerer.Count(IceEventKind.ConsentExpired) + simulation.Answerer.Count(IceEventKind.ConsentExpired));
        Assert.True(simulation.IsConnected);
    }

    [Fact]
    public void Nothing_moves_as_long_as_the_selected_pair_answers()
    {
        IceSimulation simulation = new IceSimulation(offererAddresses: ["10.0.0.1:1", "10.1.0.1:1"], answererAddresses: ["10.0.0.2:2", "10.1.0.2:2"]) { Loss = 0.1 }.Start();
        Assert.True(simulation.RunUntilConnected());
        TransportPath selected = simulation.Offerer.Selected!.Value;
        simulation.RunFor(TimeSpan.FromMinutes(10));
        Assert.InRange(simulation.Offerer.Agent.Counters.Moves, 0, 10); // of 120 checks two in a row are lost now and then, and another answers first
        Assert.True(simulation.IsConnected, $"{selected}, {simulation.Offerer.Selected}, {simulation.Answerer.Selected}");
    }
}
