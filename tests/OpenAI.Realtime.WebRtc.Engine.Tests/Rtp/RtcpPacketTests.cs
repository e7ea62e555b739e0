using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Rtp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Rtp;

public class RtcpPacketTests
{
    private static readonly RtcpReportBlock _block = new(0x0A0B0C0D, 0x40, -2, 0x0001_FFFF, 480, 0x11223344, 0x00018000);
    private static readonly RtcpSenderInfo _sender = new(new(0x83AA7E80_80000000), 48000, 50, 4000);

    /// <summary>Written by hand from RFC 3550 §6.4.1, §6.5 and §6.6.</summary>
    private static readonly byte[] _compound = Hex.Parse("""
        81 C8 000C  CAFEBABE  83AA7E80 80000000  0000BB80  00000032  00000FA0
                    0A0B0C0D  40 FFFFFE  0001FFFF  000001E0  11223344  00018000
        81 CA 0003  CAFEBABE  01 03 616263 000000
        81 CB 0001  CAFEBABE
        """);

    [Fact]
    public void Compound_is_written_as_the_RFC_draws_it()
    {
        byte[] buffer = new byte[RtcpWriter.MaxLength];
        RtcpWriter writer = new(buffer);
        writer.WriteReport(0xCAFEBABE, _sender, _block);
        writer.WriteCname(0xCAFEBABE, "abc"u8);
        writer.WriteBye(0xCAFEBABE);
        Assert.True(writer.TryFinish(out int length));
        Assert.Equal(Convert.ToHexString(_compound), Convert.ToHexString(buffer.AsSpan(0, length)));
    }

