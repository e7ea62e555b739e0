using System.Globalization;
using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Tcp;

/// <summary>Calls where UDP does not get through (RFC 6544).</summary>
public class TcpCallTests
{
    private static readonly TimeSpan s_aWhile = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Where_UDP_is_blocked_the_call_connects_by_TCP_after_the_head_start_of_UDP(bool lite)
    {
        using TcpSimulation simulation = new(lite: lite);
        simulation.Connect();
        Assert.True(simulation.AreOnTcp, simulation.ToString());
        Assert.Equal([Instant.Zero + IceAgent.UdpHeadStart], simulation.Connects);
        TalkBothWays(simulation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Where_UDP_works_no_stream_is_opened(bool lite)
    {
        using TcpSimulation simulation = new(lite: lite) { UdpPasses = true };
        simulation.Connect();
        simulation.Run(TimeSpan.FromMinutes(2));
        Assert.Empty(simulation.Connects);
        Assert.False(simulation.AreOnTcp);
    }

    [Fact]
    public void Where_this_system_refuses_to_send_UDP_TCP_begins_at_once()
    {
        using TcpSimulation simulation = new() { UdpIsRefused = true };
        simulation.Connect();
        Assert.Equal([Instant.Zero + new IceOptions().CheckInterval], simulation.Connects); // Ta after the check that was refused
    }

    [Fact]
    public void An_answer_with_TCP_alone_is_connected_to_at_once()
    {
        using TcpSimulation simulation = new(answererHasUdp: false) { UdpPasses = true };
        simulation.Connect();
        Assert.Equal([Instant.Zero], simulation.Connects);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_call_that_began_on_TCP_stays_there(bool lite)
    {
        using TcpSimulation simulation = new(lite: lite);
        simulation.Connect();
        simulation.UdpPasses = true;
        simulation.Run(TimeSpan.FromMinutes(2));
        Assert.True(simulation.AreOnTcp, simulation.ToString());
        TalkBothWays(simulation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_stream_that_breaks_is_opened_again_and_the_call_goes_on(bool lite)
    {
        using TcpSimulation simulation = new(lite: lite);
        simulation.Connect();
        simulation.BreakStreams();
        simulation.Send(simulation.Offerer, [1, 2, 3]);
        Assert.True(simulation.RunUntil(() => simulation.Answerer.Messages.Count == 1, s_aWhile), simulation.ToString());
        TalkBothWays(simulation);
        Assert.Equal(2, simulation.Connects.Count);
    }

    [Fact]
    public void A_call_survives_a_hundred_broken_streams_because_nothing_is_kept_of_them()
    {
        using TcpSimulation simulation = new();
        simulation.Connect();
        for (int i = 0; i < 100; i++)
        {
            simulation.BreakStreams();
            Assert.True(simulation.RunUntil(() => simulation.OpenStreams == 1, s_aWhile), $"{i}: {simulation}");
            simulation.Run(TimeSpan.FromSeconds(1));
        }

        TalkBothWays(simulation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_call_whose_UDP_is_cut_off_goes_on_by_TCP_once_the_peer_counts_as_disconnected(bool lite)
    {
        using TcpSimulation simulation = new(lite: lite) { UdpPasses = true };
        simulation.Connect();
        simulation.UdpPasses = false;
        Assert.True(simulation.RunUntil(() => simulation.AreOnTcp, TimeSpan.FromSeconds(25)), simulation.ToString());
        Assert.True(simulation.Offerer.Saw(PeerEventKind.Disconnected));
        TalkBothWays(simulation);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_call_by_UDP_that_comes_to_a_network_without_UDP_goes_on_by_TCP_from_the_new_address(bool lite, bool newComesFirst)
    {
        TransportAddress wifiUdp = TransportAddress.From(IPAddress.Parse("198.51.100.1"), 40001), wifiTcp = TransportAddress.From(IPAddress.Parse("198.51.100.1"), 0);
        using TcpSimulation simulation = new(lite: lite) { UdpPasses = true };
        WebRtcPeer peer = simulation.Connect().Offerer.Peer;
        if (newComesFirst)
            Come();
        simulation.Run(TimeSpan.FromSeconds(30));
        Assert.Empty(simulation.Connects);      // nobody needs a stream yet
        Assert.False(simulation.AreOnTcp);

        simulation.UdpPasses = false;
        peer.RemoveLocalAddress(TcpSimulation.OffererUdp, TransportProtocol.Udp, simulation.Now);
        peer.RemoveLocalAddress(TcpSimulation.OffererTcp, TransportProtocol.Tcp, simulation.Now);
        if (!newComesFirst)
        {
            simulation.Run(TimeSpan.FromSeconds(2));
            Come();
        }

        Assert.True(simulation.RunUntil(() => simulation.AreOnTcp, s_aWhile), simulation.ToString());
        Assert.Equal(wifiTcp, peer.GetCounters().SelectedPath!.Value.Local);
        TalkBothWays(simulation);

        void Come()
        {
            peer.AddLocalAddress(wifiUdp);
            peer.AddLocalAddress(wifiTcp, TransportProtocol.Tcp);
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void ICE_is_restarted_over_the_stream_that_is_open_and_by_UDP_where_that_works_by_now(bool lite, bool udpPasses)
    {
        using TcpSimulation simulation = new(lite: lite);
        simulation.Connect();
        simulation.UdpPasses = udpPasses;
        for (int i = 1; i <= 3; i++)
        {
            Assert.True(simulation.Answerer.Peer.TryCreateAnswer(simulation.Offerer.Peer.CreateRestartOffer(), simulation.Now, out string answer, out SdpError error), error.Message);
            Assert.True(simulation.Offerer.Peer.TrySetAnswer(answer, simulation.Now, out error), error.Message);
            Assert.True(
                simulation.RunUntil(() => simulation.Offerer.Peer.GetCounters().IceRestarts == i && simulation.Answerer.Peer.GetCounters().IceRestarts == i, s_aWhile),
                simulation.ToString());
            simulation.Run(TimeSpan.FromSeconds(i)); // the second and the third begin before the session of before is forgotten
        }

        TalkBothWays(simulation);
        simulation.Run(s_aWhile);
        Assert.Equal(!udpPasses, simulation.AreOnTcp);
        Assert.Equal(udpPasses ? 0 : 1, simulation.OpenStreams);
        Assert.Single(simulation.Connects); // none beside the first
    }

    [Fact]
    public void Where_nothing_gets_through_the_end_says_what_was_tried_and_what_came_of_it()
    {
        using TcpSimulation simulation = new() { TcpRefusal = "connection refused" };
        simulation.Negotiate();
        simulation.RunUntil(() => simulation.Offerer.End is not null, TimeSpan.FromMinutes(1));
        string detail = simulation.Offerer.End!.Detail;
        Assert.Equal(PeerEndReason.IceFailed, simulation.Offerer.End.Reason);
        Assert.Contains("UDP: 1 pair(s)", detail, StringComparison.Ordinal);
        Assert.Contains("TCP: 1 pair(s), 0 checks; 192.0.2.2:443: connection refused", detail, StringComparison.Ordinal);
        Assert.InRange(simulation.Connects.Count, 10, 20); // once a second
    }

    [Fact]
    public void Strangers_streams_do_not_keep_the_peer_out()
    {
        using TcpSimulation simulation = new(lite: true);
        simulation.Negotiate();
        for (int i = 0; i < 40; i++)
            simulation.OpenAsStranger([0, 4, 1, 2, 3, 4]);
        Assert.True(simulation.RunUntil(() => simulation.BothOpen, s_aWhile), simulation.ToString());
        TalkBothWays(simulation);
    }

    [Fact]
    public void A_stream_without_frames_is_closed_and_counted_and_the_call_goes_on()
    {
        using TcpSimulation simulation = new();
        simulation.Connect();
        simulation.OpenAsStranger([.. "GET / HTTP/1.1\r\n\r\n"u8]); // "GE" is a length of 18,245 bytes
        Assert.Equal(1, simulation.Answerer.Peer.GetCounters().Drops["peer: stream without frames"]);
        TalkBothWays(simulation);
    }

    [Fact]
    public void The_offer_names_active_candidates_and_the_answer_passive_ones_behind_those_of_UDP()
    {
        using TcpSimulation simulation = new();
        simulation.Negotiate();
        string[] offered = [.. simulation.Offer.Split("\r\n").Where(l => l.StartsWith("a=candidate", StringComparison.Ordinal))];
        string[] answered = [.. simulation.Answer.Split("\r\n").Where(l => l.StartsWith("a=candidate", StringComparison.Ordinal))];
        Assert.EndsWith(" 192.0.2.1 9 typ host tcptype active", offered[1], StringComparison.Ordinal);
        Assert.EndsWith(" 192.0.2.2 443 typ host tcptype passive", answered[1], StringComparison.Ordinal);
        Assert.All([offered, answered], lines => Assert.True(Priority(lines[0]) > Priority(lines[1])));
        static uint Priority(string line) => uint.Parse(line.Split(' ')[3], CultureInfo.InvariantCulture);
    }

    private static void TalkBothWays(TcpSimulation simulation)
    {
        foreach ((Simulation.SimulatedPeer from, Simulation.SimulatedPeer to) in new[] { (simulation.Offerer, simulation.Answerer), (simulation.Answerer, simulation.Offerer) })
        {
            byte[] message = new byte[50_000];
            new Random(simulation.Seed).NextBytes(message);
            to.Messages.Clear();
            to.Audio.Clear();
            simulation.Send(from, message);
            for (int i = 0; i < 50; i++)
            {
                Assert.True(from.Peer.SendAudio([1, 2, (byte)i], (ushort)i, (uint)i * 960, false, simulation.Now));
                simulation.Run(TimeSpan.FromMilliseconds(20));
            }

            Assert.True(simulation.RunUntil(() => to.Messages.Count == 1 && to.Audio.Count == 50, s_aWhile), simulation.ToString());
            Assert.Equal(message, to.Messages[0]);
            Assert.Equal(Enumerable.Range(0, 50).Select(i => (byte)i), to.Audio.Select(a => a.Opus[2]));
        }
    }
}
