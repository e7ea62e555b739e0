using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sctp;

/// <summary>How long packets may be: they begin small, and the path is asked (the idea of RFC 8899). The oracle is the link: what is too long for it vanishes.</summary>
public class PacketSizeTests
{
    private const int Full = 1160;
    private const int Middle = 960;
    private const int Small = 508;

    [Theory]
    [InlineData(1163, Full)]
    [InlineData(1153, Middle)]
    [InlineData(963, Middle)]
    [InlineData(563, Small)]
    [InlineData(508, Small)]
    public void A_long_message_arrives_whatever_the_path_carries_and_is_cut_as_long_as_known_steps_allow(int carries, int expected)
    {
        SctpLink link = Narrow(carries);
        link.Connect();
        link.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(expected, link.A.PacketSize);
        Assert.Equal(expected, link.B.PacketSize);
        link.ExchangeOneWay(link.A, link.B, Packets.Message(200_000, 1));
        link.ExchangeOneWay(link.B, link.A, Packets.Message(200_000, 2));
        Assert.Equal(0, link.A.Counters.ChunksRetransmitted + link.A.Counters.T3Expirations + link.A.Counters.ChunksIgnored);
    }

    [Fact]
    public void The_full_size_is_known_one_round_trip_after_the_association_is_up_and_DATA_does_not_wait_for_it()
    {
        SctpLink link = new();
        List<(Instant At, bool IsData, int Length)> sent = [];
        link.A.Start(link.Now);
        link.A.MaxOutgoingMessageSize = 1 << 20;
        link.A.Send(0, 53, Packets.Message(100_000, 1), link.Now);
        link.Passes = (toB, packet) =>
        {
            List<byte> types = Packets.TypesOf(packet);
            if (toB && (types.Contains(ChunkType.Data) || types.Contains(ChunkType.Pad)))
                sent.Add((link.Now, types.Contains(ChunkType.Data), packet.Length));
            return true;
        };
        link.B.Start(link.Now);
        link.RunUntil(() => link.A.IsEstablished);
        Instant up = link.Now;
        int cwnd = link.A.CongestionWindow;
        link.RunUntil(() => link.A.PacketSize == Full);
        Assert.Equal(2 * link.Delay, link.Now - up);
        int probe = sent.FindIndex(s => !s.IsData);
        Assert.Equal((up, Full), (sent[probe].At, sent[probe].Length));
        Assert.All(sent[(probe + 1)..], s => Assert.True(s.At > up)); // what could go at that moment had gone before it
        Assert.True(sent.Where(s => s.IsData && s.At == up).Sum(s => s.Length) > cwnd / 2);
        link.RunUntil(() => link.B.TryPeekMessage(out _));
        Assert.Contains(sent, s => s.IsData && s.Length > 1100);
    }

    [Fact]
    public void Loss_alone_hides_the_full_size_from_almost_nobody()
    {
        int late = 0;
        for (int seed = 1; seed <= 300; seed++)
        {
            SctpLink link = new(seed) { Delay = TimeSpan.FromMilliseconds(40) };
            link.Connect();
            link.Loss = 0.2;
            link.RunFor(TimeSpan.FromSeconds(1.5));
            late += link.A.PacketSize == Full ? 0 : 1;
        }

        Assert.True(late <= 3, $"{late} of 300");
    }

    [Fact]
    public void Probes_that_are_lost_are_few_and_neither_congestion_nor_errors()
    {
        SctpLink link = Narrow(600);
        List<Instant> probes = [];
        Func<bool, byte[], bool> narrow = link.Passes;
        link.Passes = (toB, packet) =>
        {
            if (toB && packet.Length > 600)
                probes.Add(link.Now);
            return narrow(toB, packet);
        };
        link.Connect();
        int cwnd = link.A.CongestionWindow;
        TimeSpan rto = link.A.RetransmissionTimeout;
        link.RunFor(TimeSpan.FromMinutes(9));
        Assert.Equal(2 * PacketSizeProbe.MaxProbes, probes.Count);
        Assert.True(probes[^1] - probes[0] < TimeSpan.FromSeconds(2), $"{probes[^1] - probes[0]}");
        Assert.Equal((cwnd, rto), (link.A.CongestionWindow, link.A.RetransmissionTimeout));
        Assert.True(link.A.IsEstablished);

        link.ExchangeOneWay(link.A, link.B, Packets.Message(50_000, 1)); // asks for nothing yet
        Assert.Equal(2 * PacketSizeProbe.MaxProbes, probes.Count);
        link.RunFor(TimeSpan.FromMinutes(2)); // and nobody asks who has nothing to send
        Assert.Equal(2 * PacketSizeProbe.MaxProbes, probes.Count);
        link.Passes = (_, _) => true;
        link.ExchangeOneWay(link.A, link.B, Packets.Message(50_000, 2));
        link.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(Full, link.A.PacketSize);
    }

