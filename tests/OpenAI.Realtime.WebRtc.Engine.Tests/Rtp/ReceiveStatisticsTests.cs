using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Rtp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Rtp;

/// <summary>Sequence, losses and jitter: RFC 3550 §A.1, §A.3, §A.8, with figures worked out by hand.</summary>
public class ReceiveStatisticsTests
{
    private readonly RtpReceiveStatistics _statistics = new();
    private readonly byte[] _packet = new byte[RtpHeader.Length + 10];

    private RtpArrival Receive(int sequence, double atMilliseconds = 0, uint timestamp = 0, uint ssrc = 7)
    {
        new RtpHeader(111, false, new((ushort)sequence), timestamp, ssrc).TryWrite(_packet);
        Assert.True(RtpPacket.TryParse(_packet, out RtpPacket packet));
        return _statistics.HandlePacket(packet, Instant.Zero + TimeSpan.FromMilliseconds(atMilliseconds));
    }

    private RtcpReportBlock TakeBlock(double atMilliseconds = 0)
    {
        Assert.True(_statistics.TryTakeReportBlock(Instant.Zero + TimeSpan.FromMilliseconds(atMilliseconds), out RtcpReportBlock block));
        return block;
    }

    [Fact]
    public void Loss_and_its_fraction_are_counted_from_report_to_report()
    {
        // 10 … 17 without 12 and 15: 8 expected, 6 came.
        foreach (int sequence in new[] { 10, 11, 13, 14, 16, 17 })
            Receive(sequence);
        RtcpReportBlock first = TakeBlock();
        Assert.Equal(64, first.FractionLost); // 2/8 of 256
        Assert.Equal(2, first.CumulativeLost);
        Assert.Equal(17u, first.ExtendedHighestSequence);

        // 18 … 27 without 20: 10 expected, 9 came.
        foreach (int sequence in Enumerable.Range(18, 10).Where(n => n != 20))
            Receive(sequence);
        RtcpReportBlock second = TakeBlock();
        Assert.Equal(25, second.FractionLost); // ⌊256 · 1/10⌋
        Assert.Equal(3, second.CumulativeLost);
        Assert.Equal(27u, second.ExtendedHighestSequence);
    }

    [Fact]
    public void Late_packet_takes_its_loss_back_and_the_fraction_is_never_negative()
    {
        Receive(1);
        Receive(3);
        Assert.Equal(1, TakeBlock().CumulativeLost);
        Assert.Equal(RtpArrival.Late, Receive(2));
        RtcpReportBlock block = TakeBlock();
        Assert.Equal(0, block.CumulativeLost);
        Assert.Equal(0, block.FractionLost);
        Assert.Equal(1, _statistics.Late);
    }

    [Fact]
    public void Duplicates_are_told_and_make_the_loss_negative_as_the_RFC_has_it()
    {
        Receive(1);
        Receive(2);
        Assert.Equal(RtpArrival.Duplicate, Receive(2));
        Assert.Equal(RtpArrival.Duplicate, Receive(1));
        Assert.Equal(2, _statistics.Duplicates);
        Assert.Equal(-2, TakeBlock().CumulativeLost);
    }

    [Fact]
    public void Highest_sequence_number_is_extended_over_the_wrap()
    {
        Receive(65534);
        Receive(65535);
        Receive(1);
        Assert.Equal(RtpArrival.Late, Receive(0));
        RtcpReportBlock block = TakeBlock();
        Assert.Equal(0x0001_0001u, block.ExtendedHighestSequence);
        Assert.Equal(0, block.CumulativeLost);
    }

    [Fact]
    public void Late_packet_from_before_the_wrap_does_not_unwrap()
    {
        Receive(65535);
        Receive(0);
        Receive(65534);
        Assert.Equal(0x0001_0000u, TakeBlock().ExtendedHighestSequence);
    }

    [Fact]
    public void Jitter_follows_the_filter_of_the_RFC()
    {
        // 20 ms of audio are 960 units. Arrivals at 0, 20, 50, 60, 90, 110.25 ms: D is 0, +480, −480, +480, +12 units.
        // In sixteenths, J + |D| − (J + 8 >> 4): 0 → 480 → 480 + 480 − 30 = 930 → 930 + 480 − 58 = 1352 → 1352 + 12 − 85 = 1279.
        // Without the rounding the last step would give 1280, and so 80.
        Receive(1, 0, 0);
        Receive(2, 20, 960);
        Assert.Equal(0u, _statistics.Jitter);
        Receive(3, 50, 1920);
        Assert.Equal(30u, _statistics.Jitter);
        Receive(4, 60, 2880);
        Assert.Equal(58u, _statistics.Jitter);
        Receive(5, 90, 3840);
        Assert.Equal(84u, _statistics.Jitter);
        Receive(6, 110.25, 4800);
        Assert.Equal(79u, _statistics.Jitter);
    }

