using OpenAI.Realtime.WebRtc.Engine.Rtp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Rtp;

public class RtpPacketTests
{
    [Fact]
    public void Plain_packet_is_read()
    {
        Assert.True(RtpPacket.TryParse(Hex.Parse("80 EF 1234 DEADBEEF CAFEBABE 010203"), out RtpPacket packet));
        Assert.True(packet.Marker);
        Assert.Equal(111, packet.PayloadType);
        Assert.Equal(0x1234, packet.SequenceNumber.Value);
        Assert.Equal(0xDEADBEEFu, packet.Timestamp);
        Assert.Equal(0xCAFEBABEu, packet.Ssrc);
        Assert.Equal("010203", Convert.ToHexString(packet.Payload));
        Assert.True(packet.Csrcs.IsEmpty);
        Assert.True(packet.Extension.IsEmpty);
    }

    [Fact]
    public void Contributing_sources_extension_and_padding_are_taken_off_the_payload()
    {
        Assert.True(RtpPacket.TryParse(
            Hex.Parse("B2 6F 0001 00000002 00000003  11111111 22222222  BEDE 0001 10AA0000  010203 000003"),
            out RtpPacket packet));
        Assert.Equal("1111111122222222", Convert.ToHexString(packet.Csrcs));
        Assert.Equal(0xBEDE, packet.ExtensionProfile);
        Assert.Equal("10AA0000", Convert.ToHexString(packet.Extension));
        Assert.Equal("010203", Convert.ToHexString(packet.Payload));
    }

    [Theory]
    [InlineData("80 6F 0001 00000002 00000003")]
    [InlineData("A0 6F 0001 00000002 00000003 01")]       // all of it padding
    [InlineData("A0 6F 0001 00000002 00000003 000003")]
    [InlineData("90 6F 0001 00000002 00000003 BEDE 0000")] // an extension of no words
    public void Empty_payload_is_a_packet(string hex)
    {
        Assert.True(RtpPacket.TryParse(Hex.Parse(hex), out RtpPacket packet));
        Assert.True(packet.Payload.IsEmpty);
    }

    [Theory]
    [InlineData("")]
    [InlineData("80 6F 0001 00000002 000000")]                 // header cut off
    [InlineData("40 6F 0001 00000002 00000003 01")]            // version 1
    [InlineData("C0 6F 0001 00000002 00000003 01")]            // version 3
    [InlineData("81 6F 0001 00000002 00000003 000000")]        // CSRC cut off
    [InlineData("90 6F 0001 00000002 00000003 BEDE00")]        // extension's first word cut off
    [InlineData("90 6F 0001 00000002 00000003 BEDE0001 0000")] // extension cut off
    [InlineData("90 6F 0001 00000002 00000003 BEDEFFFF 0000")]
    [InlineData("A0 6F 0001 00000002 00000003")]               // padding without a count
    [InlineData("A0 6F 0001 00000002 00000003 00")]            // padding that counts nothing, not even itself
    [InlineData("A0 6F 0001 00000002 00000003 0102 05")]       // more padding than there is
    public void Malformed_packet_is_refused(string hex) => Assert.False(RtpPacket.TryParse(Hex.Parse(hex), out _));

    [Fact]
    public void Header_is_written_as_it_is_read()
    {
        RtpHeader header = new(PayloadType: 111, Marker: true, new(65535), 0xFFFFFFFF, 0x01020304);
        byte[] bytes = new byte[RtpHeader.Length];
        Assert.True(header.TryWrite(bytes));
        Assert.Equal("80EFFFFFFFFFFFFF01020304", Convert.ToHexString(bytes));
        Assert.False(header.TryWrite(bytes.AsSpan(1)));
    }

    [Fact]
    public void RTCP_is_told_from_RTP_by_its_packet_type()
    {
        for (int second = 0; second < 256; second++)
            Assert.Equal(second is >= 192 and <= 223, RtpPacket.IsRtcp([0x80, (byte)second]));
        Assert.False(RtpPacket.IsRtcp([0x80]));
    }

    [Fact]
    public void Random_bytes_never_make_the_parser_read_out_of_range()
    {
        const int seed = 99;
        Random random = new(seed);
        int parsed = 0;
        for (int i = 0; i < 50_000; i++)
        {
            byte[] input = new byte[random.Next(64)];
            random.NextBytes(input);
            if (input.Length > 0)
                input[0] = (byte)(0x80 | input[0] & 0x3F);
            if (random.Next(2) == 0 && input.Length > 16)
                input[14] = 0; // a short extension
            if (RtpPacket.TryParse(input, out RtpPacket packet))
            {
                parsed++;
                Assert.True(RtpHeader.Length + packet.Csrcs.Length + packet.Extension.Length + packet.Payload.Length <= input.Length, $"seed {seed}, input {i}");
            }
        }

        Assert.InRange(parsed, 1000, 49_000);
    }
}
