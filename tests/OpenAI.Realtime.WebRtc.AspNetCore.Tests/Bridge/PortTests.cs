using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Bridge;

/// <summary>Which ports and addresses pages connect to.</summary>
public sealed class PortTests
{
    [Fact]
    public async Task Two_pages_at_once_talk_to_the_bridge_over_one_udp_port()
    {
        PortRange port = FreePorts.Find(1);
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeBridge("/bridge", o =>
        {
            o.UdpPorts = port;
            o.MediaAddresses = [IPAddress.Loopback];
        }).AllowAnonymous());
        await using Page first = await Page.ConnectAsync(host, "/bridge"), second = await Page.ConnectAsync(host, "/bridge");
        foreach (Page page in (Page[])[first, second])
        {
            await page.WaitForAsync("session.created");
            Assert.Equal($"127.0.0.1:{port}", page.Peer.GetStatistics().RemoteAddress);
            await page.SendAsync("""{"type":"input_audio_buffer.clear"}""");
            await page.WaitForAsync("input_audio_buffer.cleared");
        }

        Assert.Equal(2, host.Bridge.Calls.Count);
        await first.Peer.CloseAsync();
        await second.SendAsync("""{"type":"input_audio_buffer.clear"}""");
        await second.WaitForAsync("input_audio_buffer.cleared");
    }

    [Fact]
    public async Task The_answer_for_a_page_has_the_announced_address_with_a_port_of_the_range()
    {
        PortRange ports = FreePorts.Find(4);
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeBridge("/bridge", o =>
        {
            o.UdpPorts = ports;
            o.MediaAddresses = [IPAddress.Loopback];
            o.AnnouncedAddresses = [IPAddress.Parse("203.0.113.7")];
        }).AllowAnonymous());
        await using var page = new Page();
        using HttpResponseMessage response = await host.PostAsync("/bridge", await page.Peer.CreateOfferAsync());
        string answer = await response.Content.ReadAsStringAsync();
        string[] candidate = Assert.Single(answer.Split("\r\n"), line => line.StartsWith("a=candidate:", StringComparison.Ordinal)).Split(' ');
        Assert.Equal("203.0.113.7", candidate[4]);
        Assert.InRange(int.Parse(candidate[5], System.Globalization.CultureInfo.InvariantCulture), ports.First, ports.Last);
    }

    [Fact]
    public void Ports_and_interfaces_can_be_bound_from_configuration()
    {
        var options = new RealtimeBridgeOptions();
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["UdpPorts"] = "40000-40100",
            ["Interfaces:0"] = "eth0",
            ["AnnounceLocalAddresses"] = "true",
        }).Build().Bind(options);
        Assert.Equal(new PortRange(40000, 40100), options.UdpPorts);
        Assert.Equal(["eth0"], options.Interfaces!);
        Assert.True(options.AnnounceLocalAddresses);

        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() =>
            new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["UdpPorts"] = "many" }).Build().Bind(options));
        Assert.Contains("\"many\" is no range of ports", e.InnerException?.Message ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Interfaces and MediaAddresses are both set")]
    [InlineData("Interfaces must be null or name at least one interface")]
    [InlineData("UdpPorts must be null or name ports from 1 to 65535")]
    [InlineData("TcpPort must be from 0 to 65535")]
    [InlineData("AnnouncedAddresses must name addresses that lead to one machine")]
    [InlineData("AnnouncedAddresses must be null or name 1 to 16 addresses")]
    public async Task Wrong_ports_and_addresses_are_refused_when_the_route_is_mapped(string message)
    {
        ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(() => TestHost.StartAsync(app => app.MapRealtimeBridge("/bridge", o =>
        {
            switch (message.Split(' ')[..2])
            {
                case ["Interfaces", "and"]:
                    o.Interfaces = ["eth0"];
                    o.MediaAddresses = [IPAddress.Loopback];
                    break;
                case ["Interfaces", _]:
                    o.Interfaces = [];
                    break;
                case ["UdpPorts", _]:
                    o.UdpPorts = default(PortRange);
                    break;
                case ["TcpPort", _]:
                    o.TcpPort = 65_536;
                    break;
                default:
                    o.AnnouncedAddresses = message.Contains("one machine", StringComparison.Ordinal) ? [IPAddress.Parse("224.0.0.1")] : [];
                    break;
            }
        })));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }
}
