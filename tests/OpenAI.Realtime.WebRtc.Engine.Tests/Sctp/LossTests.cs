using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sctp;

/// <summary>How losses are found, repeated, and what they do to the window.</summary>
public class LossTests
{
    [Fact]
    public void One_lost_packet_of_many_is_repaired_by_fast_retransmit_not_by_the_timer()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        int data = 0;
        link.Passes = (toB, packet) => !(toB && Packets.TypesOf(packet).Contains(ChunkType.Data) && ++data == 5);
        link.ExchangeOneWay(link.A, link.B, Packets.Message(30_000, 1));
        Assert.Equal(1, link.A.Counters.ChunksFoundLost);
        Assert.Equal(1, link.A.Counters.ChunksRetransmitted);
        Assert.Equal(0, link.A.Counters.T3Expirations);
        Assert.Equal(0, link.B.Counters.DuplicateChunks);
    }

    [Fact]
    public void A_repetition_that_is_lost_too_is_repaired_without_the_timer()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        int data = 0;
        uint victim = 0;
        int lost = 0;
        link.Passes = (toB, packet) =>
        {
            if (!toB || packet.Length < 1000)
                return true;
            uint tsn = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(SctpPacket.HeaderLength + 4));
            if (++data == 5)
                victim = tsn;
            return data < 5 || tsn != victim || ++lost > 2;
        };
        link.ExchangeOneWay(link.A, link.B, Packets.Message(100_000, 1));
        Assert.Equal(3, lost);
        Assert.Equal(2, link.A.Counters.ChunksRetransmitted);
        Assert.Equal(0, link.A.Counters.T3Expirations);
    }

    [Fact]
    public void Losses_on_a_path_that_has_become_slower_are_congestion_and_halve_the_window_once()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        link.ExchangeOneWay(link.A, link.B, Packets.Message(200_000, 1));
        link.Delay *= 2; // a queue
        link.ExchangeOneWay(link.A, link.B, [1]);
        int before = link.A.CongestionWindow;
        HashSet<int> lost = [3, 5, 7];
        int data = 0;
        link.Passes = (toB, packet) => !(toB && Packets.TypesOf(packet).Contains(ChunkType.Data) && lost.Contains(++data));
        link.ExchangeOneWay(link.A, link.B, Packets.Message(40_000, 2));
        Assert.Equal(1, link.A.Counters.FastRetransmits);
        Assert.Equal(3, link.A.Counters.ChunksRetransmitted);
        Assert.InRange(link.A.CongestionWindow, before / 2, before * 3 / 4);
    }

    [Fact]
    public void Losses_by_chance_do_not_halve_the_window_and_hardly_delay_a_long_message()
    {
        TimeSpan undisturbed = TimeOf(loss: 0, seed: 1);
        TimeSpan[] times = [.. Enumerable.Range(1, 20).Select(seed => TimeOf(loss: 0.05, seed)).Order()];
        Assert.True(times[10] < 1.3 * undisturbed, $"{times[10]} instead of {undisturbed}");

        static TimeSpan TimeOf(double loss, int seed)
        {
            SctpLink link = SctpLink.WithPackets(seed, 1163);
            link.Delay = TimeSpan.FromMilliseconds(50);
            link.Connect();
            link.ExchangeOneWay(link.A, link.B, [1]);
            link.Loss = loss;
            Instant start = link.Now;
            link.ExchangeOneWay(link.A, link.B, Packets.Message(256 * 1024, 1));
            return link.Now - start;
        }
    }

    [Fact]
    public void A_line_that_loses_half_is_asked_for_less_though_its_round_trip_stays()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        link.ExchangeOneWay(link.A, link.B, Packets.Message(200_000, 1));
        int before = link.A.CongestionWindow;
        link.Loss = 0.5;
        link.A.Send(0, 53, Packets.Message(100_000, 2), link.Now);
        link.RunFor(TimeSpan.FromSeconds(3));
        Assert.True(link.A.CongestionWindow <= before / 2, $"{link.A.CongestionWindow} of {before}");
    }

    [Fact]
    public void After_two_probes_T3_waits_twice_as_long_each_time_and_the_flight_shrinks_to_one_packet()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        link.ExchangeOneWay(link.A, link.B, Packets.Message(10_000, 1));
        List<Instant> sent = [];
        link.Passes = (toB, packet) =>
        {
            if (toB && Packets.TypesOf(packet).Contains(ChunkType.Data))
                sent.Add(link.Now);
            return !toB;
        };
        link.A.Send(0, 53, Packets.Message(5000, 2), link.Now);
        link.RunFor(TimeSpan.FromSeconds(20));
        List<Instant> moments = sent.Distinct().ToList();
        Assert.Equal(2, link.A.Counters.TailProbes);
        Assert.Equal(moments[1] - moments[0], moments[2] - moments[1]);
        moments = moments[2..];
        Assert.True(moments.Count >= 6);
        for (int i = 2; i < moments.Count; i++)
        {
            TimeSpan expected = 2 * (moments[i - 1] - moments[i - 2]);
            Assert.Equal(expected < TimeSpan.FromSeconds(5) ? expected : TimeSpan.FromSeconds(5), moments[i] - moments[i - 1]);
        }

        Assert.All(moments.Skip(1), moment => Assert.Equal(1, sent.Count(s => s == moment)));
        Assert.Equal(1132, link.A.CongestionWindow);
    }

    [Fact]
    public void The_last_packet_of_a_burst_is_sent_again_after_a_round_trip_and_a_half()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        link.ExchangeOneWay(link.A, link.B, Packets.Message(10_000, 1));
        int data = 0;
        link.Passes = (toB, packet) => !toB || !Packets.TypesOf(packet).Contains(ChunkType.Data) || ++data != 4;
        Instant start = link.Now;
        link.A.Send(0, 53, Packets.Message(4 * 1000, 2), link.Now);
        link.RunUntil(() => link.B.TryPeekMessage(out _));
        Assert.Equal(1, link.A.Counters.TailProbes);
        Assert.Equal(0, link.A.Counters.T3Expirations);
        Assert.True(link.Now - start < 4 * link.Delay + TimeSpan.FromMilliseconds(30), $"{link.Now - start}");
    }

    [Fact]
    public void What_was_overtaken_is_sent_again_when_it_is_older_than_a_round_trip()
    {
        // One message follows another; the first is lost. There are never three reports.
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        link.ExchangeOneWay(link.A, link.B, Packets.Message(10_000, 1));
        int data = 0;
        link.Passes = (toB, packet) => !toB || !Packets.TypesOf(packet).Contains(ChunkType.Data) || ++data != 1;
        link.A.Send(0, 53, [1], link.Now);
        link.RunFor(TimeSpan.FromMilliseconds(20));
        Instant start = link.Now;
        link.A.Send(0, 53, [2], link.Now);
        link.RunUntil(() => link.B.TryPeekMessage(out _));
        Assert.Equal(1, link.A.Counters.ChunksFoundLost);
        Assert.Equal(0, link.A.Counters.TailProbes + link.A.Counters.T3Expirations);
        Assert.Equal(3 * link.Delay, link.Now - start); // the second message, its SACK, the first message again
    }

    [Fact]
    public void Reordering_by_less_than_a_quarter_of_a_round_trip_is_no_loss()
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            SctpLink link = new(seed) { Delay = TimeSpan.FromMilliseconds(50), Jitter = TimeSpan.FromMilliseconds(8) };
            link.Connect();
            for (int i = 0; i < 100; i++)
            {
                link.A.Send(0, 53, Packets.Message(2000, i), link.Now);
                link.RunFor(TimeSpan.FromMilliseconds(5));
            }

            link.RunFor(TimeSpan.FromSeconds(2));
            // The first time is a surprise; from then on only time counts.
            Assert.True(link.A.Counters.ChunksRetransmitted <= 2, $"seed {seed}: {link.A.Counters.ChunksRetransmitted}");
        }
    }

    [Fact]
    public void A_peer_that_holds_its_SACKs_back_is_soon_given_that_time()
    {
        SctpLink link = SctpLink.WithPackets(1, 1163);
        link.Connect();
        // A peer without RFC 7053: its SACK comes 200 ms after a single packet.
        link.Passes = (toB, packet) =>
        {
            if (toB || !Packets.TypesOf(packet).Contains(ChunkType.Sack))
                return true;
            link.Inject(toB: false, packet, link.Delay + TimeSpan.FromMilliseconds(200));
            return false;
        };
        for (int i = 0; i < 10; i++)
        {
            link.A.Send(0, 53, [(byte)i], link.Now);
            link.RunFor(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(link.A.Counters.TailProbes, 3, 6);
        Assert.Equal(0, link.A.Counters.T3Expirations);
    }
}
