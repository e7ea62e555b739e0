using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

/// <summary>Which addresses are used, and which are told.</summary>
public sealed partial class AddressTests
{
    [Theory]
    [InlineData(false)] // a port that calls share
    [InlineData(true)]
    public async Task A_call_connects_by_the_announced_address_through_what_translates_it(bool ofRange)
    {
        PortRange ports = FreePorts.Find(ofRange ? 4 : 1);
        PeerConnectionOptions inside = new() { LocalAddresses = [IPAddress.Loopback], UdpPorts = ports, AnnouncedAddresses = [Translator.Outside], IceLite = true };
        IPeerConnection answerer = DriverPair.Factory().Create(inside);
        await using IPeerConnection offerer = DriverPair.Factory().Create(DriverPair.Options());
        string answer = await answerer.CreateAnswerAsync(await offerer.CreateOfferAsync());

        IPEndPoint told = Assert.Single(Candidates(answer));
        Assert.Equal(Translator.Outside, told.Address);
        Assert.InRange(told.Port, ports.First, ports.Last);
        using var translator = new Translator(told.Port);
        offerer.SetAnswer(answer);
        await Task.WhenAll(offerer.ConnectAsync(), answerer.ConnectAsync()).WaitAsync(DriverPair.Patience);
        await ConnectionTests.AudioArrives(offerer, answerer);
        await ConnectionTests.AudioArrives(answerer, offerer);
        Assert.Equal(told, IPEndPoint.Parse(offerer.GetStatistics().RemoteAddress!));
        await answerer.DisposeAsync();
    }

    [Fact]
    public async Task The_offer_has_the_announced_addresses_and_the_local_ones_only_when_asked_for()
    {
        Assert.Equal(["203.0.113.9"], await OfferedAsync(new() { LocalAddresses = [IPAddress.Loopback], AnnouncedAddresses = [IPAddress.Parse("203.0.113.9")] }));
        Assert.Equal(["127.0.0.1", "203.0.113.9"],
            await OfferedAsync(new() { LocalAddresses = [IPAddress.Loopback], AnnouncedAddresses = [IPAddress.Parse("203.0.113.9")], AnnounceLocalAddresses = true }));
        Assert.Equal(["127.0.0.1"], await OfferedAsync(new() { LocalAddresses = [IPAddress.Loopback], AnnounceLocalAddresses = true }));
    }

    [Fact]
    public async Task Only_the_named_interfaces_are_used()
    {
        List<InterfaceAddress> all = LocalAddresses.ReadByNetworkInterface();
        string loopback = all.First(a => IPAddress.IsLoopback(a.Address)).Interface;
        Assert.All(await OfferedAsync(new() { Interfaces = [loopback] }), a => Assert.True(IPAddress.IsLoopback(IPAddress.Parse(a))));
        foreach (string name in all.Where(a => !IPAddress.IsLoopback(a.Address)).Select(a => a.Interface).Distinct())
        {
            string[] own = [.. all.Where(a => a.Interface == name).Select(a => WithoutScope(a.Address))];
            Assert.All(await OfferedAsync(new() { Interfaces = [name] }), a => Assert.Contains(a, own));
            Assert.Contains("127.0.0.1", await OfferedAsync(new() { Interfaces = [name], IncludeLoopback = true }));
        }
    }

    [Fact]
    public async Task An_unknown_interface_fails_with_the_names_of_those_that_are_there()
    {
        await using IPeerConnection connection = DriverPair.Factory().Create(new() { Interfaces = ["nosuch7"] });
        PeerConnectionException error = await Assert.ThrowsAsync<PeerConnectionException>(async () => await connection.CreateOfferAsync());
        Assert.Equal(PeerEndReason.NoLocalAddress, error.End.Reason);
        Assert.Contains("nosuch7", error.Message, StringComparison.Ordinal);
        Assert.All(LocalAddresses.ReadByNetworkInterface(), a => Assert.Contains(a.Interface, error.Message, StringComparison.Ordinal));
    }

    private static string WithoutScope(IPAddress address) => new IPAddress(address.GetAddressBytes()).ToString();

    private static async Task<string[]> OfferedAsync(PeerConnectionOptions options)
    {
        await using IPeerConnection connection = DriverPair.Factory().Create(options);
        return [.. Candidates(await connection.CreateOfferAsync()).Select(c => c.Address.ToString())];
    }

    internal static IPEndPoint[] Candidates(string sdp) =>
        [.. Candidate().Matches(sdp).Select(m => new IPEndPoint(IPAddress.Parse(m.Groups["address"].Value), int.Parse(m.Groups["port"].Value, System.Globalization.CultureInfo.InvariantCulture)))];

    [GeneratedRegex(@"^a=candidate:\S+ 1 udp \d+ (?<address>\S+) (?<port>\d+) ", RegexOptions.Multiline)]
    private static partial Regex Candidate();

    /// <summary>What stands before a host with an address of its own: what comes to a port outside goes to the same port inside, and back.</summary>
    private sealed class Translator : IDisposable
    {
        private readonly Socket _outside = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly Socket _inside = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private volatile IPEndPoint? _client;

        public Translator(int port)
        {
            _outside.Bind(new IPEndPoint(Outside, port));
            _inside.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _inside.Connect(IPAddress.Loopback, port);
            _ = InwardsAsync();
            _ = OutwardsAsync();
        }

        /// <summary>Linux and Windows have the whole of 127/8.</summary>
        public static IPAddress Outside { get; } = IPAddress.Parse("127.0.0.2");

        public void Dispose()
        {
            _outside.Dispose();
            _inside.Dispose();
        }

        private async Task InwardsAsync()
        {
            byte[] buffer = new byte[2000];
            try
            {
                while (true)
                {
                    SocketReceiveFromResult got = await _outside.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                    _client = (IPEndPoint)got.RemoteEndPoint;
                    await _inside.SendAsync(buffer.AsMemory(0, got.ReceivedBytes));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Closed.
            }
        }

        private async Task OutwardsAsync()
        {
            byte[] buffer = new byte[2000];
            try
            {
                while (true)
                {
                    int length = await _inside.ReceiveAsync(buffer);
                    if (_client is { } client)
                        await _outside.SendToAsync(buffer.AsMemory(0, length), client);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Closed.
            }
        }
    }
}
