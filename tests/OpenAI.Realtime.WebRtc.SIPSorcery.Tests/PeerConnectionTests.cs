using System.Net;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Tests;

/// <summary>What this engine does beyond what every engine has to.</summary>
public sealed class PeerConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly SIPSorceryPeerConnectionFactory Factory = new();

    [Fact]
    public void An_ice_lite_agent_is_refused_since_there_is_none() =>
        Assert.Contains("ICE-lite", Assert.Throws<ArgumentException>(() => Factory.Create(new() { IceLite = true })).Message, StringComparison.Ordinal);

    [Fact]
    public void Ports_interfaces_and_announced_addresses_are_refused_since_it_has_no_choice_of_them()
    {
        Assert.Contains("UdpPorts is not supported", Assert.Throws<ArgumentException>(() => Factory.Create(new() { UdpPorts = new PortRange(40000) })).Message, StringComparison.Ordinal);
        Assert.Contains("Interfaces is not supported", Assert.Throws<ArgumentException>(() => Factory.Create(new() { Interfaces = ["eth0"] })).Message, StringComparison.Ordinal);
        Assert.Contains("AnnouncedAddresses is not supported", Assert.Throws<ArgumentException>(() => Factory.Create(new() { AnnouncedAddresses = [IPAddress.Loopback] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_offer_names_the_address_asked_for_and_the_message_size_accepted()
    {
        await using IPeerConnection peer = Factory.Create(new() { LocalAddresses = [IPAddress.Loopback], MaxIncomingMessageSize = 10_000 });
        string offer = await peer.CreateOfferAsync();
        Assert.Contains("a=max-message-size:10000\r\n", offer, StringComparison.Ordinal);
        string candidate = Assert.Single(offer.Split("\r\n"), line => line.StartsWith("a=candidate:", StringComparison.Ordinal));
        Assert.Contains(" 127.0.0.1 ", candidate, StringComparison.Ordinal);
        Assert.Contains("opus/48000/2", offer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task More_than_SIPSorcery_can_put_together_is_not_promised()
    {
        await using IPeerConnection peer = Factory.Create(new() { LocalAddresses = [IPAddress.Loopback], MaxIncomingMessageSize = 1024 * 1024 });
        Assert.Contains("a=max-message-size:262144\r\n", await peer.CreateOfferAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loopback_is_named_beside_the_others_when_asked_for()
    {
        await using IPeerConnection with = Factory.Create(new() { IncludeLoopback = true });
        Assert.Contains(" 127.0.0.1 ", await with.CreateOfferAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_refused_with_the_reason()
    {
        await using IPeerConnection peer = Factory.Create(new() { LocalAddresses = [IPAddress.Parse("192.0.2.1")] });
        PeerConnectionException refusal = await Assert.ThrowsAsync<PeerConnectionException>(() => peer.CreateOfferAsync().AsTask());
        Assert.Equal(PeerEndReason.NoLocalAddress, refusal.End.Reason);
    }

    [Fact]
    public async Task An_answer_without_a_data_channel_or_with_audio_refused_is_refused_by_line()
    {
        await using IPeerConnection offerer = Factory.Create(new() { LocalAddresses = [IPAddress.Loopback] });
        await using IPeerConnection answerer = Factory.Create(new() { LocalAddresses = [IPAddress.Loopback] });
        string answer = await answerer.CreateAnswerAsync(await offerer.CreateOfferAsync());
        SdpException missing = Assert.Throws<SdpException>(() => offerer.SetAnswer(answer[..answer.IndexOf("m=application", StringComparison.Ordinal)]));
        Assert.Contains("m=application", missing.Message, StringComparison.Ordinal);
        SdpException refused = Assert.Throws<SdpException>(() => offerer.SetAnswer(answer.Replace("m=audio 9", "m=audio 0", StringComparison.Ordinal)));
        Assert.StartsWith("m=audio 0", refused.LineText, StringComparison.Ordinal);
        offerer.SetAnswer(answer);      // neither has left anything behind
        await Task.WhenAll(offerer.ConnectAsync(), answerer.ConnectAsync()).WaitAsync(Patience);
    }

    [Fact]
    public async Task Dispose_closes_the_socket_wherever_the_connection_stands()
    {
        IPeerConnection offering = Factory.Create(new() { LocalAddresses = [IPAddress.Loopback] });
        int port = Port(await offering.CreateOfferAsync());
        Assert.Throws<SocketException>(() => Bind(port));
        await offering.DisposeAsync();
        await BindSoonAsync(port);

        (IPeerConnection offerer, IPeerConnection answerer, int[] ports) = await ConnectAsync();
        await offerer.DisposeAsync();
        await answerer.DisposeAsync();
        await BindSoonAsync(ports[0]);
        await BindSoonAsync(ports[1]);
        await offerer.DisposeAsync();
    }

    [Fact]
    public async Task Connections_leave_no_thread_behind()
    {
        static int Threads() => Directory.GetDirectories("/proc/self/task").Count(task => ThreadName(task).StartsWith("rtcsctp", StringComparison.Ordinal) || ThreadName(task).StartsWith("sctp", StringComparison.Ordinal));
        if (!OperatingSystem.IsLinux())
            return;
        for (int i = 0; i < 5; i++)
        {
            (IPeerConnection offerer, IPeerConnection answerer, _) = await ConnectAsync();
            if (i == 0)
                Assert.True(Threads() > 0, "The names of SIPSorcery's threads have changed: this test no longer sees them.");
            await offerer.DisposeAsync();
            await answerer.DisposeAsync();
        }

        // Its threads look every second whether they have been stopped.
        using var limit = new CancellationTokenSource(Patience);
        while (Threads() > 0)
            await Task.Delay(100, limit.Token);
    }

    [Fact]
    public async Task Messages_that_nobody_reads_end_the_connection_at_a_bound()
    {
        var inbox = new MessageInbox();
        byte[] large = new byte[SIPSorceryPeerConnection.MaxMessageSize];
        int taken = 0;
        while (inbox.TryPut(large, MessageKind.Binary))
            taken++;
        Assert.Equal(MessageInbox.MaxBytes / large.Length, taken);
        using IncomingMessage? first = await inbox.ReadAsync(default);
        Assert.Equal(large.Length, first!.Memory.Length);
        inbox.Clear();
    }

    [Fact]
    public void Audio_that_nobody_reads_loses_its_oldest_packets_and_counts_them()
    {
        var inbox = new AudioInbox();
        for (ushort i = 0; i < AudioInbox.MaxPackets + 3; i++)
            inbox.Put([1, 2, 3], new EncodedAudio(3, 111, i, 0, false, 1, TimeSpan.Zero));
        Assert.Equal(3, inbox.Dropped);
        byte[] buffer = new byte[EncodedAudio.MaxLength];
        Assert.Throws<ArgumentException>(() => inbox.TryRead(new byte[2], out _));
        Assert.True(inbox.TryRead(buffer, out EncodedAudio oldest));
        Assert.Equal(3, oldest.SequenceNumber);
    }

    [Fact]
    public async Task Statistics_count_what_went_and_came()
    {
        (IPeerConnection offerer, IPeerConnection answerer, _) = await ConnectAsync();
        for (uint i = 0; i < 10; i++)
            offerer.Audio.Send([0xF8, 0xFF, 0xFE], new((ushort)i, i * 960, i == 0));
        byte[] buffer = new byte[EncodedAudio.MaxLength];
        List<EncodedAudio> received = [];
        while (received.Count < 10 && await answerer.Audio.WaitAsync().AsTask().WaitAsync(Patience))
        {
            while (answerer.Audio.TryRead(buffer, out EncodedAudio packet))
                received.Add(packet);
        }

        Assert.Equal(10, offerer.GetStatistics().AudioPacketsSent);
        Assert.Equal(30, answerer.GetStatistics().AudioBytesReceived);
        Assert.True(received[0].Marker);
        Assert.All(received.Zip(received.Skip(1)), pair => Assert.Equal(960u, pair.Second.Timestamp - pair.First.Timestamp));
        Assert.Equal(5, offerer.GetStatistics().PhaseTimes!.Count);
        Assert.StartsWith("127.0.0.1:", offerer.GetStatistics().RemoteAddress, StringComparison.Ordinal);
        await offerer.DisposeAsync();
        await answerer.DisposeAsync();
    }

    private static async Task<(IPeerConnection Offerer, IPeerConnection Answerer, int[] Ports)> ConnectAsync()
    {
        PeerConnectionOptions options = new() { LocalAddresses = [IPAddress.Loopback] };
        IPeerConnection offerer = Factory.Create(options), answerer = Factory.Create(options);
        string offer = await offerer.CreateOfferAsync(), answer = await answerer.CreateAnswerAsync(offer);
        offerer.SetAnswer(answer);
        await Task.WhenAll(offerer.ConnectAsync(), answerer.ConnectAsync()).WaitAsync(Patience);
        return (offerer, answerer, [Port(offer), Port(answer)]);
    }

    private static int Port(string sdp) => int.Parse(
        sdp.Split("\r\n").First(line => line.StartsWith("a=candidate:", StringComparison.Ordinal)).Split(' ')[5], System.Globalization.CultureInfo.InvariantCulture);

    private static void Bind(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
    }

    /// <summary>A socket that is closed lives until a call of another thread that is in it has returned.</summary>
    private static async Task BindSoonAsync(int port)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                Bind(port);
                return;
            }
            catch (SocketException) when (!limit.IsCancellationRequested)
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    private static string ThreadName(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm"));
        }
        catch (IOException)
        {
            return "";      // it has just ended
        }
    }
}
