using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Simulation;

/// <summary>Whole peers on paths that silently drop what is too long for them. The link is the oracle.</summary>
public class PathMtuTests
{
    private const int Length = 200_000;

    public static TheoryData<int, bool, double> Paths()
    {
        TheoryData<int, bool, double> paths = [];
        foreach (int mtu in (int[])[1200, 1190, 1000, 600, 560])
        {
            foreach (bool lite in (bool[])[true, false])
            {
                paths.Add(mtu, lite, 0);
                paths.Add(mtu, lite, 0.05);
            }
        }

        return paths;
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Two_peers_connect_and_long_messages_pass_both_ways_whatever_the_path_carries(int mtu, bool lite, double loss)
    {
        for (int seed = 1; seed <= 10; seed++)
        {
            using PeerSimulation simulation = new(seed, new Link { Mtu = mtu, Loss = loss }, answerer: o => o with { IceLite = lite, AnswerAsDtlsServer = seed % 2 == 0 });
            simulation.Connect(TimeSpan.FromSeconds(10));
            Exchange(simulation, TimeSpan.FromSeconds(10));
            simulation.Run(TimeSpan.FromSeconds(2));
            int longest = Exchange(simulation, TimeSpan.FromSeconds(10));
            if (loss == 0)
                Assert.Equal(mtu switch { 1200 => 1197, >= 1000 => 997, _ => 545 }, longest);
        }
    }

    [Theory]
    [InlineData(1190, true, 997)]
    [InlineData(1190, false, 997)]
    [InlineData(600, true, 545)]
    public void A_path_that_shrinks_in_the_middle_of_a_message_ends_the_call_with_that_reason(int mtu, bool lite, int named)
    {
        using PeerSimulation simulation = new(3, answerer: o => o with { IceLite = lite });
        simulation.Connect();
        simulation.Run(TimeSpan.FromSeconds(1));
        simulation.Send(simulation.Offerer, new byte[Length]);
        simulation.Run(TimeSpan.FromMilliseconds(100));
        simulation.Link = simulation.Link with { Mtu = mtu };
        Assert.True(simulation.RunUntil(() => simulation.Offerer.End is not null, TimeSpan.FromMinutes(2.5)), simulation.ToString());
        Assert.Equal(PeerEndReason.ChannelFailed, simulation.Offerer.End!.Reason);
        Assert.Contains($"Datagrams of more than {named} bytes do not get through", simulation.Offerer.End.Detail, StringComparison.Ordinal);
        simulation.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(PeerEndReason.ClosedByPeer, simulation.Answerer.End?.Reason);
    }

    [Fact]
    public void A_path_that_shrinks_between_messages_is_noticed_and_the_call_goes_on()
    {
        using PeerSimulation simulation = new(3);
        simulation.Connect();
        Exchange(simulation, TimeSpan.FromSeconds(10));
        simulation.Run(TimeSpan.FromSeconds(11));
        simulation.Link = simulation.Link with { Mtu = 560 };
        Exchange(simulation, TimeSpan.FromSeconds(10));
        Assert.False(simulation.EitherEnded, simulation.ToString());
    }

    [Theory]
    [InlineData(1200)]
    [InlineData(600)]
    public void When_the_peer_comes_from_another_address_packets_begin_small_again(int newMtu)
    {
        using PeerSimulation simulation = new(5);
        simulation.Connect();
        Exchange(simulation, TimeSpan.FromSeconds(10));
        TransportAddress movedTo = TransportAddress.From(IPAddress.Parse("192.0.2.1"), 50505);
        simulation.OffererSeenAs = movedTo;
        simulation.Link = simulation.Link with { Mtu = newMtu };
        // The offerer's audio shows the answerer the new address.
        for (ushort i = 0; i < 20; i++)
        {
            simulation.Offerer.Peer.SendAudio([0xF8, 1], i, i * 960u, false, simulation.Now);
            simulation.Drain();
            simulation.Run(TimeSpan.FromMilliseconds(20));
            if (simulation.Answerer.Peer.GetCounters().SelectedPath?.Remote == movedTo)
                break;
        }

        Assert.Equal(movedTo, simulation.Answerer.Peer.GetCounters().SelectedPath?.Remote);
        List<int> lengths = [];
        simulation.Deliver = d =>
        {
            if (!d.FromOfferer && d.IsDtls)
                lengths.Add(d.Bytes.Length);
            return true;
        };
        int before = simulation.Offerer.Messages.Count;
        simulation.Send(simulation.Answerer, new byte[Length]);
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Messages.Count > before, TimeSpan.FromSeconds(5)), simulation.ToString());
        Assert.InRange(lengths[0], 500, 548);
        Assert.Equal(newMtu == 1200 ? 1197 : 545, lengths[^2]);
        Assert.False(simulation.EitherEnded, simulation.ToString());
    }

    /// <returns>The length of the longest datagram that a peer got.</returns>
    private static int Exchange(PeerSimulation simulation, TimeSpan within)
    {
        int longest = 0;
        simulation.Deliver = d =>
        {
            longest = Math.Max(longest, d.Bytes.Length);
            return true;
        };
        byte[] there = new byte[Length], back = new byte[Length];
        new Random(simulation.Seed).NextBytes(there);
        new Random(simulation.Seed + 1).NextBytes(back);
        int before = simulation.Answerer.Messages.Count;
        simulation.Send(simulation.Offerer, there);
        simulation.Send(simulation.Answerer, back);
        Assert.True(
            simulation.RunUntil(() => simulation.Answerer.Messages.Count > before && simulation.Offerer.Messages.Count > before, within),
            simulation.ToString());
        Assert.True(simulation.Answerer.Messages[^1].AsSpan().SequenceEqual(there) && simulation.Offerer.Messages[^1].AsSpan().SequenceEqual(back), simulation.ToString());
        simulation.Deliver = null;
        return longest;
    }
}
