using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Core;

public class TransportAddressTests
{
    [Theory]
    [InlineData("192.0.2.1:3478")]
    [InlineData("[2001:db8::1]:443")]
    [InlineData("[::1]:1")]
    public void An_address_survives_the_way_there_and_back(string text)
    {
        IPEndPoint endPoint = IPEndPoint.Parse(text);
        Assert.Equal(endPoint, TransportAddress.From(endPoint).ToIPEndPoint());
        Assert.Equal(text, TransportAddress.From(endPoint).ToString());
    }

    [Fact]
    public void An_ipv4_mapped_address_is_the_ipv4_address() =>
        Assert.Equal(
            TransportAddress.From(IPAddress.Parse("192.0.2.1"), 5),
            TransportAddress.From(IPAddress.Parse("::ffff:192.0.2.1"), 5));

    [Fact]
    public void Loopback_and_link_local_are_told_apart()
    {
        Assert.True(TransportAddress.From(IPAddress.Loopback, 0).IsLoopback);
        Assert.True(TransportAddress.From(IPAddress.IPv6Loopback, 0).IsLoopback);
        Assert.True(TransportAddress.From(IPAddress.Parse("fe80::1"), 0).IsLinkLocal);
        Assert.True(TransportAddress.From(IPAddress.Parse("169.254.3.4"), 0).IsLinkLocal);
        Assert.False(TransportAddress.From(IPAddress.Parse("2001:db8::1"), 0).IsLinkLocal);
    }
}