    [Fact]
    public void A_peer_that_passes_over_PAD_is_asked_with_it_and_its_answer_is_short()
    {
        SctpLink link = new();
        int longAnswers = 0;
        link.Passes = (toB, packet) =>
        {
            List<byte> types = Packets.TypesOf(packet);
            longAnswers += types.Contains(ChunkType.HeartbeatAck) && packet.Length > Small ? 1 : 0;
            if (!toB || !types.Contains(ChunkType.Pad))
                return true;
            byte[] stripped = packet[..(SctpPacket.HeaderLength + HeartbeatChunk.Length)];
            SctpPacket.Seal(stripped);
            link.Inject(toB: true, stripped);
            return false;
        };
        link.A.Start(link.Now);
        link.RunUntil(() => link.A.PacketSize == Full);
        Assert.Equal(0, longAnswers);
    }

    [Fact]
    public void A_peer_that_drops_packets_with_chunks_it_does_not_know_is_asked_by_a_long_HEARTBEAT_and_from_then_on_at_once()
    {
        SctpLink link = new();
        int padded = 0;
        link.Passes = (toB, packet) =>
        {
            bool hasPad = Packets.TypesOf(packet).Contains(ChunkType.Pad);
            padded += toB && hasPad ? 1 : 0;
            return !hasPad;
        };
        link.Connect();
        link.RunFor(TimeSpan.FromMilliseconds(300));
        Assert.Equal(Full, link.A.PacketSize);
        Assert.Equal(1, padded);
        link.A.HandlePathChange(link.Now);
        Assert.Equal(Small, link.A.PacketSize);
        link.RunFor(2 * link.Delay);
        Assert.Equal(Full, link.A.PacketSize);
        Assert.Equal(1, padded);
    }

    [Fact]
    public void After_a_change_of_path_what_is_cut_is_small_again_until_the_new_path_is_known()
    {
        SctpLink link = new();
        link.Connect();
        link.ExchangeOneWay(link.A, link.B, Packets.Message(100_000, 1));
        Assert.Equal(Full, link.A.PacketSize);
        link.A.HandlePathChange(link.Now);
        int carries = 600;
        link.Passes = (toB, packet) => !toB || packet.Length <= carries;
        link.ExchangeOneWay(link.A, link.B, Packets.Message(100_000, 2));
        Assert.Equal(0, link.A.Counters.ChunksRetransmitted);
    }

    [Fact]
    public void A_path_that_shrank_while_nothing_was_sent_is_noticed_before_a_long_message_is_cut_for_it()
    {
        SctpLink link = new();
        link.Connect();
        link.ExchangeOneWay(link.A, link.B, Packets.Message(100_000, 1));
        link.RunFor(TimeSpan.FromSeconds(11));
        link.Passes = (_, packet) => packet.Length <= 600;
        link.ExchangeOneWay(link.A, link.B, Packets.Message(100_000, 2));
        Assert.Equal(0, link.A.Counters.ChunksRetransmitted);
    }

    [Fact]
    public void Small_messages_that_were_bundled_for_a_wider_path_are_unbundled()
    {
        SctpLink link = new();
        link.Connect();
        link.ExchangeOneWay(link.A, link.B, Packets.Message(100_000, 1));
        link.Passes = (_, packet) => packet.Length <= 600;
        for (int i = 0; i < 20; i++)
            link.A.Send(0, 53, Packets.Message(300, i), link.Now);
        link.RunUntil(() => link.A.BufferedBytes == 0, TimeSpan.FromSeconds(10));
        Assert.Equal(Small, link.A.PacketSize);
    }

