using System.Net;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Http;

/// <summary>Which ports and addresses the endpoint's calls have.</summary>
public sealed class MediaAddressTests
{
    [Fact]
    public async Task All_calls_of_an_endpoint_are_at_one_port_and_at_the_announced_address()
    {
        PortRange port = FreePorts.Find(1);
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(
            new() { UdpPorts = port, AnnouncedAddresses = [IPAddress.Parse("203.0.113.7")], AnnounceLocalAddresses = true });
        using Api api = Api.For(endpoint);
        for (int i = 0; i < 3; i++)
        {
            Reply reply = await api.PostSdpAsync("/realtime/calls", await Api.OfferAsync());
            string[] told = [.. reply.Body.Split("\r\n").Where(line => line.StartsWith("a=candidate:", StringComparison.Ordinal)).Select(line => string.Join(':', line.Split(' ')[4..6]))];
            Assert.Equal([$"127.0.0.1:{port}", $"203.0.113.7:{port}"], told);
        }
    }

    [Fact]
    public async Task Options_that_contradict_each_other_are_refused()
    {
        foreach ((RealtimeTestEndpointOptions options, string message) in ((RealtimeTestEndpointOptions, string)[])
        [
            (new() { Interfaces = ["lo"], MediaAddresses = [IPAddress.Loopback] }, "Interfaces and MediaAddresses are both set"),
            (new() { UdpPorts = default(PortRange) }, "UdpPorts must be null or name ports"),
            (new() { AnnouncedAddresses = [IPAddress.Parse("224.0.0.1")] }, "AnnouncedAddresses must name addresses that lead to one machine"),
            (new() { TcpPort = 65_536 }, "TcpPort must be from 0 to 65535"),
            (new() { TcpPort = 0, EmulateNetwork = true }, "TcpPort and EmulateNetwork are both set"),
            (new() { AnnouncedAddresses = [IPAddress.Loopback], EmulateNetwork = true }, "AnnouncedAddresses and EmulateNetwork are both set"),
        ])
        {
            ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(() => RealtimeTestEndpoint.StartAsync(options));
            Assert.Contains(message, e.Message, StringComparison.Ordinal);
        }
    }
}
