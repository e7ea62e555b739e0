using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Driver;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Session;

/// <summary>Code of the user's that throws, or that waits for another thread: the call goes on as if it had not.</summary>
public sealed class UserCodeTests : Harness
{
    [Theory]
    [InlineData("default")]
    [InlineData("select")]
    public async Task A_logger_that_throws_at_every_call_changes_nothing_of_a_connection(string poller)
    {
        PeerConnectionOptions Options() => new() { LocalAddresses = [System.Net.IPAddress.Loopback], LoggerFactory = new ThrowingLoggers() };
        DriverPair pair = await DriverPair.ConnectAsync(poller, Options(), Options());
        await ConnectionTests.AudioArrives(pair.Offerer, pair.Answerer);
        await pair.Offerer.Messages.SendAsync("hello"u8.ToArray(), MessageKind.Text);
        using (IncomingMessage? message = await pair.Answerer.Messages.ReceiveAsync().AsTask().Within())
            Assert.Equal("hello", Encoding.UTF8.GetString(message!.Memory.Span));
        await pair.Offerer.CloseAsync().Within();
        Assert.Equal(PeerEndReason.ClosedLocally, (await pair.Offerer.Completion.Within()).Reason);
        Assert.Equal(PeerEndReason.ClosedByPeer, (await pair.Answerer.Completion.Within()).Reason);
        await pair.DisposeAsync();
    }

    [Fact]
    public async Task A_logger_that_throws_at_every_call_changes_nothing_of_a_session()
    {
        using var client = new RealtimeWebRtcClient(Options, peerFactory: Peer, loggerFactory: new ThrowingLoggers()) { AudioFactory = Audio.Create };
        RealtimeWebRtcSession session = await client.ConnectAsync().Within();
        Peer.Receive("""{"type":"session.created","session":{}}""");
        Peer.Receive("no JSON");
        Assert.Equal(2, (await ReadAsync(session, 2)).Count);
        await session.SendAsync(new ResponseCreate());
        await session.CloseAsync().Within();
        Assert.Equal(SessionEndReason.ClosedLocally, (await session.Completion.Within()).Reason);
        Assert.Equal(1, HangUps);
    }

    [Fact]
    public async Task A_progress_that_throws_is_told_every_step_all_the_same()
    {
        var progress = new ThrowingProgress();
        Peer.OnConnect = _ =>
        {
            Peer.Enter(PeerState.Securing);
            Peer.Enter(PeerState.OpeningChannel);
            return Task.CompletedTask;
        };
        await using RealtimeWebRtcSession session = await ConnectAsync(new() { Progress = progress });
        Assert.Equal([ConnectStep.Key, ConnectStep.Answer, ConnectStep.Ice, ConnectStep.Dtls, ConnectStep.Channel], progress.Told);
    }

    [Fact]
    public async Task A_trace_that_throws_is_logged_once_and_no_event_is_lost()
    {
        await using RealtimeWebRtcSession session = await ConnectAsync(new() { EventTrace = (_, _) => throw new InvalidOperationException("the trace's own") });
        for (int i = 0; i < 5; i++)
            Peer.Receive("""{"type":"session.created","session":{}}""");
        Assert.Equal(5, (await ReadAsync(session, 5)).Count);
        await session.SendAsync(new ResponseCreate());
        Assert.Single(Peer.Sent);
        Assert.Single(Log.GetSnapshot(), e => e.Text.Contains("the trace's own", StringComparison.Ordinal));
        Assert.Equal(SessionState.Connected, session.State);
    }

    private sealed class ThrowingProgress : IProgress<ConnectProgress>
    {
        public ConcurrentQueue<ConnectStep> Told { get; } = new();

        public void Report(ConnectProgress value)
        {
            Told.Enqueue(value.Step);
            throw new InvalidOperationException("the progress's own");
        }
    }

    private sealed class ThrowingLoggers : ILoggerFactory, ILogger
    {
        private int _asked;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw new InvalidOperationException("the logger's own");

        public bool IsEnabled(LogLevel logLevel) => _asked++ % 2 == 0 ? true : throw new InvalidOperationException("the logger's own");

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("the logger's own");

        public void Dispose()
        {
        }
    }
}
