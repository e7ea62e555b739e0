using System.Net;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Driver.Streams;

/// <summary>TCP through an HTTP proxy that behaves, and through those that do not.</summary>
public class ProxyTests
{
    private static PeerConnectionOptions Client(IWebProxy? proxy, TimeSpan? iceTimeout = null) => new()
    {
        LocalAddresses = [IPAddress.Loopback],
        Network = NetworkChoice.Tcp,
        Proxy = proxy,
        IceTimeout = iceTimeout ?? TimeSpan.FromSeconds(15),
    };

    private static PeerConnectionOptions Server => new() { LocalAddresses = [IPAddress.Loopback], TcpPort = 0, IceLite = true };

    [Theory]
    [InlineData(ProxyManner.Connects, "default")]
    [InlineData(ProxyManner.Connects, "select")]
    [InlineData(ProxyManner.ConnectsInPieces, "default")]
    public async Task A_call_goes_through_a_proxy_and_says_so(ProxyManner manner, string poller)
    {
        await using var proxy = new TestProxy(manner);
        await using DriverPair pair = await DriverPair.ConnectAsync(poller, Client(proxy), Server);
        await TcpTests.TalkAsync(pair.Offerer, pair.Answerer);
        await TcpTests.TalkAsync(pair.Answerer, pair.Offerer);
        PeerStatistics statistics = pair.Offerer.GetStatistics();
        Assert.Equal(proxy.Address.ToString().TrimEnd('/'), statistics.Proxy);
        Assert.Equal((statistics.RemoteAddress, null), Assert.Single(proxy.Requests));
        Assert.True(proxy.BytesPoured > 200_000);
    }

    [Fact]
    public async Task Credentials_are_told_to_a_proxy_that_asks_for_them_and_to_no_other()
    {
        await using var asks = new TestProxy(ProxyManner.Connects, credential: "user:pass:wörd");
        var known = new WebProxy(asks.Address) { Credentials = new NetworkCredential("user", "pass:wörd") };
        await using DriverPair pair = await DriverPair.ConnectAsync(offerer: Client(known), answerer: Server);
        await TcpTests.TalkAsync(pair.Offerer, pair.Answerer);
        Assert.Equal([false, true], asks.Requests.Select(r => r.Authorization is not null));

        await using var doesNot = new TestProxy(ProxyManner.Connects);
        known = new WebProxy(doesNot.Address) { Credentials = new NetworkCredential("user", "secret") };
        await using DriverPair other = await DriverPair.ConnectAsync(offerer: Client(known), answerer: Server);
        Assert.Null(Assert.Single(doesNot.Requests).Authorization);
    }

    [Theory]
    [InlineData(ProxyManner.Refuses)]
    [InlineData(ProxyManner.CutsOff)]
    [InlineData(ProxyManner.SpeaksSomethingElse)]
    [InlineData(ProxyManner.NeverEnds)]
    [InlineData(ProxyManner.IsSilent)]
    public async Task Where_the_proxy_does_not_connect_the_direct_way_is_tried(ProxyManner manner)
    {
        await using var proxy = new TestProxy(manner);
        await using DriverPair pair = await DriverPair.ConnectAsync(offerer: Client(proxy), answerer: Server);
        await TcpTests.TalkAsync(pair.Offerer, pair.Answerer);
        Assert.NotEmpty(proxy.Requests);
        Assert.Null(pair.Offerer.GetStatistics().Proxy);
    }

    [Fact]
    public async Task Whom_the_proxys_list_excepts_is_reached_directly()
    {
        await using var proxy = new TestProxy(ProxyManner.Connects);
        await using DriverPair pair = await DriverPair.ConnectAsync(offerer: Client(new WebProxy(proxy.Address, BypassOnLocal: false, BypassList: ["127\\.0\\.0\\.1"])), answerer: Server);
        Assert.Empty(proxy.Requests);
    }

