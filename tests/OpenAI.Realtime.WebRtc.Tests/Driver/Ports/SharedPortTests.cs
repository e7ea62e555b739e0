using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

/// <summary>Many calls of a process over one UDP port.</summary>
public sealed class SharedPortTests
{
    private const int Calls = 20;

    [Theory]
    [InlineData("epoll", "127.0.0.1")]
    [InlineData("select", "127.0.0.1")]
    [InlineData("epoll", "::1")]
    public async Task Twenty_calls_of_offerers_and_answerers_go_over_one_port_while_strangers_send_to_it(string poller, string address)
    {
        WaitThreads threads = Threads(poller);
        var factory = new PeerConnectionFactory { WaitThreads = threads };
        var local = IPAddress.Parse(address);
        PortRange port = FreePorts.Find(1);
        PeerConnectionOptions shared = new() { LocalAddresses = [local], UdpPorts = port }, own = new() { LocalAddresses = [local] };
        using var stop = new CancellationTokenSource();
        Task<long> strangers = FloodAsync(threads, new IPEndPoint(local, port.First), stop.Token);

        List<(IPeerConnection Shared, IPeerConnection Other)> calls = [];
        for (int i = 0; i < Calls; i++)
        {
            IPeerConnection ofPort = factory.Create(shared), other = factory.Create(own);
            (IPeerConnection offerer, IPeerConnection answerer) = i % 2 == 0 ? (ofPort, other) : (other, ofPort);
            offerer.SetAnswer(await answerer.CreateAnswerAsync(await offerer.CreateOfferAsync()));
            calls.Add((ofPort, other));
        }

        await Task.WhenAll(calls.SelectMany(c => (Task[])[c.Shared.ConnectAsync(), c.Other.ConnectAsync()])).WaitAsync(DriverPair.Patience);
        Assert.Equal(1, threads.SharedPorts.Count);
        foreach ((IPeerConnection ofPort, IPeerConnection other) in calls)
        {
            Assert.Equal(port.First, IPEndPoint.Parse(ofPort.GetStatistics().LocalAddress!).Port);
            await MessageArrives(ofPort, other);
            await MessageArrives(other, ofPort);
        }

        await stop.CancelAsync();
        long sent = await strangers.WaitAsync(DriverPair.Patience);

        foreach ((IPeerConnection ofPort, IPeerConnection other) in calls)
        {
            await AudioArrives(ofPort, other);
            await AudioArrives(other, ofPort);
        }

        Assert.All(calls, c => Assert.Equal(sent, Strangers(c.Shared)));
        Assert.All(calls, c => Assert.DoesNotContain("port: the address is another connection's", c.Shared.GetStatistics().Drops!.Keys));
        foreach ((IPeerConnection ofPort, IPeerConnection other) in calls)
        {
            await ofPort.DisposeAsync();
            await other.DisposeAsync();
        }

        Assert.Equal(0, threads.SharedPorts.Count);
    }

    [Theory]
    [InlineData("epoll")]
    [InlineData("select")]
    public async Task What_strangers_send_is_counted_one_by_one(string poller)
    {
        WaitThreads threads = Threads(poller);
        PortRange port = FreePorts.Find(1);
        await using DriverPair pair = await ConnectAsync(threads, port);
        long before = Strangers(pair.Offerer);
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 1; i <= 50; i++)
        {
            await stranger.SendToAsync(Junk(i), new IPEndPoint(IPAddress.Loopback, port.First));
            await Until(() => Strangers(pair.Offerer) == before + i);
        }

