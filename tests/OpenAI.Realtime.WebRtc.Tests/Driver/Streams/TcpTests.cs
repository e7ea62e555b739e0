using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Driver.Streams;

/// <summary>Calls over TCP on real sockets, by either poller.</summary>
public class TcpTests
{
    private static PeerConnectionOptions Client(IWebProxy? proxy = null, TimeSpan? iceTimeout = null) => new()
    {
        LocalAddresses = [IPAddress.Loopback],
        Network = NetworkChoice.Tcp,
        Proxy = proxy,
        IceTimeout = iceTimeout ?? TimeSpan.FromSeconds(15),
    };

    private static PeerConnectionOptions Server(bool lite = true, int port = 0) => new() { LocalAddresses = [IPAddress.Loopback], TcpPort = port, IceLite = lite };

    [Theory]
    [InlineData("default", true)]
    [InlineData("default", false)]
    [InlineData("select", true)]
    [InlineData("select", false)]
    public async Task A_call_talks_both_ways_over_TCP_and_says_so(string poller, bool lite)
    {
        await using DriverPair pair = await DriverPair.ConnectAsync(poller, Client(), Server(lite));
        await TalkAsync(pair.Offerer, pair.Answerer);
        await TalkAsync(pair.Answerer, pair.Offerer);

        PeerStatistics ours = pair.Offerer.GetStatistics(), theirs = pair.Answerer.GetStatistics();
        Assert.Equal(TransportProtocol.Tcp, ours.Transport);
        Assert.Equal(TransportProtocol.Tcp, theirs.Transport);
        Assert.Equal(ours.LocalAddress, theirs.RemoteAddress);
        Assert.Equal(ours.RemoteAddress, theirs.LocalAddress);
        Assert.Null(ours.Proxy);
        // What a busy machine has repeated comes twice and is dropped; but frames are cut where they begin and end.
        Assert.DoesNotContain(ours.Drops!.Keys, reason => reason.EndsWith("malformed", StringComparison.Ordinal)
            || reason is "peer: stream without frames" or "peer: unknown protocol" or "srtp: not authentic" or "dtls: not authentic" or "sctp: checksum");

        await pair.Offerer.CloseAsync();
        Assert.Equal(PeerEndReason.ClosedByPeer, (await pair.Answerer.Completion.WaitAsync(DriverPair.Patience)).Reason);
        Assert.Equal(TransportProtocol.Tcp, pair.Offerer.GetStatistics().Transport);
    }

