using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Simulation;

/// <summary>Connecting, talking and closing on a good link.</summary>
public class ConnectTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Two_peers_connect_and_exchange_text_and_audio(bool lite, bool answererIsDtlsServer)
    {
        using PeerSimulation simulation = new(7, answerer: o => o with { IceLite = lite, AnswerAsDtlsServer = answererIsDtlsServer });
        simulation.Connect();

        simulation.Send(simulation.Offerer, Encoding.UTF8.GetBytes("""{"type":"response.create"}"""), MessageKind.Text);
        simulation.Send(simulation.Answerer, Encoding.UTF8.GetBytes("""{"type":"session.created"}"""), MessageKind.Text);
        for (uint i = 0; i < 50; i++)
        {
            Assert.True(simulation.Offerer.Peer.SendAudio([0xF8, (byte)i], (ushort)i, i * 960, i == 0, simulation.Now));
            Assert.True(simulation.Answerer.Peer.SendAudio([0xF8, 0xFF, (byte)i], (ushort)i, i * 960, i == 0, simulation.Now));
            simulation.Drain();
            simulation.Run(TimeSpan.FromMilliseconds(20));
        }

        simulation.Run(TimeSpan.FromSeconds(1));
        Assert.Equal("""{"type":"response.create"}""", Encoding.UTF8.GetString(Assert.Single(simulation.Answerer.Messages)));
        Assert.Equal("""{"type":"session.created"}""", Encoding.UTF8.GetString(Assert.Single(simulation.Offerer.Messages)));
        Assert.Equal(50, simulation.Offerer.Audio.Count);
        Assert.Empty(simulation.Offerer.Peer.GetCounters().Drops);      // a healthy call drops nothing
        Assert.Empty(simulation.Answerer.Peer.GetCounters().Drops);
        Assert.Equal(50, simulation.Answerer.Audio.Count);
        for (int i = 1; i < 50; i++)
        {
            (ReceivedAudio before, _) = simulation.Answerer.Audio[i - 1];
            (ReceivedAudio header, byte[] opus) = simulation.Answerer.Audio[i];
            Assert.Equal(1, new Serial16(header.SequenceNumber) - new Serial16(before.SequenceNumber));
            Assert.Equal(960, new Serial32(header.Timestamp) - new Serial32(before.Timestamp));
            Assert.Equal([0xF8, (byte)i], opus);
            Assert.Equal(before.Ssrc, header.Ssrc);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // two full agents: the offerer controls from the start, and no role conflict costs a round trip
    public void The_offerer_has_a_path_after_one_round_trip(bool lite)
    {
        using PeerSimulation simulation = new(7, answerer: o => o with { IceLite = lite });
        simulation.Negotiate();
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Saw(PeerEventKind.PathSelected), 2 * simulation.Link.Delay), simulation.ToString());
    }

    [Fact]
    public void A_channel_negotiated_beforehand_opens_without_dcep()
    {
        using PeerSimulation simulation = new(7, offerer: o => o with { NegotiatedChannelId = 0 }, answerer: o => o with { NegotiatedChannelId = 0 });
        simulation.Connect();
        simulation.Send(simulation.Offerer, "x"u8.ToArray());
        Assert.True(simulation.RunUntil(() => simulation.Answerer.Messages.Count == 1, TimeSpan.FromSeconds(1)), simulation.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Closing_flushes_what_was_sent_and_tells_the_peer(bool offererCloses)
    {
        using PeerSimulation simulation = new(7);
        simulation.Connect();
        (SimulatedPeer closer, SimulatedPeer other) = offererCloses ? (simulation.Offerer, simulation.Answerer) : (simulation.Answerer, simulation.Offerer);
        byte[] last = new byte[100_000];
        simulation.Send(closer, last);
        closer.Peer.Close(simulation.Now);
        simulation.Drain();

        Assert.True(simulation.RunUntil(() => closer.End is not null && other.End is not null, TimeSpan.FromSeconds(10)), simulation.ToString());
        Assert.Equal(PeerEndReason.ClosedLocally, closer.End!.Reason);
        Assert.Equal(PeerEndReason.ClosedByPeer, other.End!.Reason);
        Assert.Equal(last.Length, Assert.Single(other.Messages).Length);
    }

    [Fact]
    public void Closing_ends_even_when_the_peer_no_longer_answers()
    {
        using PeerSimulation simulation = new(7);
        simulation.Connect();
        simulation.Deliver = _ => false;
        simulation.Offerer.Peer.Close(simulation.Now);
        simulation.Drain();
        Assert.True(simulation.RunUntil(() => simulation.Offerer.End is not null, TimeSpan.FromSeconds(3)), simulation.ToString());
        Assert.Equal(PeerEndReason.ClosedLocally, simulation.Offerer.End!.Reason);
    }

    [Fact]
    public void A_certificate_that_was_not_promised_ends_the_connection_before_any_key_is_used()
    {
        using PeerSimulation simulation = new(7);
        simulation.RewriteAnswer = answer => System.Text.RegularExpressions.Regex.Replace(
            answer, "a=fingerprint:sha-256 [0-9A-F:]+", "a=fingerprint:sha-256 " + string.Join(':', Enumerable.Repeat("AB", 32)));
        simulation.Negotiate();
        Assert.True(simulation.RunUntil(() => simulation.Offerer.End is not null, TimeSpan.FromSeconds(30)), simulation.ToString());
        Assert.Equal(PeerEndReason.FingerprintMismatch, simulation.Offerer.End!.Reason);
        Assert.False(simulation.Offerer.Saw(PeerEventKind.Secured));
        Assert.Empty(simulation.Offerer.Messages);
        Assert.Empty(simulation.Offerer.Audio);
    }

    [Theory]
    [InlineData(0, PeerEndReason.IceFailed)]
    [InlineData(1, PeerEndReason.DtlsTimeout)]
    public void A_phase_that_never_ends_is_named(int phase, PeerEndReason expected)
    {
        using PeerSimulation simulation = new(7);
        simulation.Deliver = datagram => phase switch { 0 => false, _ => datagram.IsStun };
        simulation.Negotiate();
        Assert.True(simulation.RunUntil(() => simulation.Offerer.End is not null, TimeSpan.FromSeconds(60)), simulation.ToString());
        Assert.Equal(expected, simulation.Offerer.End!.Reason);
    }

    [Fact]
    public void A_reader_that_does_not_read_holds_the_sender_back_and_loses_nothing()
    {
        using PeerSimulation simulation = new(7, offerer: o => o with { SendBufferSize = 64 * 1024 }, answerer: o => o with { MaxIncomingMessageSize = 256 * 1024 });
        simulation.Connect();
        simulation.Answerer.ReadsMessages = false;
        int accepted = 0;
        byte[] message = new byte[10_000];
        for (int i = 0; i < 2000; i++)
        {
            if (simulation.Offerer.Peer.SendMessage(message, MessageKind.Binary, simulation.Now) == SendResult.Accepted)
                accepted++;
            simulation.Drain();
            simulation.Run(TimeSpan.FromMilliseconds(10));
        }

        Assert.InRange(accepted, 10, 400);
        simulation.Answerer.ReadsMessages = true;
        simulation.Drain();
        Assert.True(simulation.RunUntil(() => simulation.Answerer.Messages.Count == accepted, TimeSpan.FromMinutes(2)), $"{simulation.Answerer.Messages.Count} of {accepted}: {simulation}");
    }
}
