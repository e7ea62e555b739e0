using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sctp;

public class TransferTests
{
    public static TheoryData<double, int> LossByPacketSize()
    {
        TheoryData<double, int> data = [];
        foreach (double loss in (double[])[0, 0.05, 0.1, 0.2])
        {
            data.Add(loss, 1163);
            data.Add(loss, 563);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(LossByPacketSize))]
    public void Messages_of_every_size_arrive_whole_and_in_order_both_ways(double loss, int packetSize)
    {
        for (int seed = 1; seed <= 5; seed++)
        {
            SctpLink link = SctpLink.WithPackets(seed, packetSize);
            link.Loss = loss;
            link.Duplication = loss / 2;
            link.Jitter = TimeSpan.FromMilliseconds(loss > 0 ? 30 : 0);
            link.Connect();
            ExchangeBothWays(link, seed, [1, 2, 3, 4, 511, 1131, 1132, 1133, 2264, 5000, 65536, 262144, 1, 100]);
        }
    }

    [Fact]
    public void At_half_the_packets_lost_messages_up_to_4_KiB_arrive()
    {
        int ended = 0;
        for (int seed = 1; seed <= 100; seed++)
        {
            SctpLink link = SctpLink.WithPackets(seed, 1163);
            link.Loss = 0.5;
            link.Connect();
            ExchangeBothWays(link, seed, [1, 100, 1200, 4096], mayEnd: true);
            if (link.A.HasEnded || link.B.HasEnded)
                ended++;
        }

        Assert.True(ended <= 2, $"{ended} of 100 ended.");
    }

    [Fact]
    public void What_is_fragmented_is_filled_up_to_the_packet_size_and_never_beyond()
    {
        SctpLink link = SctpLink.WithPackets(1, 563);
        int largest = 0;
        link.Passes = (_, packet) =>
        {
            largest = Math.Max(largest, packet.Length);
            return true;
        };
        link.Connect();
        ExchangeBothWays(link, 1, [10_000]);
        Assert.Equal(560, largest);
    }

