using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sctp;

public class Crc32cTests
{
    [Fact]
    public void The_check_value_is_right() => Assert.Equal(0xE3069283u, Crc32c.Compute("123456789"u8));

    // RFC 3720 B.4: 32 bytes of each, where the bytes of the CRC are listed least first.
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 0x8A9136AAu)]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 0x62A8AB43u)]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", 0x46DD794Eu)]
    [InlineData("1F1E1D1C1B1A191817161514131211100F0E0D0C0B0A09080706050403020100", 0x113FDB5Cu)]
    public void The_vectors_of_RFC_3720_come_out(string bytes, uint expected) => Assert.Equal(expected, Crc32c.Compute(Hex.Parse(bytes)));

    [Fact]
    public void It_equals_the_polynomial_computed_bit_by_bit()
    {
        Random random = new(1);
        for (int length = 0; length < 70; length++)
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            uint crc = uint.MaxValue;
            foreach (byte b in bytes)
            {
                crc ^= b;
                for (int bit = 0; bit < 8; bit++)
                    crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }

            Assert.Equal(~crc, Crc32c.Compute(bytes));
        }
    }

    [Fact]
    public void The_checksum_field_counts_as_zero_and_is_written_least_byte_first()
    {
        byte[] packet = Hex.Parse("1388 1388 01020304 DEADBEEF 0B000004");
        SctpPacket.Seal(packet);
        byte[] zeroed = [.. packet];
        zeroed.AsSpan(8, 4).Clear();
        Assert.Equal(Crc32c.Compute(zeroed), BitConverter.ToUInt32(packet.AsSpan(8)));
        Assert.True(SctpPacket.TryParse(packet, out SctpPacket parsed) && parsed.HasValidChecksum);
    }
}
