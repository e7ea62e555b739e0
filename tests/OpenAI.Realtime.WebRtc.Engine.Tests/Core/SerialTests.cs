using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Core;

public class SerialTests
{
    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(0, 65535, true)]
    [InlineData(32767, 0, true)]
    [InlineData(32768, 0, false)]
    [InlineData(5, 5, false)]
    public void A_16_bit_serial_is_newer_when_it_is_less_than_half_the_range_ahead(int a, int b, bool newer) =>
        Assert.Equal(newer, new Serial16((ushort)a) > new Serial16((ushort)b));

    [Fact]
    public void Serials_wrap_around()
    {
        Assert.Equal(new Serial16(2), new Serial16(65534) + 4);
        Assert.Equal(new Serial32(2), new Serial32(uint.MaxValue - 1) + 4);
        Assert.Equal(4, new Serial32(2) - new Serial32(uint.MaxValue - 1));
        Assert.Equal(-4, new Serial16(65534) - new Serial16(2));
    }
}
