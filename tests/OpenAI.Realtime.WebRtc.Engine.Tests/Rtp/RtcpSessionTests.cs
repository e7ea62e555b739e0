using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Rtp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Rtp;

public class RtcpSessionTests
{
    private static readonly DateTimeOffset _anchor = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private sealed class Side
    {
        public Side(int seed, uint ssrc, DateTimeOffset anchor)
        {
            SeededRandomSource random = new(seed);
            Sender = new(random, ssrc, 111);
            Rtcp = new(random, anchor, "test", Sender, Receiver);
        }

        public RtpSender Sender { get; }

        public RtpReceiveStatistics Receiver { get; } = new();

        public RtcpSession Rtcp { get; }

        public byte[] Buffer { get; } = new byte[RtcpWriter.MaxLength];

        public ushort Next { get; set; }
    }

    private readonly Side _us = new(1, 100, _anchor);
    private readonly Side _peer = new(2, 200, _anchor.AddDays(3)); // clocks need not agree

    private static Instant At(double milliseconds) => Instant.Zero + TimeSpan.FromMilliseconds(milliseconds);

    private static void SendAudio(Side from, Side to, Instant now, TimeSpan delay)
    {
        byte[] buffer = new byte[100];
        Assert.True(from.Sender.TryWritePacket(new byte[40], from.Next++, OpusClock.UnitsAt(now), false, now, buffer, out int length));
        Assert.True(RtpPacket.TryParse(buffer.AsSpan(0, length), out RtpPacket packet));
        to.Receiver.HandlePacket(packet, now + delay);
    }

    private static bool TryReport(Side side, out RtcpPacketType type, out int blocks, out bool hasBye)
    {
        type = default;
        blocks = 0;
        hasBye = false;
        if (!side.Rtcp.TryTakePacket(side.Buffer, out int length))
            return false;
        RtcpReader reader = new(side.Buffer.AsSpan(0, length));
        Assert.True(reader.TryReadNext(out RtcpPacket packet));
        type = packet.Type;
        blocks = packet.Count;
        Assert.True(reader.TryReadNext(out packet));
        Assert.True(RtcpSourceDescription.TryFindCname(packet, side.Sender.Ssrc, out ReadOnlySpan<byte> cname));
        Assert.True(cname.SequenceEqual("test"u8));
        hasBye = reader.TryReadNext(out packet) && RtcpBye.IsFrom(packet, side.Sender.Ssrc);
        return true;
    }