    [Fact]
    public async Task UDP_is_used_where_it_works_though_TCP_is_there()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync(answerer: Server());
        Assert.Equal(TransportProtocol.Udp, pair.Offerer.GetStatistics().Transport);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("select")]
    public async Task All_calls_share_one_port_which_is_closed_with_the_last(string poller)
    {
        var threads = new WaitThreads(() => poller == "select" ? new SelectPoller() : EpollPoller.TryCreate() ?? (ISocketPoller)new SelectPoller());
        var factory = new PeerConnectionFactory { WaitThreads = threads };
        List<IPeerConnection> peers = [];
        HashSet<string> ports = [];
        for (int i = 0; i < 5; i++)
        {
            IPeerConnection offerer = factory.Create(Client()), answerer = factory.Create(Server());
            string answer = await answerer.CreateAnswerAsync(await offerer.CreateOfferAsync());
            ports.Add(answer.Split("\r\n").Single(l => l.Contains("tcptype passive", StringComparison.Ordinal)).Split(' ')[5]);
            offerer.SetAnswer(answer);
            await Task.WhenAll(offerer.ConnectAsync(), answerer.ConnectAsync()).WaitAsync(DriverPair.Patience);
            peers.AddRange([offerer, answerer]);
        }

        Assert.Single(ports);
        Assert.Equal(1, threads.Listeners.Count);
        for (int i = 0; i < peers.Count; i += 2)
            await TalkAsync(peers[i], peers[i + 1]);
        foreach (IPeerConnection peer in peers)
            await peer.DisposeAsync();
        Assert.Equal(0, threads.Listeners.Count);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(IPAddress.Loopback, int.Parse(ports.Single(), CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_in_the_reason()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using IPeerConnection offerer = DriverPair.Factory().Create(Client());
        await using IPeerConnection answerer = DriverPair.Factory().Create(new PeerConnectionOptions { LocalAddresses = [IPAddress.Loopback], TcpPort = port, Network = NetworkChoice.Tcp });
        string offer = await offerer.CreateOfferAsync();
        PeerConnectionException e = await Assert.ThrowsAsync<PeerConnectionException>(async () => await answerer.CreateAnswerAsync(offer));
        Assert.Equal(PeerEndReason.NoLocalAddress, e.End.Reason);
        Assert.Contains($"TCP port {port}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_UDP_is_refused_by_who_speaks_UDP_alone()
    {
        await using IPeerConnection offerer = DriverPair.Factory().Create(new PeerConnectionOptions { LocalAddresses = [IPAddress.Loopback], Network = NetworkChoice.Udp });
        await using IPeerConnection answerer = DriverPair.Factory().Create(new PeerConnectionOptions { LocalAddresses = [IPAddress.Loopback], Network = NetworkChoice.Tcp, TcpPort = 0, IceLite = true });
        string answer = await answerer.CreateAnswerAsync(await offerer.CreateOfferAsync());
        SdpException e = Assert.Throws<SdpException>(() => offerer.SetAnswer(answer));
        Assert.Contains("it offers TCP alone", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strangers_at_the_port_are_sent_away_and_the_call_comes_through()
    {
        var threads = new WaitThreads(() => EpollPoller.TryCreate() ?? (ISocketPoller)new SelectPoller());
        var factory = new PeerConnectionFactory { WaitThreads = threads };
        await using IPeerConnection offerer = factory.Create(Client()), answerer = factory.Create(Server());
        string answer = await answerer.CreateAnswerAsync(await offerer.CreateOfferAsync());
        int port = int.Parse(answer.Split("\r\n").Single(l => l.Contains("tcptype passive", StringComparison.Ordinal)).Split(' ')[5], CultureInfo.InvariantCulture);
        List<Socket> strangers = [];
        for (int i = 0; i < StreamListener.MaxPending + 20; i++)
        {
            var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await stranger.ConnectAsync(IPAddress.Loopback, port);
            strangers.Add(stranger); // says nothing
        }

        using var talker = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await talker.ConnectAsync(IPAddress.Loopback, port);
        await talker.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        Assert.Equal(0, await ReadAsync(talker)); // closed

        offerer.SetAnswer(answer);
        await Task.WhenAll(offerer.ConnectAsync(), answerer.ConnectAsync()).WaitAsync(DriverPair.Patience);
        Assert.Equal(0, await ReadAsync(strangers[0])); // the oldest made room
        await TalkAsync(offerer, answerer);
        Assert.True(answerer.GetStatistics().Drops!["tcp port: nobody's"] >= 21, answerer.GetStatistics().ToString()); // the talker, and those that made room
        strangers.ForEach(s => s.Dispose());
    }

    internal static async Task TalkAsync(IPeerConnection from, IPeerConnection to)
    {
        byte[] message = new byte[100_000];
        new Random(1).NextBytes(message);
        await from.Messages.SendAsync(message, MessageKind.Binary);
        using IncomingMessage? received = await to.Messages.ReceiveAsync().AsTask().WaitAsync(DriverPair.Patience);
        Assert.True(received!.Memory.Span.SequenceEqual(message));

        byte[] opus = [0xFC, 1, 2, 3];
        from.Audio.Send(opus, new OpusPacketHeader(1, 960, Marker: true));
        Assert.True(await to.Audio.WaitAsync().AsTask().WaitAsync(DriverPair.Patience));
        byte[] buffer = new byte[EncodedAudio.MaxLength];
        Assert.True(to.Audio.TryRead(buffer, out EncodedAudio packet));
        Assert.Equal(opus, buffer[..packet.Length]);
    }

    private static async Task<int> ReadAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[16]).WaitAsync(DriverPair.Patience);
        }
        catch (SocketException)
        {
            return 0; // reset: closed with something unread
        }
    }
}
