using System.Net;
using System.Text.RegularExpressions;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Driver.Streams;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

/// <summary>ICE is restarted on real sockets: on a connection's own, on one that many share, over a listener's streams.</summary>
public sealed class IceRestartTests
{
    [Theory]
    [InlineData("default", true, false)]
    [InlineData("default", false, true)]
    [InlineData("select", true, true)]
    public async Task A_call_goes_on_through_the_restarts_of_either_side(string poller, bool byOfferer, bool lite)
    {
        await using DriverPair pair = await DriverPair.ConnectAsync(poller, answerer: new PeerConnectionOptions { LocalAddresses = [IPAddress.Loopback], IceLite = lite });
        (IPeerConnection from, IPeerConnection to) = byOfferer ? (pair.Offerer, pair.Answerer) : (pair.Answerer, pair.Offerer);
        for (int i = 1; i <= 3; i++)
        {
            await RestartAsync(from, to);
            await UntilRestarted(i, from, to);
            await MessageArrives(from, to);
            await MessageArrives(to, from);
        }

        await TcpTests.TalkAsync(from, to);
        await TcpTests.TalkAsync(to, from);
        Assert.All([from, to], peer => Assert.Equal(PeerState.Connected, peer.State));
    }

    [Fact]
    public async Task On_a_port_that_calls_share_each_restart_finds_its_own_call()
    {
        PortRange port = FreePorts.Find(1);
        PeerConnectionOptions shared = new() { LocalAddresses = [IPAddress.Loopback], UdpPorts = port, IceLite = true };
        var threads = new WaitThreads(static () => new SelectPoller());
        var factory = new PeerConnectionFactory { WaitThreads = threads };
        List<DriverPair> calls = [];
        for (int i = 0; i < 5; i++)
            calls.Add(await DriverPair.ConnectAsync(factory, DriverPair.Options(), shared));
        for (int round = 1; round <= 3; round++)
        {
            await Task.WhenAll(calls.Select(c => RestartAsync(c.Offerer, c.Answerer)));
            await UntilRestarted(round, [.. calls.SelectMany(c => (IPeerConnection[])[c.Offerer, c.Answerer])]);
        }

        foreach (DriverPair call in calls)
        {
            await TcpTests.TalkAsync(call.Offerer, call.Answerer);
            await TcpTests.TalkAsync(call.Answerer, call.Offerer);
            await call.DisposeAsync();
        }

        Assert.Equal(0, threads.SharedPorts.Count); // no fragment is left that would keep it open
    }

    [Fact]
    public async Task A_call_by_TCP_is_restarted_and_its_listener_is_closed_with_it()
    {
        var threads = new WaitThreads(static () => new SelectPoller());
        PeerConnectionOptions client = new() { LocalAddresses = [IPAddress.Loopback], Network = NetworkChoice.Tcp };
        PeerConnectionOptions server = new() { LocalAddresses = [IPAddress.Loopback], Network = NetworkChoice.Tcp, TcpPort = 0 };
        await using (DriverPair pair = await DriverPair.ConnectAsync(new PeerConnectionFactory { WaitThreads = threads }, client, server))
        {
            for (int i = 1; i <= 3; i++)
            {
                await RestartAsync(pair.Offerer, pair.Answerer);
                await UntilRestarted(i, pair.Offerer, pair.Answerer);
                await MessageArrives(pair.Offerer, pair.Answerer);
                await MessageArrives(pair.Answerer, pair.Offerer);
            }

            await TcpTests.TalkAsync(pair.Offerer, pair.Answerer);
            await TcpTests.TalkAsync(pair.Answerer, pair.Offerer);
            Assert.Equal(TransportProtocol.Tcp, pair.Offerer.GetStatistics().Transport);
        }

        Assert.Equal(0, threads.Listeners.Count);
    }

    [Fact]
    public async Task What_cannot_be_used_is_refused_and_the_call_goes_on()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync();
        string offer = await pair.Offerer.CreateRestartOfferAsync();
        string foreign = Regex.Replace(offer, "(?<=sha-256 )[0-9A-F]{2}:[0-9A-F]{2}", "00:00");
        SdpException refusal = await Assert.ThrowsAsync<SdpException>(async () => await pair.Answerer.CreateAnswerAsync(foreign));
        Assert.Contains("another certificate", refusal.Message, StringComparison.Ordinal);
        string answer = await pair.Answerer.CreateAnswerAsync(offer);
        pair.Offerer.SetAnswer(answer);
        refusal = Assert.Throws<SdpException>(() => pair.Offerer.SetAnswer(answer));
        Assert.Contains("No offer of ours waits", refusal.Message, StringComparison.Ordinal);
        await UntilRestarted(1, pair.Offerer, pair.Answerer);
        await TcpTests.TalkAsync(pair.Offerer, pair.Answerer);
    }

    [Fact]
    public async Task Before_the_call_and_after_it_there_is_nothing_to_restart()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync();
        await using IPeerConnection fresh = DriverPair.Factory().Create(DriverPair.Options());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await fresh.CreateRestartOfferAsync());
        await fresh.CreateOfferAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await fresh.CreateRestartOfferAsync());
        await pair.Offerer.CloseAsync();
        await Assert.ThrowsAsync<PeerConnectionException>(async () => await pair.Offerer.CreateRestartOfferAsync());
    }

    [Fact]
    public async Task An_engine_that_cannot_restart_says_so()
    {
        IPeerConnection other = new ScriptedPeer();
        NotSupportedException e = await Assert.ThrowsAsync<NotSupportedException>(async () => await other.CreateRestartOfferAsync());
        Assert.Contains(nameof(ScriptedPeer), e.Message, StringComparison.Ordinal);
    }

    private static async Task RestartAsync(IPeerConnection from, IPeerConnection to) =>
        from.SetAnswer(await to.CreateAnswerAsync(await from.CreateRestartOfferAsync()));

    private static async Task MessageArrives(IPeerConnection from, IPeerConnection to)
    {
        await from.Messages.SendAsync(new byte[10_000], MessageKind.Binary);
        using IncomingMessage? message = await to.Messages.ReceiveAsync().AsTask().WaitAsync(DriverPair.Patience);
        Assert.Equal(10_000, message!.Memory.Length);
    }

    private static async Task UntilRestarted(int times, params IPeerConnection[] peers)
    {
        using var patience = new CancellationTokenSource(DriverPair.Patience);
        while (!peers.All(p => p.GetStatistics().IceRestarts == times))
        {
            Assert.False(patience.IsCancellationRequested, string.Join('\n', peers.Select(p => p.GetStatistics())));
            await Task.Delay(10);
        }
    }
}
