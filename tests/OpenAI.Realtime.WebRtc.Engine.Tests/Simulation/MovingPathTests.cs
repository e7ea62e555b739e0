using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Simulation;

/// <summary>A NAT gives one side another port in mid-call.</summary>
public class MovingPathTests
{
    private static readonly TransportAddress MovedTo = TransportAddress.From(IPAddress.Parse("192.0.2.1"), 50505);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)] // a lite peer learns of it by our next consent check, 6 s later at the most
    public void Audio_goes_on_both_ways_within_half_a_second(bool offererMoves, bool lite)
    {
        using PeerSimulation simulation = new(5, answerer: o => o with { IceLite = lite });
        simulation.Connect();
        Talk(simulation, 100);
        if (offererMoves)
            simulation.OffererSeenAs = MovedTo;
        else
            simulation.AnswererSeenAs = MovedTo;
        (SimulatedPeer moved, SimulatedPeer other) = offererMoves ? (simulation.Offerer, simulation.Answerer) : (simulation.Answerer, simulation.Offerer);
        int before = moved.Audio.Count;
        Talk(simulation, 400);
        Assert.True(moved.Audio.Count - before >= (lite ? 75 : 375), $"{moved.Audio.Count - before} of 400\n{simulation}");
        Assert.False(simulation.EitherEnded, simulation.ToString());
        simulation.Run(TimeSpan.FromMinutes(2));
        Assert.False(simulation.EitherEnded, simulation.ToString());
        Assert.Equal(MovedTo, other.Peer.GetCounters().SelectedPath?.Remote);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_call_in_which_nobody_speaks_survives_as_well(bool offererMoves)
    {
        using PeerSimulation simulation = new(5);
        simulation.Connect();
        simulation.Run(TimeSpan.FromSeconds(10));
        if (offererMoves)
            simulation.OffererSeenAs = MovedTo;
        else
            simulation.AnswererSeenAs = MovedTo;
        simulation.Run(TimeSpan.FromMinutes(3));
        Assert.False(simulation.EitherEnded, simulation.ToString());
        simulation.Send(simulation.Offerer, [1]);
        simulation.Send(simulation.Answerer, [2]);
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Messages.Count == 1 && simulation.Answerer.Messages.Count == 1, TimeSpan.FromSeconds(1)), simulation.ToString());
    }

    [Fact]
    public void A_stranger_who_repeats_the_peers_packets_gets_a_check_and_nothing_else()
    {
        using PeerSimulation simulation = new(5);
        simulation.Connect();
        byte[]? stolen = null;
        simulation.Deliver = d =>
        {
            if (d is { FromOfferer: true, IsMedia: true })
                stolen ??= d.Bytes.ToArray();
            return stolen is null || !d.FromOfferer; // the real one is held back, so that the copy is new
        };
        Talk(simulation, 5);
        Assert.NotNull(stolen);
        simulation.Run(TimeSpan.FromSeconds(1));
        TransportAddress stranger = TransportAddress.From(IPAddress.Parse("203.0.113.66"), 6666);
        List<byte[]> toStranger = [];
        simulation.ToElsewhere = (path, bytes) =>
        {
            if (path.Remote == stranger)
                toStranger.Add(bytes);
        };
        simulation.Answerer.Peer.HandleDatagram([.. stolen], new TransportPath(TransportProtocol.Udp, simulation.AnswererAddress, stranger), simulation.Now);
        simulation.Deliver = null;
        Talk(simulation, 100);
        Assert.NotEmpty(toStranger);
        Assert.All(toStranger, bytes => Assert.True(bytes[0] < 4, "only checks"));
        Assert.Equal(simulation.OffererAddress, simulation.Answerer.Peer.GetCounters().SelectedPath?.Remote);
        Assert.True(simulation.Offerer.Audio.Count >= 100);
    }

    private static void Talk(PeerSimulation simulation, int packets)
    {
        ushort from = (ushort)(simulation.Now.Ticks / TimeSpan.FromMilliseconds(20).Ticks);
        for (int i = 0; i < packets; i++)
        {
            ushort number = (ushort)(from + i);
            simulation.Offerer.Peer.SendAudio([0xF8, 1], number, number * 960u, false, simulation.Now);
            simulation.Answerer.Peer.SendAudio([0xF8, 2], number, number * 960u, false, simulation.Now);
            simulation.Drain();
            simulation.Run(TimeSpan.FromMilliseconds(20));
        }
    }
}