    [Theory]
    [InlineData(ProxyManner.Refuses, null, "answered 403 Forbidden")]
    [InlineData(ProxyManner.Connects, "user:secret", "asks for credentials")]
    [InlineData(ProxyManner.SpeaksSomethingElse, null, "did not answer as an HTTP proxy does")]
    [InlineData(ProxyManner.CutsOff, null, "the other side closed the connection")]
    public async Task Where_neither_way_leads_there_the_reason_tells_both(ProxyManner manner, string? credential, string saying)
    {
        await using var proxy = new TestProxy(manner, credential);
        await using IPeerConnection offerer = DriverPair.Factory().Create(Client(proxy, TimeSpan.FromSeconds(3)));
        await using IPeerConnection answerer = DriverPair.Factory().Create(Server);
        string answer = await answerer.CreateAnswerAsync(await offerer.CreateOfferAsync());
        string listening = answer.Split("\r\n").Single(l => l.Contains("tcptype passive", StringComparison.Ordinal));
        string[] words = listening.Split(' ');
        words[5] = "1"; // nobody listens there
        offerer.SetAnswer(answer.Replace(listening, string.Join(' ', words), StringComparison.Ordinal));
        PeerConnectionException e = await Assert.ThrowsAsync<PeerConnectionException>(() => offerer.ConnectAsync().WaitAsync(DriverPair.Patience));
        Assert.Equal(PeerEndReason.IceFailed, e.End.Reason);
        Assert.Contains($"127.0.0.1:1: {proxy.Address.ToString().TrimEnd('/')}", e.Message, StringComparison.Ordinal);
        Assert.Contains(saying, e.Message, StringComparison.Ordinal);
        Assert.Contains("then directly: connection refused", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_proxy_refuses_and_a_firewall_drops_the_direct_way_the_reason_tells_both()
    {
        await using var proxy = new TestProxy(ProxyManner.Refuses);
        await using IPeerConnection offerer = DriverPair.Factory().Create(Client(proxy, TimeSpan.FromSeconds(3)));
        await using IPeerConnection answerer = DriverPair.Factory().Create(Server);
        using var silent = new SilentPort();
        string answer = await answerer.CreateAnswerAsync(await offerer.CreateOfferAsync());
        string listening = answer.Split("\r\n").Single(l => l.Contains("tcptype passive", StringComparison.Ordinal));
        string[] words = listening.Split(' ');
        words[5] = $"{silent.Port}";
        offerer.SetAnswer(answer.Replace(listening, string.Join(' ', words), StringComparison.Ordinal));
        PeerConnectionException e = await Assert.ThrowsAsync<PeerConnectionException>(() => offerer.ConnectAsync().WaitAsync(DriverPair.Patience));
        Assert.Contains($"127.0.0.1:{silent.Port}: {proxy.Address.ToString().TrimEnd('/')} answered 403 Forbidden, then directly: no answer", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_of_the_users_own_that_throws_costs_nothing_but_the_proxy()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync(offerer: Client(new ThrowingProxy()), answerer: Server);
        Assert.Null(pair.Offerer.GetStatistics().Proxy);
    }

    [Fact]
    public async Task Where_finding_the_proxy_takes_for_ever_the_direct_way_is_tried()
    {
        using var found = new ManualResetEventSlim();
        await using DriverPair pair = await DriverPair.ConnectAsync(offerer: Client(new SlowProxy(found)), answerer: Server);
        await TcpTests.TalkAsync(pair.Offerer, pair.Answerer);
        found.Set();
        await TcpTests.TalkAsync(pair.Answerer, pair.Offerer); // which comes too late to change anything
        Assert.Null(pair.Offerer.GetStatistics().Proxy);
    }

    /// <summary>A script on a server that does not answer.</summary>
    private sealed class SlowProxy(ManualResetEventSlim found) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination)
        {
            found.Wait();
            return new Uri("http://127.0.0.1:1");
        }

        public bool IsBypassed(Uri host) => false;
    }

    /// <summary>A port that answers nobody: Linux drops the SYN of whoever comes when nobody has been accepted and as many wait as may.</summary>
    private sealed class SilentPort : IDisposable
    {
        private readonly List<Socket> _sockets = [];

        public SilentPort()
        {
            Socket listener = New();
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(0);
            Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
            for (int i = 0; i < 4; i++)
                _ = New().ConnectAsync(listener.LocalEndPoint!);
        }

        public int Port { get; }

        public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

        private Socket New()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _sockets.Add(socket);
            return socket;
        }
    }

    private sealed class ThrowingProxy : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => throw new InvalidOperationException("a script with a mistake");

        public bool IsBypassed(Uri host) => throw new InvalidOperationException("a script with a mistake");
    }
}
