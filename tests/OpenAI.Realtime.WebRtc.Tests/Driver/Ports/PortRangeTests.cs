using System.ComponentModel;
using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

public sealed class PortRangeTests
{
    [Theory]
    [InlineData("40000-40100", 40000, 40100)]
    [InlineData("3478", 3478, 3478)]
    [InlineData(" 1 - 65535 ", 1, 65535)]
    [InlineData("7-7", 7, 7)]
    public void It_is_read_and_written_as_configuration_has_it(string text, int first, int last)
    {
        var range = PortRange.Parse(text);
        Assert.Equal(new PortRange(first, last), range);
        Assert.Equal(last - first + 1, range.Count);
        Assert.Equal(range, PortRange.Parse(range.ToString()));
        Assert.Equal(range, TypeDescriptor.GetConverter(typeof(PortRange)).ConvertFromInvariantString(text));
        Assert.Equal(range.ToString(), TypeDescriptor.GetConverter(typeof(PortRange)).ConvertToInvariantString(range));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("40100-40000")]
    [InlineData("1-2-3")]
    [InlineData("+5")]
    [InlineData("http")]
    public void What_is_no_range_is_named_and_the_right_form_with_it(string text)
    {
        Assert.False(PortRange.TryParse(text, out _));
        FormatException error = Assert.Throws<FormatException>(() => PortRange.Parse(text));
        Assert.Contains($"\"{text}\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("40000-40100", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_out_of_range_or_a_range_backwards_cannot_be_made()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PortRange(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PortRange(1, 65536));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PortRange(5, 4));
    }

    [Fact]
    public void Options_that_contradict_each_other_or_name_nothing_are_refused_by_name()
    {
        Assert.Contains("UdpPorts must be null or name ports", Refused(new() { UdpPorts = default(PortRange) }), StringComparison.Ordinal);
        Assert.Contains("Interfaces and LocalAddresses are both set", Refused(new() { Interfaces = ["lo"], LocalAddresses = [IPAddress.Loopback] }), StringComparison.Ordinal);
        Assert.Contains("Interfaces must be null or name", Refused(new() { Interfaces = [""] }), StringComparison.Ordinal);
        Assert.Contains("AnnouncedAddresses must be null or name 1 to 16", Refused(new() { AnnouncedAddresses = [] }), StringComparison.Ordinal);
        foreach (string noHost in (string[])["0.0.0.0", "::", "255.255.255.255", "224.0.0.1", "ff02::1"])
            Assert.Contains("must name addresses that lead to one machine", Refused(new() { AnnouncedAddresses = [IPAddress.Parse(noHost)] }), StringComparison.Ordinal);
    }

    private static string Refused(PeerConnectionOptions options) => Assert.Throws<ArgumentException>(() => new PeerConnectionFactory().Create(options)).Message;
}

public sealed class PortRangeUseTests
{
    [Theory]
    [InlineData("default")]
    [InlineData("select")]
    public async Task Both_sides_of_a_call_take_ports_of_their_ranges(string poller)
    {
        PeerConnectionOptions options = new() { LocalAddresses = [IPAddress.Loopback], UdpPorts = FreePorts.Find(8) };
        await using DriverPair pair = await DriverPair.ConnectAsync(poller, offerer: options, answerer: options);
        int[] ports = [PortOf(pair.Offerer), PortOf(pair.Answerer)];
        Assert.All(ports, port => Assert.InRange(port, options.UdpPorts.Value.First, options.UdpPorts.Value.Last));
        Assert.Equal(2, ports.Distinct().Count());
        await ConnectionTests.AudioArrives(pair.Offerer, pair.Answerer);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("select")]
    public async Task A_range_that_is_used_up_fails_the_connection_and_says_what_to_do_and_serves_again_when_a_call_has_ended(string poller)
    {
        PeerConnectionFactory factory = DriverPair.Factory(poller);
        PeerConnectionOptions options = new() { LocalAddresses = [IPAddress.Loopback], UdpPorts = FreePorts.Find(2) };
        IPeerConnection first = factory.Create(options);
        await using IPeerConnection second = factory.Create(options), third = factory.Create(options);
        await first.CreateOfferAsync();
        await second.CreateOfferAsync();

        PeerConnectionException error = await Assert.ThrowsAsync<PeerConnectionException>(async () => await third.CreateOfferAsync());
        Assert.Equal(PeerEndReason.NoLocalAddress, error.End.Reason);
        Assert.Contains($"All UDP ports from {options.UdpPorts.Value.First} to {options.UdpPorts.Value.Last} of 127.0.0.1 are in use", error.Message, StringComparison.Ordinal);
        Assert.Contains("UdpPorts", error.Message, StringComparison.Ordinal);

        await first.DisposeAsync();
        await third.CreateOfferAsync();
    }

    private static int PortOf(IPeerConnection connection) => IPEndPoint.Parse(connection.GetStatistics().LocalAddress!).Port;
}