    [Theory]
    [InlineData(1000, false, 997)]
    [InlineData(1000, true, 997)] // small messages go on arriving behind it, so that T3-rtx never runs out
    [InlineData(600, false, 545)]
    [InlineData(600, true, 545)]
    public void DATA_that_was_cut_for_a_wider_path_is_not_repeated_for_ever_and_the_end_says_why(int carries, bool smallOnesFollow, int named)
    {
        SctpLink link = new();
        link.Connect();
        link.ExchangeOneWay(link.A, link.B, Packets.Message(100_000, 1));
        link.Passes = (_, packet) => packet.Length <= carries;
        link.A.Send(0, 53, Packets.Message(5000, 2), link.Now);
        link.RunUntil(
            () =>
            {
                if (smallOnesFollow && link.A.IsEstablished && link.A.BufferedBytes < 100_000)
                    link.A.Send(0, 53, [1], link.Now);
                return link.A.HasEnded;
            },
            TimeSpan.FromMinutes(3));
        SctpEvent end = link.EventsOfA[^1];
        Assert.Equal(SctpEndReason.PathTooNarrow, end.Reason);
        Assert.Contains($"Datagrams of more than {named} bytes do not get through", end.Detail, StringComparison.Ordinal);
        link.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(SctpEndReason.AbortedByPeer, link.EventsOfB[^1].Reason);
    }

    [Fact]
    public void When_nothing_at_all_arrives_the_reason_is_the_peer_and_not_the_size()
    {
        SctpLink link = new();
        link.Connect();
        link.ExchangeOneWay(link.A, link.B, Packets.Message(100_000, 1));
        link.Passes = (_, _) => false;
        link.A.Send(0, 53, Packets.Message(5000, 2), link.Now);
        link.RunUntil(() => link.A.HasEnded, TimeSpan.FromMinutes(5));
        Assert.Equal(SctpEndReason.RetransmitLimit, link.EventsOfA[^1].Reason);
    }

    [Fact]
    public void A_peer_that_does_not_read_may_do_so_for_an_hour_though_nothing_of_what_is_sent_is_taken()
    {
        SctpLink link = new();
        link.Connect();
        link.RunFor(TimeSpan.FromSeconds(1));
        link.A.MaxOutgoingMessageSize = 1 << 20;
        byte[] message = Packets.Message(700_000, 1);
        for (int i = 0; i < 2; i++)
        {
            link.A.Send(0, 53, message, link.Now);
            link.RunFor(TimeSpan.FromSeconds(5));
        }

        link.RunFor(TimeSpan.FromHours(1));
        Assert.True(link.A.IsEstablished && link.A.BufferedBytes > 0, $"{link.A.State}, {link.A.BufferedBytes}");
        for (int i = 0; i < 2; i++)
        {
            link.RunUntil(() => link.B.TryPeekMessage(out _), TimeSpan.FromMinutes(1));
            Assert.Equal(message, Packets.Take(link.B, link.Now));
        }
    }

    [Fact]
    public void A_HEARTBEAT_ACK_that_was_not_asked_for_or_brings_another_nonce_does_not_raise_the_size()
    {
        ScriptedPeer peer = new(answersProbe: false);
        byte[] probe = Assert.Single(peer.TakePackets());
        Assert.Equal(Full, probe.Length);
        byte[] nonce = probe[(SctpPacket.HeaderLength + 16)..(SctpPacket.HeaderLength + 24)];
        byte[] other = [.. nonce];
        other[7] ^= 1;
        foreach (byte[] answer in (byte[][])[other, new byte[8], [255, 255, 255, 255, 255, 255, 255, 255], []])
        {
            SendAck(peer, answer);
            Assert.Equal(Small, peer.Association.PacketSize);
        }

        peer.Association.HandlePathChange(peer.Now);
        SendAck(peer, nonce); // that was the path before
        Assert.Equal(Small, peer.Association.PacketSize);
        peer.AnswerHeartbeat(Assert.Single(peer.TakePackets()));
        Assert.Equal(Full, peer.Association.PacketSize);
    }