    [Fact]
    public void Steady_arrival_has_no_jitter_whatever_the_timestamps_offset_and_wrap()
    {
        uint timestamp = uint.MaxValue - 5000;
        for (int n = 0; n < 1000; n++)
            Receive(n, 20 * n, unchecked(timestamp + (uint)n * 960));
        Assert.Equal(0u, _statistics.Jitter);
    }

    [Fact]
    public void Jitter_of_a_constantly_varying_delay_settles_at_its_mean()
    {
        for (int n = 0; n < 1000; n++)
            Receive(n, 20 * n + (n % 2 == 0 ? 0 : 10), (uint)n * 960);
        Assert.InRange(_statistics.Jitter, 470u, 481u); // |D| is 480 each time
    }

    [Fact]
    public void Large_jump_counts_only_when_the_next_packet_follows_it()
    {
        Receive(100);
        Assert.Equal(RtpArrival.OutOfRange, Receive(30_000));
        Assert.Equal(RtpArrival.InOrder, Receive(101));
        Assert.Equal(RtpArrival.OutOfRange, Receive(30_001));
        Assert.Equal(RtpArrival.OutOfRange, Receive(40_000));
        Assert.Equal(RtpArrival.InOrder, Receive(40_001));
        RtcpReportBlock block = TakeBlock();
        Assert.Equal(40_001u, block.ExtendedHighestSequence);
        Assert.Equal(0, block.CumulativeLost);
        Assert.Equal(1, _statistics.Restarts);
        Assert.Equal(6, _statistics.TotalPackets);
    }

    [Fact]
    public void Another_source_begins_its_counts_anew_and_the_totals_go_on()
    {
        Receive(10);
        Receive(20);
        Assert.Equal(9, _statistics.TotalLost);
        Receive(5, ssrc: 8);
        Receive(6, ssrc: 8);
        Assert.Equal(9, _statistics.TotalLost);
        RtcpReportBlock block = TakeBlock();
        Assert.Equal(8u, block.Ssrc);
        Assert.Equal(0, block.CumulativeLost);
        Assert.Equal(6u, block.ExtendedHighestSequence);
        Assert.Equal(4, _statistics.TotalPackets);
        Assert.Equal(40, _statistics.TotalOctets);
    }

    [Fact]
    public void No_block_is_written_about_a_source_that_has_been_silent()
    {
        Assert.False(_statistics.TryTakeReportBlock(Instant.Zero, out _));
        Receive(1);
        TakeBlock();
        Assert.False(_statistics.TryTakeReportBlock(Instant.Zero, out _));
    }

    [Fact]
    public void Last_sender_report_and_the_delay_since_it_are_in_the_block()
    {
        _statistics.HandleSenderReport(7, new(0x11223344_55667788), Instant.Zero + TimeSpan.FromMilliseconds(100));
        Receive(1);
        RtcpReportBlock block = TakeBlock(600);
        Assert.Equal(0x33445566u, block.LastSenderReport);
        Assert.Equal(32768u, block.DelaySinceLastSenderReport); // 0.5 s in 1/65536 s

        Receive(1, ssrc: 8); // the report was another source's
        Assert.Equal(0u, TakeBlock(700).LastSenderReport);
    }

    [Fact]
    public void Any_sequence_of_packets_leaves_the_figures_in_range()
    {
        const int seed = 71;
        Random random = new(seed);
        for (int i = 0; i < 100_000; i++)
        {
            Receive(random.Next(4) == 0 ? random.Next(65536) : i % 65536, random.Next(1_000_000), (uint)random.Next(), (uint)random.Next(200) / 199);
            if (random.Next(50) == 0 && _statistics.TryTakeReportBlock(Instant.Zero, out RtcpReportBlock block))
                Assert.True(block.CumulativeLost is >= -0x80_0000 and <= 0x7F_FFFF, $"seed {seed}, packet {i}");
        }

        Assert.Equal(100_000, _statistics.TotalPackets);
    }

