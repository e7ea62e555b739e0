using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using OpenAI.Realtime.WebRtc.Conformance;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

public sealed class EndTests
{
    [Theory]
    [InlineData("default")]
    [InlineData("select")]
    public async Task Close_ends_both_sides_with_the_right_reason_and_closes_their_sockets(string poller)
    {
        await using DriverPair pair = await DriverPair.ConnectAsync(poller);
        int[] ports = [Port(pair.Offerer), Port(pair.Answerer)];
        Assert.All(ports, p => Assert.Contains(p, UdpPorts()));

        await pair.Offerer.CloseAsync().WaitAsync(DriverPair.Patience);

        Assert.Equal(PeerEndReason.ClosedLocally, (await pair.Offerer.Completion).Reason);
        Assert.Equal(PeerEndReason.ClosedByPeer, (await pair.Answerer.Completion.WaitAsync(DriverPair.Patience)).Reason);
        Assert.Equal(PeerState.Closed, pair.Answerer.State);
        Assert.Null(await pair.Answerer.Messages.ReceiveAsync());
        Assert.False(await pair.Answerer.Audio.WaitAsync());
        Assert.All(ports, p => Assert.DoesNotContain(p, UdpPorts()));
    }

    [Fact]
    public async Task An_ordinary_end_is_logged_at_debug_and_any_other_at_information()
    {
        var log = new FakeLogCollector();
        var factory = new PeerConnectionFactory(log.Factory());
        IPeerConnection closed = factory.Create(DriverPair.Options());
        await closed.CreateOfferAsync();
        await closed.DisposeAsync();
        Assert.Equal(LogLevel.Debug, Assert.Single(log.GetSnapshot(), entry => entry.Id.Id == 1004).Level);

        log.Clear();
        IPeerConnection offerer = factory.Create(DriverPair.Options(iceTimeout: TimeSpan.FromMilliseconds(50)));
        IPeerConnection answerer = DriverPair.Factory().Create(DriverPair.Options());
        string answer = await Nobody.AnswerAsync(answerer, await offerer.CreateOfferAsync());
        offerer.SetAnswer(answer);
        Assert.Equal(PeerEndReason.IceFailed, (await offerer.Completion.WaitAsync(DriverPair.Patience)).Reason);
        Assert.Equal(LogLevel.Information, Assert.Single(log.GetSnapshot(), entry => entry.Id.Id == 1004).Level);
    }

    [Fact]
    public void Statistics_print_what_was_dropped_and_when_phases_were_passed()
    {
        var statistics = new PeerStatistics
        {
            Drops = new Dictionary<string, long> { ["SRTP: replayed"] = 2, ["send: refused"] = 1 },
            PhaseTimes = new Dictionary<PeerPhase, TimeSpan> { [PeerPhase.Ice] = TimeSpan.FromMilliseconds(3) },
        };
        string shown = new SessionStatistics { Connection = statistics }.ToString();
        Assert.Contains("Drops = { SRTP: replayed = 2, send: refused = 1 }", shown, StringComparison.Ordinal);
        Assert.Contains("PhaseTimes = { Ice = 00:00:00.0030000 }", shown, StringComparison.Ordinal);
        Assert.Contains("Drops = { }", new PeerStatistics { Drops = new Dictionary<string, long>() }.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, statistics.Drops["SRTP: replayed"]);
        Assert.Null(new PeerStatistics().Drops);
    }

    [Fact]
    public async Task Messages_sent_before_the_close_are_read_after_it()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync();
        for (int i = 0; i < 100; i++)
            await pair.Offerer.Messages.SendAsync(new[] { (byte)i }, MessageKind.Binary);
        await pair.Offerer.CloseAsync().WaitAsync(DriverPair.Patience);

        for (int i = 0; i < 100; i++)
        {
            using IncomingMessage? got = await pair.Answerer.Messages.ReceiveAsync().AsTask().WaitAsync(DriverPair.Patience);
            Assert.Equal([(byte)i], got!.Memory.ToArray());
        }