    [Fact]
    public void A_late_answer_counts_as_well()
    {
        ScriptedPeer peer = new(answersProbe: false);
        byte[] probe = Assert.Single(peer.TakePackets());
        for (int i = 1; i < 2 * PacketSizeProbe.MaxProbes; i++)
        {
            peer.Now = peer.Association.NextTimeout.At;
            peer.Association.HandleTimeout(peer.Now);
            int length = Assert.Single(peer.TakePackets()).Length;
            Assert.Equal(i < PacketSizeProbe.MaxProbes ? Full : Middle, length);
        }

        peer.AnswerHeartbeat(probe);
        Assert.Equal(Full, peer.Association.PacketSize);
        Assert.Empty(peer.TakePackets());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peers_own_probe_is_answered_whichever_way_it_is_filled_and_however_small_our_packets_are(bool pads)
    {
        ScriptedPeer peer = new(answersProbe: false);
        peer.TakePackets();
        byte[] info = Packets.Message(pads ? 20 : 1100, 1);
        peer.Send((ref SpanWriter writer) =>
        {
            int begin = Chunk.Begin(ref writer, ChunkType.Heartbeat);
            Parameter.Write(ref writer, ParameterType.HeartbeatInfo, info);
            Chunk.End(ref writer, begin);
            if (!pads)
                return;
            int pad = Chunk.Begin(ref writer, ChunkType.Pad);
            writer.WriteZeros(1000);
            Chunk.End(ref writer, pad);
        });
        string answer = Assert.Single(peer.TakeChunks());
        Assert.Equal($"0500 0001{info.Length + 4:X4}{Convert.ToHexString(info)}", answer);
        Assert.Equal(0, peer.Association.Counters.ChunksIgnored + peer.Association.Counters.RepliesDropped);
    }

    [Fact]
    public void The_first_message_goes_with_COOKIE_ECHO_beside_a_long_cookie_and_the_repetition_is_no_longer_than_it_must_be()
    {
        SctpAssociation association = new(SctpLink.Options(1));
        Instant now = new(TimeSpan.FromHours(1).Ticks);
        byte[] buffer = new byte[2048];
        association.Start(now);
        association.Send(0, 53, Packets.Message(60, 1), now);
        Assert.True(association.TryTakePacket(buffer, out int length));
        Assert.True(SctpPacket.TryParse(buffer.AsSpan(0, length), out SctpPacket packet));
        Assert.True(new ChunkReader(packet.Chunks).TryRead(out Chunk chunk));
        Assert.True(InitChunk.TryParse(chunk, out InitChunk init));
        association.HandlePacket(
            Packets.Make(init.Fields.InitiateTag, (ref SpanWriter writer) =>
            {
                int begin = InitChunk.Begin(ref writer, ChunkType.InitAck, new(7, 1_000_000, 65535, 65535, new(1)));
                Parameter.Write(ref writer, ParameterType.StateCookie, new byte[600]);
                Chunk.End(ref writer, begin);
            }),
            now);
        Assert.True(association.TryTakePacket(buffer, out length));
        Assert.Equal([ChunkType.CookieEcho, ChunkType.Data], Packets.TypesOf(buffer[..length]));
        now = association.NextTimeout.At;
        association.HandleTimeout(now);
        Assert.True(association.TryTakePacket(buffer, out length));
        Assert.Equal([ChunkType.CookieEcho], Packets.TypesOf(buffer[..length]));
        Assert.Equal(SctpPacket.HeaderLength + 604, length);
    }

    private static SctpLink Narrow(int carries) => new() { Passes = (_, packet) => packet.Length <= carries };

    private static void SendAck(ScriptedPeer peer, byte[] nonce)
    {
        byte[] info = [.. new byte[8], .. nonce];
        peer.Send((ref SpanWriter writer) =>
        {
            int begin = Chunk.Begin(ref writer, ChunkType.HeartbeatAck);
            Parameter.Write(ref writer, ParameterType.HeartbeatInfo, info);
            Chunk.End(ref writer, begin);
        });
    }
}