    [Fact]
    public void Nothing_is_allocated_for_a_packet_written_or_read()
    {
        RtpSender sender = new(new SeededRandomSource(1), 7, 111);
        byte[] payload = new byte[100];
        byte[] buffer = new byte[200];
        int n = 0;
        int failures = 0;
        long bytes = Allocations.Measure(() =>
        {
            Instant now = Instant.Zero + TimeSpan.FromMilliseconds(20 * n++);
            if (!sender.TryWritePacket(payload, (ushort)n, (uint)n * 960, false, now, buffer, out int length)
                || !RtpPacket.TryParse(buffer.AsSpan(0, length), out RtpPacket packet)
                || _statistics.HandlePacket(packet, now) != RtpArrival.InOrder)
            {
                failures++;
            }
        });
        Assert.Equal(0, failures);
        Assert.Equal(0, bytes);
        Assert.Equal(0, _statistics.CumulativeLost);
    }

    [Fact]
    public void Sender_numbers_its_packets_and_offsets_their_timestamps()
    {
        RtpSender sender = new(new SeededRandomSource(5), ssrc: 0xCAFEBABE, payloadType: 111);
        byte[] buffer = new byte[100];
        Assert.False(sender.TryWritePacket(new byte[89], 7, 0, false, Instant.Zero, buffer, out _));
        Assert.Equal(0, sender.PacketCount);

        Assert.True(sender.TryWritePacket([1, 2, 3], 7, 0, true, Instant.Zero, buffer, out int length));
        Assert.Equal(15, length);
        ushort first = BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(2));
        Assert.InRange(first, 0, 0x7FFF);
        uint offset = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4));
        Assert.True(sender.TryWritePacket([4], 8, 960, false, Instant.Zero + TimeSpan.FromMilliseconds(20), buffer, out length));
        Assert.True(RtpPacket.TryParse(buffer.AsSpan(0, length), out RtpPacket packet));
        Assert.Equal(first + 1, packet.SequenceNumber.Value);
        Assert.Equal(unchecked(offset + 960), packet.Timestamp);
        Assert.Equal(0xCAFEBABEu, packet.Ssrc);
        Assert.Equal(111, packet.PayloadType);
        Assert.Equal(2, sender.PacketCount);
        Assert.Equal(4, sender.OctetCount);

        // Half a second later the media clock is 24,000 units on.
        RtcpSenderInfo info = sender.GetSenderInfo(DateTimeOffset.UnixEpoch, Instant.Zero + TimeSpan.FromMilliseconds(520));
        Assert.Equal(unchecked(offset + 960 + 24_000), info.RtpTimestamp);
        Assert.Equal(new RtcpSenderInfo(NtpTimestamp.At(DateTimeOffset.UnixEpoch, Instant.Zero + TimeSpan.FromMilliseconds(520)), info.RtpTimestamp, 2, 4), info);
    }

    [Fact]
    public void A_number_left_out_stays_out_and_a_late_one_comes_late_without_turning_back_the_clock_of_reports()
    {
        RtpSender sender = new(new SeededRandomSource(6), ssrc: 1, payloadType: 111);
        byte[] buffer = new byte[100];
        List<int> wire = [];
        foreach (ushort n in new ushort[] { 65534, 1, 65535, 2 })
        {
            uint timestamp = unchecked((uint)(short)n * 960);
            Assert.True(sender.TryWritePacket([1], n, timestamp, false, Instant.Zero, buffer, out int length));
            Assert.True(RtpPacket.TryParse(buffer.AsSpan(0, length), out RtpPacket packet));
            wire.Add(packet.SequenceNumber.Value);
        }

        Assert.Equal([0, 3, 1, 4], wire.Select(w => w - wire[0]));
        uint first = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4));    // the last packet is the newest, too
        Assert.Equal(first, sender.GetSenderInfo(DateTimeOffset.UnixEpoch, Instant.Zero).RtpTimestamp);
        Assert.True(sender.TryWritePacket([1], 0, 0, false, Instant.Zero, buffer, out _));
        Assert.Equal(first, sender.GetSenderInfo(DateTimeOffset.UnixEpoch, Instant.Zero).RtpTimestamp);
    }

    [Fact]
    public void Payload_that_already_stands_behind_the_header_may_be_sent_in_place()
    {
        RtpSender sender = new(new SeededRandomSource(5), 1, 111);
        byte[] buffer = new byte[15];
        "abc"u8.CopyTo(buffer.AsSpan(12));
        Assert.True(sender.TryWritePacket(buffer.AsSpan(12), 0, 0, false, Instant.Zero, buffer, out int length));
        Assert.True(RtpPacket.TryParse(buffer.AsSpan(0, length), out RtpPacket packet));
        Assert.True(packet.Payload.SequenceEqual("abc"u8));
    }
}