        Assert.Null(await pair.Answerer.Messages.ReceiveAsync());
    }

    [Fact]
    public async Task Disposing_twice_and_using_it_afterwards_is_harmless()
    {
        DriverPair pair = await DriverPair.ConnectAsync();
        await pair.DisposeAsync();
        await pair.DisposeAsync();

        pair.Offerer.Audio.Send([1, 2, 3], default);
        Assert.False(pair.Offerer.Audio.TryRead(new byte[EncodedAudio.MaxLength], out _));
        Assert.Null(await pair.Offerer.Messages.ReceiveAsync());
        await Assert.ThrowsAsync<PeerConnectionException>(async () => await pair.Offerer.Messages.SendAsync(new byte[1], MessageKind.Text));
        await Assert.ThrowsAsync<PeerConnectionException>(async () => await pair.Offerer.CreateOfferAsync());
        Assert.NotNull(pair.Offerer.GetStatistics().AudioPacketsDroppedOnSend);
    }

    [Fact]
    public async Task A_connection_that_never_opened_anything_can_be_disposed()
    {
        IPeerConnection connection = DriverPair.Factory().Create(DriverPair.Options());
        await connection.DisposeAsync();
        Assert.Equal(PeerEndReason.ClosedLocally, (await connection.Completion).Reason);
        await Assert.ThrowsAsync<PeerConnectionException>(() => connection.ConnectAsync());
    }

    [Fact]
    public async Task Cancelling_connect_closes_the_connection_at_once()
    {
        IPeerConnection offerer = DriverPair.Factory().Create(DriverPair.Options());
        IPeerConnection answerer = DriverPair.Factory().Create(DriverPair.Options());
        string answer = await Nobody.AnswerAsync(answerer, await offerer.CreateOfferAsync());
        offerer.SetAnswer(answer);
        using var cancellation = new CancellationTokenSource();
        Task connecting = offerer.ConnectAsync(cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(DriverPair.Patience));
        PeerEnd end = await offerer.Completion.WaitAsync(DriverPair.Patience);
        Assert.Equal(PeerEndReason.ClosedLocally, end.Reason);
        Assert.Equal(PeerPhase.Ice, end.Phase);
        await offerer.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // not the system's: its own timers keep the deadlines
    public async Task Connecting_to_nobody_fails_in_the_ice_phase_and_says_so(bool clockOfOnesOwn)
    {
        IPeerConnection offerer = new PeerConnectionFactory(timeProvider: clockOfOnesOwn ? new ClockOfOnesOwn() : null)
            .Create(DriverPair.Options(iceTimeout: TimeSpan.FromMilliseconds(300)));
        IPeerConnection answerer = DriverPair.Factory().Create(DriverPair.Options());
        string answer = await Nobody.AnswerAsync(answerer, await offerer.CreateOfferAsync());
        offerer.SetAnswer(answer);

        PeerConnectionException error = await Assert.ThrowsAsync<PeerConnectionException>(() => offerer.ConnectAsync().WaitAsync(DriverPair.Patience));
        Assert.Equal(PeerEndReason.IceFailed, error.End.Reason);
        Assert.Equal(PeerPhase.Ice, error.End.Phase);
        await offerer.DisposeAsync();
    }

    [Fact]
    public async Task An_address_that_is_not_ours_leaves_no_socket_and_says_so()
    {
        await using IPeerConnection connection = DriverPair.Factory().Create(new PeerConnectionOptions { LocalAddresses = [IPAddress.Parse("203.0.113.1")] });
        PeerConnectionException error = await Assert.ThrowsAsync<PeerConnectionException>(async () => await connection.CreateOfferAsync());
        Assert.Equal(PeerEndReason.NoLocalAddress, error.End.Reason);
        Assert.Contains("203.0.113.1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_used_is_refused_by_line_and_a_good_one_still_works()
    {
        await using IPeerConnection offerer = DriverPair.Factory().Create(DriverPair.Options());
        await using IPeerConnection answerer = DriverPair.Factory().Create(DriverPair.Options());
        string answer = await answerer.CreateAnswerAsync(await offerer.CreateOfferAsync());

        SdpException error = Assert.Throws<SdpException>(() => offerer.SetAnswer("v=0\r\nnonsense\r\n"));
        Assert.Equal(2, error.Line);
        offerer.SetAnswer(answer);
        await offerer.ConnectAsync().WaitAsync(DriverPair.Patience);
    }

    [Fact]
    public async Task The_wait_thread_goes_when_the_last_connection_has_gone()
    {
        var threads = new WaitThreads(static () => EpollPoller.TryCreate() ?? (ISocketPoller)new SelectPoller());
        var factory = new PeerConnectionFactory { WaitThreads = threads };
        IPeerConnection first = factory.Create(DriverPair.Options()), second = factory.Create(DriverPair.Options());
        await first.CreateOfferAsync();
        await second.CreateOfferAsync();
        Assert.Equal(1, threads.Count);
        await first.DisposeAsync();
        await second.DisposeAsync();

        using var patience = new CancellationTokenSource(DriverPair.Patience);
        while (threads.Count > 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class ClockOfOnesOwn : TimeProvider;

    private static int Port(IPeerConnection connection) =>
        IPEndPoint.Parse(connection.GetStatistics().LocalAddress!).Port;

    private static int[] UdpPorts() => [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveUdpListeners().Select(e => e.Port)];
}
