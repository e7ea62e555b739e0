using System.Runtime.CompilerServices;
using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Sessions;

/// <summary>The double behaves as the session does whose place it takes.</summary>
public sealed class ScriptedSessionTests
{
    [Fact]
    public async Task What_is_received_is_read_in_order_and_the_reading_ends_with_the_session()
    {
        await using var session = new ScriptedRealtimeSession();
        session.Receive("""{"type":"input_audio_buffer.cleared"}""");
        session.Receive("""{"type":"one.of.next.year"}""");
        Assert.Throws<ArgumentException>(() => session.Receive("no JSON"));
        session.Receive(ServerEvent.Read("no JSON"u8));
        session.End(SessionEndReason.SessionExpired, "An hour has passed.");

        List<ServerEvent> events = await session.ReadEventsAsync().ToListAsync();
        Assert.Equal([typeof(InputAudioBufferCleared), typeof(UnknownServerEvent), typeof(MalformedServerEvent)], events.Select(e => e.GetType()));
        Assert.Equal(new SessionEnd(SessionEndReason.SessionExpired, "An hour has passed."), await session.Completion);
        Assert.Throws<InvalidOperationException>(() => session.Receive("""{"type":"input_audio_buffer.cleared"}"""));
    }

    [Fact]
    public async Task What_is_sent_is_at_hand_whether_typed_or_written_by_hand()
    {
        await using var session = new ScriptedRealtimeSession();
        await session.SendAsync(new ResponseCreate());
        await session.SendRawAsync("""{"type":"input_audio_buffer.clear"}"""u8.ToArray());
        await session.SendRawAsync("""{"type":"one.of.next.year"}"""u8.ToArray());
        Assert.Equal([typeof(ResponseCreate), typeof(InputAudioBufferClear), typeof(RawClientEvent)], session.Sent.Select(e => e.GetType()));
        await Assert.ThrowsAsync<ArgumentException>(async () => await session.SendRawAsync("no JSON"u8.ToArray()));
    }

    [Fact]
    public async Task Waiting_for_what_is_sent_ends_when_it_is_sent_or_cannot_be_any_more()
    {
        await using var session = new ScriptedRealtimeSession();
        Task<InputAudioBufferClear> waiting = session.WaitForSentAsync<InputAudioBufferClear>();
        await session.SendAsync(new ResponseCreate());
        Assert.False(waiting.IsCompleted);
        var clear = new InputAudioBufferClear();
        await session.SendAsync(clear);
        Assert.Same(clear, await waiting.WaitAsync(Caller.Patience));

        Task<ResponseCancel> inVain = session.WaitForSentAsync<ResponseCancel>();
        session.End(SessionEndReason.ConnectionLost);
        await Assert.ThrowsAsync<InvalidOperationException>(() => inVain.WaitAsync(Caller.Patience));
    }

    [Fact]
    public async Task Waiting_in_vain_ends_by_itself_and_says_what_was_sent_instead()
    {
        await using var session = new ScriptedRealtimeSession();
        TimeoutException nothing = await Assert.ThrowsAsync<TimeoutException>(() => session.WaitForSentAsync<ResponseCancel>(TimeSpan.Zero));
        Assert.Contains("No ResponseCancel was sent", nothing.Message, StringComparison.Ordinal);
        Assert.EndsWith("Until then: nothing.", nothing.Message, StringComparison.Ordinal);

        await session.SendAsync(new ResponseCreate());
        await session.SendAsync(new ResponseCreate());
        await session.SendAsync(new InputAudioBufferClear());
        TimeoutException others = await Assert.ThrowsAsync<TimeoutException>(() => session.WaitForSentAsync<ResponseCancel>(TimeSpan.Zero));
        Assert.EndsWith("Until then: ResponseCreate, InputAudioBufferClear.", others.Message, StringComparison.Ordinal);

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.WaitForSentAsync<ResponseCancel>(cancellationToken: cancelled.Token));
    }

    [Fact]
    public async Task A_session_that_has_ended_takes_no_event_and_says_why()
    {
        await using var session = new ScriptedRealtimeSession();
        session.End(SessionEndReason.ConnectionLost, "The network went away.");
        RealtimeSessionEndedException refusal = await Assert.ThrowsAsync<RealtimeSessionEndedException>(async () => await session.SendAsync(new ResponseCreate()));
        Assert.Equal(SessionEndReason.ConnectionLost, refusal.End?.Reason);
        Assert.Empty(session.Sent);
    }

    [Fact]
    public async Task States_are_told_in_order_and_closing_is_the_last_word()
    {
        await using var session = new ScriptedRealtimeSession();
        session.Enter(SessionState.Disconnected);
        session.Enter(SessionState.Connected);
        await session.CloseAsync();
        session.Enter(SessionState.Connected);
        session.End(SessionEndReason.Failed);
        Assert.Equal(
            [SessionState.Disconnected, SessionState.Connected, SessionState.Closing, SessionState.Closed],
            (await session.StateChanges.ReadAllAsync().ToListAsync()).Select(change => change.State));
        Assert.Equal(SessionEndReason.ClosedLocally, (await session.Completion).Reason);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Enter(SessionState.Closed));
    }

    [Fact]
    public async Task Two_readers_at_a_time_are_one_too_many_and_the_next_goes_on_where_the_first_stopped()
    {
        await using var session = new ScriptedRealtimeSession();
        session.Receive("""{"type":"input_audio_buffer.cleared"}""");
        session.Receive("""{"type":"input_audio_buffer.committed","item_id":"item_1"}""");
        await foreach (ServerEvent first in session.ReadEventsAsync())
        {
            Assert.IsType<InputAudioBufferCleared>(first);
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await session.ReadEventsAsync().FirstAsync());
            break;
        }

        Assert.IsType<InputAudioBufferCommitted>(await session.ReadEventsAsync().FirstAsync());
    }

    [Fact]
    public async Task A_session_of_ones_own_needs_few_members_and_what_it_leaves_out_has_a_meaning()
    {
        var own = new OwnSession();
        IRealtimeSession session = own;
        await session.SendAsync(new ResponseCreate { EventId = "mine" });
        Assert.True(ClientEvent.TryRead(own.Json, RealtimeDialect.Ga, out ClientEvent? sent, out _));
        Assert.Equal("mine", Assert.IsType<ResponseCreate>(sent).EventId);
        Assert.Null(session.CallId);
        Assert.Equal(AudioLevel.Silence, session.InputLevel);
        Assert.Equal(0, session.GetStatistics().EventsSent);
    }

    [Fact]
    public async Task The_session_over_WebRTC_is_one_and_drops_what_is_not_yet_played()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        IRealtimeSession session = caller.Session;
        session.FlushOutput();
        await session.SendAsync(new ResponseCreate());
        await caller.Call.WaitForEventAsync("response.create");
        await session.CloseAsync();
        Assert.Equal(SessionEndReason.ClosedLocally, (await session.Completion).Reason);
    }

    private sealed class OwnSession : IRealtimeSession
    {
        public byte[] Json { get; private set; } = [];

        public SessionState State => SessionState.Connected;

        public ChannelReader<SessionStateChange> StateChanges { get; } = Channel.CreateUnbounded<SessionStateChange>().Reader;

        public Task<SessionEnd> Completion { get; } = new TaskCompletionSource<SessionEnd>().Task;

        public bool Muted { get; set; }

        public async IAsyncEnumerable<ServerEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            yield break;
        }

        public ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default)
        {
            Json = utf8Json.ToArray();
            return ValueTask.CompletedTask;
        }

        public void FlushOutput()
        {
        }

        public Task CloseAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