    [Fact]
    public void A_peer_that_vanishes_ends_it_with_a_reason()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        link.Loss = 1;
        link.A.Send(0, 51, [1], link.Now);
        Instant start = link.Now;
        link.RunUntil(() => link.A.HasEnded);
        Assert.Equal(SctpEndReason.RetransmitLimit, link.EventsOfA[^1].Reason);
        Assert.InRange(link.Now - start, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(3));
        Assert.Equal(0, link.A.BufferedBytes);
    }

    [Fact]
    public void A_silent_peer_that_vanishes_is_found_out_by_HEARTBEAT()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        link.RunFor(TimeSpan.FromMinutes(5));
        Assert.True(link.A.IsEstablished && link.B.IsEstablished);
        link.Loss = 1;
        link.RunUntil(() => link.A.HasEnded && link.B.HasEnded);
        Assert.Equal(SctpEndReason.RetransmitLimit, link.EventsOfA[^1].Reason);
    }

    [Fact]
    public void A_quiet_link_sends_nothing_but_heartbeats()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        link.RunFor(TimeSpan.FromSeconds(1));
        long before = link.A.Counters.PacketsSent;
        link.RunFor(TimeSpan.FromMinutes(5));
        // One HEARTBEAT and one HEARTBEAT ACK every 30 s.
        Assert.InRange(link.A.Counters.PacketsSent - before, 18, 20);
    }

    [Fact]
    public void A_small_message_is_acknowledged_at_once_because_it_asks_for_it()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        link.RunFor(TimeSpan.FromSeconds(1));
        Instant start = link.Now;
        link.A.Send(0, 51, [1], link.Now);
        link.RunUntil(() => link.A.BufferedBytes == 0);
        Assert.Equal(TimeSpan.FromMilliseconds(40), link.Now - start);
    }

    [Fact]
    public void Without_the_I_bit_SACK_comes_for_every_second_packet_and_else_after_the_delay()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        link.RunFor(TimeSpan.FromSeconds(1));
        uint tag = 0;
        Serial32 tsn = default;
        link.Passes = (toB, packet) =>
        {
            if (!toB)
                return true;
            tag = Packets.TagOf(packet);
            Assert.True(SctpPacket.TryParse(packet, out SctpPacket parsed));
            ChunkReader reader = new(parsed.Chunks);
            while (reader.TryRead(out Chunk chunk))
            {
                if (DataChunk.TryParse(chunk, out DataChunk data) && chunk.Type == ChunkType.Data)
                    tsn = data.Tsn;
            }

            return false;
        };
        link.A.Send(0, 51, [1], link.Now);
        link.Drain();

        byte[] buffer = new byte[2048];
        link.B.HandlePacket(Data(tag, tsn, 0), link.Now);
        Assert.False(link.B.TryTakePacket(buffer, out _));
        Assert.Equal(new Wake(link.Now + TimeSpan.FromMilliseconds(200), WakeReason.SctpDelayedAck), link.B.NextTimeout);
        link.B.HandlePacket(Data(tag, tsn + 1, 1), link.Now);
        Assert.True(link.B.TryTakePacket(buffer, out _));
        link.B.HandlePacket(Data(tag, tsn + 2, 2), link.Now);
        Assert.False(link.B.TryTakePacket(buffer, out _));
        link.B.HandleTimeout(link.Now + TimeSpan.FromMilliseconds(200));
        Assert.True(link.B.TryTakePacket(buffer, out _));
        link.B.HandlePacket(Data(tag, tsn + 4, 4), link.Now); // a gap
        Assert.True(link.B.TryTakePacket(buffer, out _));
        link.B.HandlePacket(Data(tag, tsn + 4, 4), link.Now); // a duplicate
        Assert.True(link.B.TryTakePacket(buffer, out int length));
        Assert.True(SctpPacket.TryParse(buffer.AsSpan(0, length), out SctpPacket answer));
        Assert.True(new ChunkReader(answer.Chunks).TryRead(out Chunk first));
        Assert.True(SackChunk.TryParse(first, out SackChunk sack));
        Assert.Equal(tsn + 2, sack.CumulativeTsn);
        Assert.Equal((1, 1), (sack.GapCount, sack.DuplicateCount));
        Assert.Equal(new GapAckBlock(2, 2), sack.Gap(0));

        static byte[] Data(uint tag, Serial32 tsn, int ssn) => Packets.Make(tag, (ref SpanWriter writer) =>
            new DataChunk { Flags = 3, Tsn = tsn, StreamId = 0, Ssn = new((ushort)ssn), Ppid = 51, UserData = [1] }.Write(ref writer));
    }

    [Fact]
    public void A_message_that_is_not_taken_closes_the_window_and_taking_it_opens_it_at_once()
    {
        SctpLink link = new(1, b: o => new() { Random = o.Random, MaxIncomingMessageSize = 65536, ReceiveWindow = 128 * 1024 });
        link.Connect();
        byte[][] messages = Enumerable.Range(0, 10).Select(i => Packets.Message(40_000, i)).ToArray();
        foreach (byte[] message in messages)
            Assert.Equal(SctpSendResult.Accepted, link.A.Send(0, 53, message, link.Now));
        link.RunFor(TimeSpan.FromMinutes(10));
        // Closed for ten minutes, and still there: an answered probe is a sign of life.
        Assert.True(link.A.IsEstablished);
        Assert.InRange(link.A.BufferedBytes, 400_000 - 196 * 1024, 400_000 - 100 * 1024);
        Assert.True(link.B.Counters.ChunksBeyondWindow > 0);

        Instant opened = link.Now;
        foreach (byte[] message in messages)
        {
            link.RunUntil(() => link.B.TryPeekMessage(out _));
            Assert.Equal(message, Packets.Take(link.B, link.Now));
        }

        Assert.True(link.Now - opened < TimeSpan.FromSeconds(2), $"{link.Now - opened}");
    }

    [Fact]
    public void A_full_send_buffer_refuses_and_says_when_there_is_room_again()
    {
        SctpLink link = new(1, a: o => new() { Random = o.Random, SendBufferSize = 100_000 });
        link.Connect();
        Assert.Equal(SctpSendResult.Accepted, link.A.Send(0, 53, Packets.Message(60_000, 1), link.Now));
        Assert.Equal(SctpSendResult.BufferFull, link.A.Send(0, 53, Packets.Message(60_000, 2), link.Now));
        Assert.Equal(60_000, link.A.BufferedBytes);
        link.RunUntil(() => link.EventsOfA.Any(e => e.Kind == SctpEventKind.SendBufferLow));
        Assert.InRange(link.A.BufferedBytes, 1, 50_000);
        Assert.Equal(SctpSendResult.Accepted, link.A.Send(0, 53, Packets.Message(50_000, 2), link.Now));
        link.RunUntil(() => link.A.BufferedBytes == 0);
        Assert.Single(link.EventsOfA, e => e.Kind == SctpEventKind.SendBufferLow);
    }

    [Fact]
    public void What_is_too_large_for_the_peer_is_refused()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        link.A.MaxOutgoingMessageSize = 1000;
        Assert.Equal(SctpSendResult.TooLarge, link.A.Send(0, 53, new byte[1001], link.Now));
        Assert.Equal(SctpSendResult.Accepted, link.A.Send(0, 53, new byte[1000], link.Now));
        Assert.Equal(SctpSendResult.NoSuchStream, link.A.Send(65535, 53, new byte[10], link.Now));
        Assert.Throws<ArgumentException>(() => link.A.Send(0, 53, [], link.Now));
    }

    [Fact]
    public void A_message_too_large_for_us_ends_it_with_a_reason_and_is_never_cut()
    {
        SctpLink link = new(1, b: o => new() { Random = o.Random, MaxIncomingMessageSize = 10_000 });
        link.Connect();
        link.ExchangeOneWay(link.A, link.B, Packets.Message(10_000, 1));
        link.A.Send(0, 53, Packets.Message(10_001, 2), link.Now);
        link.RunUntil(() => link.B.HasEnded && link.A.HasEnded);
        Assert.Equal(SctpEndReason.MessageTooLarge, link.EventsOfB[^1].Reason);
        Assert.Contains("10000", link.EventsOfB[^1].Detail);
        Assert.Equal(SctpEndReason.AbortedByPeer, link.EventsOfA[^1].Reason);
        Assert.Contains("Out of Resource", link.EventsOfA[^1].Detail);
        Assert.False(link.B.TryPeekMessage(out _));
    }

    [Fact]
    public void Messages_of_several_streams_arrive()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Loss = 0.1;
        link.Connect();
        for (int i = 0; i < 300; i++)
            Assert.Equal(SctpSendResult.Accepted, link.A.Send((ushort)(i % 7), (uint)i, Packets.Message(1 + i * 10, i), link.Now));
        for (int i = 0; i < 300; i++)
        {
            link.RunUntil(() => link.B.TryPeekMessage(out _));
            Assert.Equal(Packets.Message(1 + i * 10, i), Packets.Take(link.B, link.Now, out SctpMessage header));
            Assert.Equal(((ushort)(i % 7), (uint)i), (header.StreamId, header.Ppid));
        }
    }

    [Fact]
    public void TSNs_and_SSNs_wrap_around()
    {
        SctpLink link = new(1, a: o => new() { Random = new HighTsnRandom() }) { Loss = 0.02 };
        link.Connect();
        for (int round = 0; round < 70; round++)
        {
            for (int i = 0; i < 1000; i++)
                Assert.Equal(SctpSendResult.Accepted, link.A.Send(0, 51, [(byte)i, (byte)round], link.Now));
            int taken = 0;
            link.RunUntil(() =>
            {
                while (Packets.Take(link.B, link.Now) is byte[] message)
                    Assert.Equal([(byte)taken++, (byte)round], message);
                return taken == 1000;
            });
        }
    }

    [Fact]
    public void Round_trips_are_measured_and_RTO_follows()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Delay = TimeSpan.FromMilliseconds(75);
        link.Connect();
        for (int i = 0; i < 20; i++)
        {
            link.A.Send(0, 51, [1], link.Now);
            link.RunFor(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(150, link.A.RoundTripTime!.Value.TotalMilliseconds, 1.0);
        Assert.Equal(370, link.A.RetransmissionTimeout.TotalMilliseconds, 10.0);
        Assert.Equal(0, link.A.Counters.T3Expirations);
    }

    [Fact]
    public void Small_messages_back_and_forth_allocate_nothing()
    {
        Instant now = Instant.Zero;
        SctpAssociation a = new(SctpLink.Options(1));
        SctpAssociation b = new(SctpLink.Options(2));
        byte[] packet = new byte[1200];
        byte[] message = new byte[183];
        byte[] received = new byte[1000];
        a.Start(now);
        Pump();
        Assert.True(a.IsEstablished && b.IsEstablished);
        int count = 0;

        Assert.Equal(0, Allocations.Measure(() =>
        {
            now += TimeSpan.FromMilliseconds(20);
            a.Send(0, 51, message, now);
            Pump();
            b.TakeMessage(received, now);
            b.Send(0, 51, message, now);
            Pump();
            a.TakeMessage(received, now);
            Pump();
            count++;
        }));
        Assert.Equal(count, b.Counters.MessagesReceived);
        Assert.Equal(count, a.Counters.MessagesReceived);

        void Pump()
        {
            bool any = true;
            while (any)
            {
                any = false;
                while (a.TryTakePacket(packet, out int length))
                {
                    b.HandlePacket(packet.AsSpan(0, length), now);
                    any = true;
                }

                while (b.TryTakePacket(packet, out int length))
                {
                    a.HandlePacket(packet.AsSpan(0, length), now);
                    any = true;
                }
            }
        }
    }

    [Fact]
    public void An_association_that_carries_small_messages_stays_small()
    {
        byte[] packet = new byte[1200];
        Instant now = Instant.Zero;
        long bytes = Allocations.Measure(
            () =>
            {
                SctpAssociation a = new(SctpLink.Options(1));
                SctpAssociation b = new(SctpLink.Options(2));
                a.Start(now);
                a.Send(0, 51, [1], now);
                for (int i = 0; i < 4; i++)
                {
                    while (a.TryTakePacket(packet, out int length))
                        b.HandlePacket(packet.AsSpan(0, length), now);
                    while (b.TryTakePacket(packet, out int length))
                        a.HandlePacket(packet.AsSpan(0, length), now);
                }

                Assert.True(a.IsEstablished && b.TryPeekMessage(out _));
            },
            count: 10) / 20;
        Assert.InRange(bytes, 1, 16 * 1024);
    }

    private static void ExchangeBothWays(SctpLink link, int seed, int[] sizes, bool mayEnd = false)
    {
        int atA = 0;
        int atB = 0;
        foreach (int size in sizes)
        {
            Assert.Equal(SctpSendResult.Accepted, link.A.Send(0, 53, Packets.Message(size, size), link.Now));
            Assert.Equal(SctpSendResult.Accepted, link.B.Send(0, 53, Packets.Message(size, size + 1), link.Now));
        }

        link.RunUntil(
            () =>
            {
                while (Packets.Take(link.A, link.Now) is byte[] message)
                    Assert.True(Packets.Message(sizes[atA], sizes[atA++] + 1).AsSpan().SequenceEqual(message), $"seed {seed}");
                while (Packets.Take(link.B, link.Now) is byte[] message)
                    Assert.True(Packets.Message(sizes[atB], sizes[atB++]).AsSpan().SequenceEqual(message), $"seed {seed}");
                return (atA == sizes.Length && atB == sizes.Length) || (mayEnd && (link.A.HasEnded || link.B.HasEnded));
            },
            because: $"seed {seed}, A has {atA}, B has {atB} of {sizes.Length}");
    }

    /// <summary>Every number close below 2³².</summary>
    private sealed class HighTsnRandom : RandomSource
    {
        public override void Fill(Span<byte> destination) => destination.Fill(0xFF);
    }
}