    [Fact]
    public void Compound_is_read_as_the_RFC_draws_it()
    {
        RtcpReader reader = new(_compound);

        Assert.True(reader.TryReadNext(out RtcpPacket packet));
        Assert.True(RtcpReport.TryParse(packet, out RtcpReport report));
        Assert.Equal(0xCAFEBABEu, report.Ssrc);
        Assert.Equal(_sender, report.SenderInfo);
        Assert.True(report.TryReadNext(out RtcpReportBlock block));
        Assert.Equal(_block, block);
        Assert.False(report.TryReadNext(out _));

        Assert.True(reader.TryReadNext(out packet));
        Assert.True(RtcpSourceDescription.TryFindCname(packet, 0xCAFEBABE, out ReadOnlySpan<byte> cname));
        Assert.Equal("abc", Encoding.UTF8.GetString(cname));
        Assert.False(RtcpSourceDescription.TryFindCname(packet, 1, out _));

        Assert.True(reader.TryReadNext(out packet));
        Assert.True(RtcpBye.IsFrom(packet, 0xCAFEBABE));
        Assert.False(RtcpBye.IsFrom(packet, 1));

        Assert.False(reader.TryReadNext(out _));
        Assert.False(reader.IsMalformed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(255)]
    public void CNAME_of_any_length_ends_on_a_word_boundary(int length)
    {
        byte[] cname = [.. Enumerable.Repeat((byte)'x', length)];
        byte[] buffer = new byte[RtcpWriter.MaxLength];
        RtcpWriter writer = new(buffer);
        writer.WriteReport(1, null, null);
        writer.WriteCname(1, cname);
        writer.WriteBye(1);
        Assert.True(writer.TryFinish(out int written));

        RtcpReader reader = new(buffer.AsSpan(0, written));
        Assert.True(reader.TryReadNext(out RtcpPacket packet) && packet.Type == RtcpPacketType.ReceiverReport);
        Assert.True(reader.TryReadNext(out packet));
        Assert.True(RtcpSourceDescription.TryFindCname(packet, 1, out ReadOnlySpan<byte> read));
        Assert.Equal(length, read.Length);
        Assert.Equal(0, packet.Body[^1]); // §6.5: a zero ends the chunk
        Assert.True(reader.TryReadNext(out packet) && packet.Type == RtcpPacketType.Bye);
        Assert.False(reader.TryReadNext(out _));
        Assert.False(reader.IsMalformed);
    }

    [Fact]
    public void Largest_compound_fits_the_named_length_and_a_smaller_buffer_is_refused()
    {
        byte[] cname = [.. Enumerable.Repeat((byte)'x', RtcpWriter.MaxCnameLength)];
        foreach (int size in new[] { RtcpWriter.MaxLength, 300, 100, 20, 3, 0 })
        {
            RtcpWriter writer = new(new byte[size]);
            writer.WriteReport(1, _sender, _block);
            writer.WriteCname(1, cname);
            writer.WriteBye(1);
            Assert.Equal(size == RtcpWriter.MaxLength, writer.TryFinish(out _));
        }
    }

    [Fact]
    public void Packets_of_other_types_are_passed_over()
    {
        RtcpReader reader = new(Hex.Parse("81 CD 0003 00000001 00000002 12340000   81 C9 0007 00000009 0A0B0C0D 40FFFFFE 0001FFFF 000001E0 11223344 00018000"));
        Assert.True(reader.TryReadNext(out RtcpPacket packet));
        Assert.Equal(205, (int)packet.Type);
        Assert.False(RtcpReport.TryParse(packet, out _));
        Assert.True(reader.TryReadNext(out packet));
        Assert.True(RtcpReport.TryParse(packet, out RtcpReport report));
        Assert.Null(report.SenderInfo);
        Assert.True(report.TryReadNext(out RtcpReportBlock block));
        Assert.Equal(_block, block);
    }

    [Fact]
    public void Second_chunk_of_a_source_description_is_found()
    {
        RtcpReader reader = new(Hex.Parse("82 CA 0006  00000001 01 02 6161 02 01 62 00  00000002 02 01 7A 01 01 63 0000"));
        Assert.True(reader.TryReadNext(out RtcpPacket packet));
        Assert.True(RtcpSourceDescription.TryFindCname(packet, 2, out ReadOnlySpan<byte> cname));
        Assert.Equal("c", Encoding.UTF8.GetString(cname));
    }

    [Theory]
    [InlineData("80")]
    [InlineData("80 C9 0001")]                            // length beyond the datagram
    [InlineData("80 C9 FFFF 00000001")]
    [InlineData("40 C9 0001 00000001")]                   // version 1
    [InlineData("A0 C9 0001 00000001 80 C9 0001 00000001")] // padding before the last packet
    [InlineData("A0 C9 0001 00000008")]                   // more padding than there is
    [InlineData("A0 C9 0001 00000000")]
    [InlineData("A0 C9 0001 00000003")]                   // not whole words
    public void Malformed_compound_ends_the_walk(string hex)
    {
        RtcpReader reader = new(Hex.Parse(hex));
        while (reader.TryReadNext(out _))
        {
        }

        Assert.True(reader.IsMalformed);
    }

    [Fact]
    public void Report_that_is_shorter_than_its_count_is_refused()
    {
        RtcpReader reader = new(Hex.Parse("82 C9 0007 00000009 0A0B0C0D 40FFFFFE 0001FFFF 000001E0 11223344 00018000"));
        Assert.True(reader.TryReadNext(out RtcpPacket packet));
        Assert.False(RtcpReport.TryParse(packet, out _));
    }

    [Fact]
    public void Mutated_compounds_never_make_the_readers_read_out_of_range()
    {
        const int seed = 3550;
        Random random = new(seed);
        int packets = 0;
        for (int i = 0; i < 50_000; i++)
        {
            byte[] input = _compound[..random.Next(_compound.Length + 1)];
            for (int n = random.Next(6); n > 0 && input.Length > 0; n--)
                input[random.Next(input.Length)] = (byte)random.Next(256);

            RtcpReader reader = new(input);
            int inThisInput = 0;
            while (reader.TryReadNext(out RtcpPacket packet))
            {
                inThisInput++;
                if (RtcpReport.TryParse(packet, out RtcpReport report))
                {
                    int blocks = 0;
                    while (report.TryReadNext(out _))
                        blocks++;
                    Assert.Equal(packet.Count, blocks);
                }

                _ = RtcpSourceDescription.TryFindCname(packet, 0xCAFEBABE, out _);
                _ = RtcpBye.IsFrom(packet, 0xCAFEBABE);
            }

            Assert.True(inThisInput <= input.Length / RtcpPacket.HeaderLength, $"seed {seed}, input {i}");
            packets += inThisInput;
        }

        Assert.True(packets > 10_000);
    }

    [Fact]
    public void Wall_clock_is_written_in_seconds_since_1900_and_fractions()
    {
        DateTimeOffset anchor = new(1970, 1, 1, 2, 0, 0, TimeSpan.FromHours(2));
        Assert.Equal(new NtpTimestamp(0x83AA7E80_00000000), NtpTimestamp.At(anchor, Instant.Zero)); // 2,208,988,800 s
        Assert.Equal(new NtpTimestamp(0x83AA7E81_80000000), NtpTimestamp.At(anchor, Instant.Zero + TimeSpan.FromSeconds(1.5)));
        Assert.Equal(0x7E818000u, NtpTimestamp.At(anchor, Instant.Zero + TimeSpan.FromSeconds(1.5)).Middle);
        Assert.Equal(98304u, NtpTimestamp.ToMiddleUnits(TimeSpan.FromSeconds(1.5)));
        Assert.Equal(uint.MaxValue, NtpTimestamp.ToMiddleUnits(TimeSpan.MaxValue));
        Assert.Equal(0u, NtpTimestamp.ToMiddleUnits(TimeSpan.FromSeconds(-1)));
        Assert.Equal(TimeSpan.FromSeconds(1.5), NtpTimestamp.FromMiddleUnits(98304));
    }
}