        await AudioArrives(pair.Answerer, pair.Offerer);
        Assert.Equal(before + 50, Strangers(pair.Offerer));
    }

    [Fact]
    public async Task The_socket_is_there_as_long_as_a_connection_of_its_port_is_and_can_be_opened_again()
    {
        WaitThreads threads = Threads("epoll");
        PortRange port = FreePorts.Find(1);
        var factory = new PeerConnectionFactory { WaitThreads = threads };
        PeerConnectionOptions options = new() { LocalAddresses = [IPAddress.Loopback], UdpPorts = port };
        for (int round = 0; round < 3; round++)
        {
            IPeerConnection first = factory.Create(options), second = factory.Create(options);
            Assert.DoesNotContain(port.First, ListeningPorts());
            await first.CreateOfferAsync();
            await second.CreateOfferAsync();
            Assert.Equal(1, threads.SharedPorts.Count);
            await first.DisposeAsync();
            Assert.Contains(port.First, ListeningPorts());
            await second.DisposeAsync();
            Assert.DoesNotContain(port.First, ListeningPorts());
            Assert.Equal(0, threads.SharedPorts.Count);
        }

        await Until(() => threads.Count == 0); // the port has given back its place on the thread
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_named_and_nothing_is_left_behind()
    {
        WaitThreads threads = Threads("epoll");
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        await using IPeerConnection connection = new PeerConnectionFactory { WaitThreads = threads }.Create(new() { LocalAddresses = [IPAddress.Loopback], UdpPorts = new PortRange(port) });

        PeerConnectionException error = await Assert.ThrowsAsync<PeerConnectionException>(async () => await connection.CreateOfferAsync());
        Assert.Equal(PeerEndReason.NoLocalAddress, error.End.Reason);
        Assert.Contains($"UDP port {port} of 127.0.0.1 is in use by another program", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, threads.SharedPorts.Count);

        taken.Close(); // the same connection can be tried again
        await connection.CreateOfferAsync();
        Assert.Equal(1, threads.SharedPorts.Count);
    }

    [Fact]
    public async Task Calls_that_come_and_go_leave_no_address_behind()
    {
        WaitThreads threads = Threads("epoll");
        PortRange port = FreePorts.Find(1);
        await using IPeerConnection lasting = new PeerConnectionFactory { WaitThreads = threads }.Create(new() { LocalAddresses = [IPAddress.Loopback], UdpPorts = port });
        await lasting.CreateOfferAsync();
        for (int i = 0; i < 10; i++)
            await using (await ConnectAsync(threads, port))
                Assert.InRange(AddressCount(threads, port), 1, 2);
        Assert.Equal(0, AddressCount(threads, port));
    }

    [Fact]
    public async Task A_second_call_to_the_same_address_is_told_apart_from_the_first_by_nothing_and_is_said_to_be()
    {
        WaitThreads threads = Threads("epoll");
        var factory = new PeerConnectionFactory { WaitThreads = threads };
        PortRange port = FreePorts.Find(1);
        PeerConnectionOptions here = new() { LocalAddresses = [IPAddress.Loopback], UdpPorts = port };
        PeerConnectionOptions impatient = new() { LocalAddresses = [IPAddress.Loopback], UdpPorts = port, IceTimeout = TimeSpan.FromSeconds(1) };
        PeerConnectionOptions there = new() { LocalAddresses = [IPAddress.Loopback], UdpPorts = FreePorts.Find(1), IceLite = true };
        await using IPeerConnection first = factory.Create(here), firstPeer = factory.Create(there), second = factory.Create(impatient), secondPeer = factory.Create(there);
        first.SetAnswer(await firstPeer.CreateAnswerAsync(await first.CreateOfferAsync()));
        await Task.WhenAll(first.ConnectAsync(), firstPeer.ConnectAsync()).WaitAsync(DriverPair.Patience);

        second.SetAnswer(await secondPeer.CreateAnswerAsync(await second.CreateOfferAsync()));
        PeerConnectionException error = await Assert.ThrowsAsync<PeerConnectionException>(() => second.ConnectAsync().WaitAsync(DriverPair.Patience));
        Assert.Equal(PeerEndReason.IceFailed, error.End.Reason);
        Assert.Contains("name more than one port in UdpPorts", error.Message, StringComparison.Ordinal);
        Assert.True(second.GetStatistics().Drops!["port: the address is another connection's"] > 0);
    }

    [Fact]
    public async Task Connections_of_a_port_open_run_and_close_on_many_threads_at_once()
    {
        WaitThreads threads = Threads("epoll");
        PortRange port = FreePorts.Find(1);
        await Parallel.ForAsync(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) =>
        {
            await using DriverPair pair = await ConnectAsync(threads, port);
            await MessageArrives(pair.Answerer, pair.Offerer);
        });
        Assert.Equal(0, threads.SharedPorts.Count);
    }

    private static WaitThreads Threads(string poller) =>
        poller == "select" ? new(static () => new SelectPoller()) : new(static () => EpollPoller.TryCreate() ?? (ISocketPoller)new SelectPoller());

    /// <summary>The offerer has the shared port, the answerer one of its own.</summary>
    private static Task<DriverPair> ConnectAsync(WaitThreads threads, PortRange port) => DriverPair.ConnectAsync(new PeerConnectionFactory { WaitThreads = threads },
        new() { LocalAddresses = [IPAddress.Loopback], UdpPorts = port }, DriverPair.Options());

    /// <summary>As fast as the port counts them: the kernel drops what it has no room for without a word.</summary>
    private static async Task<long> FloodAsync(WaitThreads threads, IPEndPoint to, CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var stranger = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        SharedPort? port = null;
        await Until(() => (port = threads.SharedPorts.Find(TransportAddress.From(to))) is not null);
        long sent = 0;
        while (!stop.IsCancellationRequested)
        {
            for (int i = 0; i < 32; i++)
                stranger.SendTo(Junk((int)sent++), to);
            await Until(() => port!.Strangers == sent);
        }

        return sent;
    }

    private static byte[] Junk(int i) => (i % 4) switch
    {
        0 => PortDirectoryTests.Request("stranger"),
        1 => [0x80, 111, (byte)i, 1, 2, 3],
        2 => [22, 254, 253, 0],
        _ => new byte[i % 100],
    };

    private static async Task MessageArrives(IPeerConnection from, IPeerConnection to)
    {
        string text = $"{from.GetHashCode()}";
        await from.Messages.SendAsync(Encoding.UTF8.GetBytes(text), MessageKind.Text);
        using IncomingMessage? got = await to.Messages.ReceiveAsync().AsTask().WaitAsync(DriverPair.Patience);
        Assert.Equal(text, Encoding.UTF8.GetString(got!.Memory.Span));
    }

    /// <summary>Sends until one has arrived: a flooded socket may lose some.</summary>
    private static async Task AudioArrives(IPeerConnection from, IPeerConnection to)
    {
        byte[] packet = BitConverter.GetBytes(from.GetHashCode());
        byte[] buffer = new byte[EncodedAudio.MaxLength];
        Task<bool> arrives = to.Audio.WaitAsync().AsTask();
        using var patience = new CancellationTokenSource(DriverPair.Patience);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20)); // as sound comes: a burst of 32,768 lost in a row would leave SRTP without a clue (RFC 3711 §3.3.1)
        for (ushort number = 0; !arrives.IsCompleted; number++)
        {
            Assert.False(patience.IsCancellationRequested, $"from {from.State} {from.GetStatistics()}\nto {to.State} {to.GetStatistics()}");
            from.Audio.Send(packet, new(number, number * 960u, Marker: false));
            await pace.WaitForNextTickAsync();
        }

        Assert.True(to.Audio.TryRead(buffer, out EncodedAudio audio));
        Assert.Equal(packet, buffer[..audio.Length]);
    }

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(DriverPair.Patience);
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, "It has not come.");
            await Task.Yield();
        }
    }

    private static long Strangers(IPeerConnection connection) => connection.GetStatistics().Drops!.GetValueOrDefault("port: nobody's");

    private static int AddressCount(WaitThreads threads, PortRange port) => threads.SharedPorts.Find(TransportAddress.From(IPAddress.Loopback, port.First))!.AddressCount;

    private static int[] ListeningPorts() => [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveUdpListeners().Select(e => e.Port)];
}