    [Fact]
    public void First_report_comes_after_half_an_interval_and_the_others_after_whole_ones()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Side side = new(seed, 1, _anchor);
            Assert.Equal(Wake.Never, side.Rtcp.NextTimeout);
            side.Rtcp.Start(At(1000));
            Instant first = side.Rtcp.NextTimeout.At;
            Assert.InRange((first - At(1000)).TotalSeconds, 1.25, 3.75);
            Assert.Equal(WakeReason.RtcpReport, side.Rtcp.NextTimeout.Reason);
            side.Rtcp.HandleTimeout(first);
            Assert.InRange((side.Rtcp.NextTimeout.At - first).TotalSeconds, 2.5, 7.5);
        }
    }

    [Fact]
    public void Early_and_repeated_timeouts_do_nothing_and_a_late_one_makes_one_report()
    {
        _us.Rtcp.Start(At(0));
        _us.Rtcp.HandleTimeout(At(1000));
        Assert.False(_us.Rtcp.TryTakePacket(_us.Buffer, out _));
        _us.Rtcp.HandleTimeout(At(60_000));
        _us.Rtcp.HandleTimeout(At(60_000));
        Assert.False(_us.Rtcp.TryTakePacket(new byte[20], out _)); // too small: the report waits
        Assert.True(_us.Rtcp.TryTakePacket(_us.Buffer, out _));
        Assert.False(_us.Rtcp.TryTakePacket(_us.Buffer, out _));
        Assert.True(_us.Rtcp.NextTimeout.At > At(60_000));
    }

    [Fact]
    public void Who_sends_writes_sender_reports_until_two_intervals_have_passed_without_audio()
    {
        _us.Rtcp.Start(At(0));
        List<RtcpPacketType> types = [];
        for (int n = 0; n < 6; n++)
        {
            Instant due = _us.Rtcp.NextTimeout.At;
            if (n is 1 or 2)
                SendAudio(_us, _peer, due, TimeSpan.Zero);
            _us.Rtcp.HandleTimeout(due);
            Assert.True(TryReport(_us, out RtcpPacketType type, out _, out _));
            types.Add(type);
        }

        RtcpPacketType sr = RtcpPacketType.SenderReport, rr = RtcpPacketType.ReceiverReport;
        Assert.Equal([rr, sr, sr, sr, rr, rr], types);
    }

    [Fact]
    public void Round_trip_time_is_what_the_reports_of_both_sides_say()
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(40);
        SendAudio(_us, _peer, At(0), delay);
        _us.Rtcp.Start(At(0));
        _peer.Rtcp.Start(At(0));

        Instant sent = At(5000);
        _us.Rtcp.HandleTimeout(sent);
        Assert.True(_us.Rtcp.TryTakePacket(_us.Buffer, out int length));
        _peer.Rtcp.HandleRtcp(_us.Buffer.AsSpan(0, length), sent + delay);

        Instant answered = At(8000);
        _peer.Rtcp.HandleTimeout(answered);
        Assert.True(_peer.Rtcp.TryTakePacket(_peer.Buffer, out length));
        Assert.Null(_us.Rtcp.RoundTripTime);
        _us.Rtcp.HandleRtcp(_peer.Buffer.AsSpan(0, length), answered + delay);

        Assert.InRange(_us.Rtcp.RoundTripTime!.Value.TotalMilliseconds, 79.9, 80.1);
        Assert.Equal(100u, _us.Rtcp.RemoteReport!.Value.Ssrc);
        Assert.Equal(0, _us.Rtcp.RemoteReport!.Value.CumulativeLost);
    }

    [Theory]
    [InlineData(0x00000001u, 0u)]          // a report that we never sent
    [InlineData(0u, 0u)]                   // the peer has had none
    [InlineData(0x7FFFFFFFu, 0xFFFFFFFFu)]
    public void Nonsense_in_a_report_block_gives_no_round_trip_time(uint lastSenderReport, uint delay)
    {
        RtcpWriter writer = new(_peer.Buffer);
        writer.WriteReport(200, null, new RtcpReportBlock(100, 0, 0, 0, 0, lastSenderReport, delay));
        Assert.True(writer.TryFinish(out int length));
        _us.Rtcp.HandleRtcp(_peer.Buffer.AsSpan(0, length), At(5000));
        Assert.Null(_us.Rtcp.RoundTripTime);
        Assert.NotNull(_us.Rtcp.RemoteReport);
    }

    [Fact]
    public void Blocks_about_other_sources_are_passed_over()
    {
        RtcpWriter writer = new(_peer.Buffer);
        writer.WriteReport(200, null, new RtcpReportBlock(999, 255, 5, 0, 0, 0, 0));
        Assert.True(writer.TryFinish(out int length));
        _us.Rtcp.HandleRtcp(_peer.Buffer.AsSpan(0, length), At(0));
        Assert.Null(_us.Rtcp.RemoteReport);
    }

    [Fact]
    public void Goodbye_is_said_once_and_nothing_comes_after_it()
    {
        SendAudio(_us, _peer, At(0), TimeSpan.Zero);
        _us.Rtcp.Start(At(0));
        _us.Rtcp.Stop(At(100));
        Assert.Equal(Wake.Never, _us.Rtcp.NextTimeout);
        Assert.True(_us.Rtcp.TryTakePacket(_us.Buffer, out int length));
        _peer.Rtcp.HandleRtcp(_us.Buffer.AsSpan(0, length), At(100));
        Assert.True(_peer.Rtcp.HasRemoteLeft);

        SendAudio(new(3, 101, _anchor), _peer, At(150), TimeSpan.Zero);
        Assert.False(_peer.Rtcp.HasRemoteLeft); // another source has begun

        _us.Rtcp.Stop(At(200));
        _us.Rtcp.HandleTimeout(At(100_000));
        Assert.False(_us.Rtcp.TryTakePacket(_us.Buffer, out _));
    }

    [Fact]
    public void Who_never_sent_anything_says_no_goodbye()
    {
        _us.Rtcp.Start(At(0));
        _us.Rtcp.Stop(At(100));
        Assert.False(_us.Rtcp.TryTakePacket(_us.Buffer, out _));
    }

    [Fact]
    public void Who_has_only_reported_says_goodbye()
    {
        _us.Rtcp.Start(At(0));
        _us.Rtcp.HandleTimeout(At(5000));
        Assert.True(TryReport(_us, out _, out _, out bool hasBye));
        Assert.False(hasBye);
        _us.Rtcp.Stop(At(6000));
        Assert.True(TryReport(_us, out _, out _, out hasBye));
        Assert.True(hasBye);
    }

    [Fact]
    public void Goodbye_of_a_source_that_we_do_not_receive_changes_nothing()
    {
        SendAudio(_us, _peer, At(0), TimeSpan.Zero);
        RtcpWriter writer = new(_us.Buffer);
        writer.WriteBye(101);
        Assert.True(writer.TryFinish(out int length));
        _peer.Rtcp.HandleRtcp(_us.Buffer.AsSpan(0, length), At(0));
        Assert.False(_peer.Rtcp.HasRemoteLeft);
    }

    [Fact]
    public void Malformed_compounds_are_counted()
    {
        _us.Rtcp.HandleRtcp(Hex.Parse("80 C9 0009 00000001"), At(0)); // length beyond the datagram
        _us.Rtcp.HandleRtcp(Hex.Parse("82 C9 0001 00000001"), At(0)); // two blocks promised, none there
        Assert.Equal(2, _us.Rtcp.MalformedCompounds);
        Assert.Equal(2, _us.Rtcp.CompoundsReceived);
    }

    [Fact]
    public void Nothing_is_allocated_for_a_report()
    {
        _us.Rtcp.Start(At(0));
        double now = 0;
        byte[] audio = new byte[60];
        int failures = 0;
        long bytes = Allocations.Measure(() =>
        {
            now += 10_000;
            _us.Sender.TryWritePacket(audio.AsSpan(0, 20), _us.Next++, 0, false, At(now), audio, out int length);
            if (RtpPacket.TryParse(audio.AsSpan(0, length), out RtpPacket packet))
                _peer.Receiver.HandlePacket(packet, At(now));
            _us.Rtcp.HandleTimeout(At(now));
            if (!_us.Rtcp.TryTakePacket(_us.Buffer, out length))
                failures++;
            _peer.Rtcp.HandleRtcp(_us.Buffer.AsSpan(0, length), At(now));
        });
        Assert.Equal(0, failures);
        Assert.Equal(0, bytes);
    }
}
