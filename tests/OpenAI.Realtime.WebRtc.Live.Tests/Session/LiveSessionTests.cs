using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Session;

public sealed class LiveSessionTests : LiveHarness
{
    [Fact]
    public async Task Each_command_gets_the_acknowledgement_with_its_id()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync();
        Task<LiveCommentaryAppended> first = session.AppendCommentaryAsync("Hello."), second = session.AppendCommentaryAsync("World.", "del_1");
        LiveCommentaryAppend one = await SentAsync<LiveCommentaryAppend>(), two = await SentAsync<LiveCommentaryAppend>();
        Assert.Equal(("Hello.", null, "World.", "del_1"), (one.Content, one.DelegationId, two.Content, two.DelegationId));
        Assert.NotEqual(one.EventId, two.EventId);

        Acknowledge("session.commentary.appended", two.EventId, "\"start_ms\":2000,\"end_ms\":2200");
        Acknowledge("session.commentary.appended", one.EventId, "\"start_ms\":1000,\"end_ms\":1200");
        Assert.Equal(TimeSpan.FromSeconds(2), (await second.Within()).Start);
        Assert.Equal(TimeSpan.FromSeconds(1), (await first.Within()).Start);
    }

    [Fact]
    public async Task Every_command_that_the_API_acknowledges_can_be_awaited()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync();
        (LiveClientEvent Command, string Answer, string Body)[] commands =
        [
            (new LiveSessionUpdate(new LiveSessionChanges()), "session.updated", "\"session\":{\"id\":\"live_1\"}"),
            (new LiveInputAudioMute(), "session.input_audio.muted", "\"x\":1"),
            (new LiveInputAudioUnmute(), "session.input_audio.unmuted", "\"x\":1"),
            (new LiveInstructionsAppend("x"), "session.instructions.appended", "\"start_ms\":0,\"end_ms\":1"),
            (new LiveThinkingAppend("x"), "session.thinking.appended", "\"start_ms\":0,\"end_ms\":1"),
            (new LiveCommentaryAppend("x"), "session.commentary.appended", "\"start_ms\":0,\"end_ms\":1"),
            (new LiveDecisionItemCreate(LiveDecisionItem.User("x")), "decision.item.created", "\"item\":{\"id\":\"i\",\"role\":\"user\",\"content\":\"x\"}"),
            (new LiveDecisionItemDelete("i"), "decision.item.deleted", "\"item_id\":\"i\""),
            (new LiveOutputAudioFixturePlay(new byte[] { 0, 0 }), "session.output_audio.fixture.playing", "\"x\":1"),
            (new LiveDtmfSend("1"), "transport.dtmf.sent", "\"event\":\"1\""),
        ];
        foreach ((LiveClientEvent command, string answer, string body) in commands)
        {
            Task<LiveServerEvent> waiting = session.SendAndWaitAsync(command);
            LiveClientEvent sent = await SentAsync<LiveClientEvent>();
            Assert.Equal(command.Type, sent.Type);
            Acknowledge(answer, sent.EventId, body);
            Assert.Equal(answer, (await waiting.Within()).Type);
        }
        foreach (LiveClientEvent other in new LiveClientEvent[] { new LiveResponseCreate(), LiveResponseItemCreate.UserText("x"), new LiveDecisionCreate("once"), new LiveInputAudioAppend(new byte[] { 0, 0 }), new LiveSessionClose() })
            await Assert.ThrowsAsync<ArgumentException>(() => session.SendAndWaitAsync(other));
        Assert.Contains("CloseAsync", (await Assert.ThrowsAsync<ArgumentException>(() => session.SendAndWaitAsync(new LiveSessionClose()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_does_not_say_which_command_it_answers_answers_them_in_order()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync();
        Task<LiveThinkingAppended> first = session.AppendThinkingAsync("1"), second = session.AppendThinkingAsync("2");
        await SentAsync<LiveThinkingAppend>();
        await SentAsync<LiveThinkingAppend>();
        Peer.Receive("""{"type":"session.thinking.appended","start_ms":1,"end_ms":2}""");
        Assert.Equal(TimeSpan.FromMilliseconds(1), (await first.Within()).Start);
        Assert.False(second.IsCompleted);
        Peer.Receive("""{"type":"session.thinking.appended","start_ms":3,"end_ms":4}""");
        Assert.Equal(TimeSpan.FromMilliseconds(3), (await second.Within()).Start);
    }

    [Fact]
    public async Task A_refused_command_throws_and_the_session_goes_on()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync();
        Task<LiveInstructionsAppended> waiting = session.AppendInstructionsAsync("too long");
        string? id = (await SentAsync<LiveInstructionsAppend>()).EventId;
        Peer.Receive($$$"""{"type":"error","event_id":"e","error":{"type":"invalid_request_error","code":"invalid_value","message":"Context append text must not exceed 500 tokens","param":"content","client_event_id":"{{{id}}}"}}""");
        LiveCommandException e = await Assert.ThrowsAsync<LiveCommandException>(() => waiting.Within());
        Assert.Equal(("session.instructions.append", "invalid_value", "content", RealtimeFailure.CommandFailed), (e.Command, e.ErrorCode, e.Param, e.Failure));
        Assert.Contains("500 tokens", e.Message, StringComparison.Ordinal);
        Assert.Equal(SessionState.Connected, session.State);
        Assert.DoesNotContain(Log.GetSnapshot(), entry => entry.Id.Id == 22);      // its caller knows
    }

    [Fact]
    public async Task An_error_that_answers_nobody_is_logged_and_ends_nothing()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync();
        Peer.Receive("""{"type":"error","event_id":"e","error":{"type":"t","code":null,"message":"Unknown client delegation."}}""");
        await session.CloseAsync().Within();
        Assert.Contains(Log.GetSnapshot(), entry => entry.Id.Id == 22);
        Assert.Contains(await ReadAllAsync(session), e => e is LiveError { Error.Code: null });
    }

    [Fact]
    public async Task An_acknowledgement_that_cannot_be_read_is_told_to_its_caller()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync();
        Task<LiveSessionUpdated> waiting = session.UpdateAsync(new LiveSessionChanges { Triggers = [] });
        Acknowledge("session.updated", (await SentAsync<LiveSessionUpdate>()).EventId, "\"session\":7");
        LiveCommandException e = await Assert.ThrowsAsync<LiveCommandException>(() => waiting.Within());
        Assert.Contains("acknowledged", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_nobody_answers_ends_at_its_limit()
    {
        Starts();
        var time = new FakeTimeProvider();
        LiveWebRtcSession session = await ConnectAsync(timeProvider: time);
        Task<LiveThinkingAppended> waiting = session.AppendThinkingAsync("x");
        await SentAsync<LiveThinkingAppend>();
        LiveCommandException e = await Assert.ThrowsAsync<LiveCommandException>(() => time.UntilAsync(waiting, TimeSpan.FromSeconds(1)));
        Assert.Null(e.Error);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task A_cancelled_command_is_no_longer_waited_for()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        Task<LiveThinkingAppended> waiting = session.AppendThinkingAsync("x", cancellationToken: cancel.Token);
        string? id = (await SentAsync<LiveThinkingAppend>()).EventId;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within());
        Acknowledge("session.thinking.appended", id, "\"start_ms\":0,\"end_ms\":1");
        await session.CloseAsync().Within();
        Assert.Contains(await ReadAllAsync(session), e => e is LiveThinkingAppended);
    }

    [Fact]
    public async Task An_id_is_never_waited_for_twice()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync();
        Task<LiveServerEvent> waiting = session.SendAndWaitAsync(new LiveThinkingAppend("x") { EventId = "mine" });
        Assert.Equal("mine", (await SentAsync<LiveThinkingAppend>()).EventId);
        await Assert.ThrowsAsync<ArgumentException>(() => session.SendAndWaitAsync(new LiveThinkingAppend("y") { EventId = "mine" }));
        Acknowledge("session.thinking.appended", "mine", "\"start_ms\":0,\"end_ms\":1");
        await waiting.Within();
    }

    [Fact]
    public async Task Closing_says_so_waits_for_the_service_and_tells_what_it_costs()
    {
        Starts();
        LiveWebRtcSession session = await ConnectAsync();
        LiveSessionEnd end = await session.CloseAsync().Within();
        Assert.Equal((SessionEndReason.ClosedLocally, true, "close_requested", TimeSpan.FromSeconds(42.5)), (end.Reason, end.IsConfirmed, end.ServiceReason?.Value, end.Usage?.Active));
        Assert.Equal(0, HangUps);
        Assert.Single(Peer.Sent, json => json.Contains("session.close", StringComparison.Ordinal));
        Assert.Equal(["session.started", "session.closed"], (await ReadAllAsync(session)).Select(e => e.Type));
        Assert.True(Peer.Disposed);
        Assert.Same(end, await session.CloseAsync().Within());
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(async () => await session.SendAsync(new LiveInputAudioMute()));
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => session.AppendThinkingAsync("x"));
    }

    [Fact]
    public async Task A_service_that_does_not_confirm_is_waited_for_no_longer_than_the_limit()
    {
        Starts(closes: false);
        var time = new FakeTimeProvider();
        LiveWebRtcSession session = await ConnectAsync(timeProvider: time);
        Task<LiveThinkingAppended> pending = session.AppendThinkingAsync("never answered");
        await SentAsync<LiveThinkingAppend>();
        Task<LiveSessionEnd> closing = session.CloseAsync();
        await SentAsync<LiveSessionClose>();
        Assert.Equal(SessionState.Closing, session.State);
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(async () => await session.SendAsync(new LiveInputAudioMute()));
        await time.PassUntilAsync(() => Log.GetSnapshot().Any(entry => entry.Id.Id == 43), TimeSpan.FromSeconds(1));
        LiveSessionEnd end = await closing.Within();
        Assert.Equal((SessionEndReason.ClosedLocally, false), (end.Reason, end.IsConfirmed));
        Assert.Contains("not confirmed", end.Detail, StringComparison.Ordinal);
        Assert.Equal(1, HangUps);
        Assert.IsAssignableFrom<RealtimeException>(await Record.ExceptionAsync(() => pending));      // at its own limit or at the session's end, whichever came first
    }

    [Theory]
    [InlineData("expired", SessionEndReason.SessionExpired)]
    [InlineData("content", SessionEndReason.ClosedByPeer)]
    [InlineData("connection_lost", SessionEndReason.ConnectionLost)]
    [InlineData("brand_new", SessionEndReason.ClosedByPeer)]
    public async Task The_service_may_close_a_session_itself(string reason, SessionEndReason expected)
    {
        Starts();
        LiveWebRtcSession session = await ConnectAsync();
        Peer.Receive($$$"""{"type":"session.closed","event_id":"e","reason":"{{{reason}}}","usage":{"seconds":3},"session":{"id":"live_1"}}""");
        LiveSessionEnd end = await session.Completion.Within();
        Assert.Equal((expected, true, reason), (end.Reason, end.IsConfirmed, end.ServiceReason?.Value));
        await session.DisposeAsync();
        Assert.DoesNotContain(Peer.Sent, json => json.Contains("session.close", StringComparison.Ordinal));
        Assert.Equal(0, HangUps);
    }

    [Fact]
    public async Task A_channel_that_closes_without_a_word_is_unconfirmed_and_keeps_the_last_use()
    {
        Starts();
        LiveWebRtcSession session = await ConnectAsync();
        Task<LiveThinkingAppended> pending = session.AppendThinkingAsync("x");
        await SentAsync<LiveThinkingAppend>();
        Peer.Receive("""{"type":"session.usage.updated","usage":{"seconds":12}}""");
        Peer.Receive("""{"type":"session.usage.updated","usage":{"seconds":25}}""");
        Peer.End(PeerEndReason.ConsentExpired, "No answer for 30 s.");
        LiveSessionEnd end = await session.Completion.Within();
        Assert.Equal((SessionEndReason.ConnectionLost, false, TimeSpan.FromSeconds(25)), (end.Reason, end.IsConfirmed, end.Usage?.Active));
        RealtimeSessionEndedException e = await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => pending.Within());
        Assert.Equal(SessionEndReason.ConnectionLost, e.End!.Reason);
        await session.DisposeAsync();
        Assert.Equal(1, HangUps);
        Assert.True(session.Expiring.IsCanceled);
    }

    [Fact]
    public async Task The_end_is_told_of_before_it_comes()
    {
        Starts();
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_790_000_000));
        Peer.OnConnect = _ =>
        {
            Peer.Receive("""{"type":"session.started","session":{"id":"live_1","expires_at":1790007200,"model":"m"}}""");
            return Task.CompletedTask;
        };
        LiveWebRtcSession session = await ConnectAsync(timeProvider: time);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_790_007_200), session.ExpiresAt);
        time.Advance(TimeSpan.FromMinutes(117));
        Assert.False(session.Expiring.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(session.ExpiresAt, await session.Expiring.Within());
        await session.CloseAsync().Within();
    }

    [Fact]
    public async Task A_message_that_is_no_event_is_passed_on_and_ends_nothing()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync();
        foreach (string noise in new[] { "", "no JSON", "[]", "{\"type\":7}", "{\"type\":\"session.usage.updated\",\"usage\":{\"seconds\":1e999}}" })
            Peer.Receive(noise);
        await session.CloseAsync().Within();
        Assert.Equal(5, (await ReadAllAsync(session)).Count(e => e is MalformedLiveEvent));
    }

    [Fact]
    public async Task An_event_keeps_its_message_where_that_is_asked_for()
    {
        Starts();
        Options.KeepEventJson = true;
        LiveWebRtcSession session = await ConnectAsync();
        await session.CloseAsync().Within();
        LiveServerEvent started = (await ReadAllAsync(session))[0];
        Assert.Equal(Started, System.Text.Encoding.UTF8.GetString(started.ReceivedJson!.Value.Span));
    }

    [Fact]
    public async Task A_trace_sees_both_directions_and_what_it_throws_ends_nothing()
    {
        Starts();
        var seen = new System.Collections.Concurrent.ConcurrentQueue<(bool Sent, string? Type)>();
        LiveWebRtcSession session = await ConnectAsync(new LiveConnectOptions
        {
            EventTrace = (sent, json) =>
            {
                seen.Enqueue((sent, JsonElement.Parse(json).GetProperty("type").GetString()));
                throw new InvalidOperationException("of the user's");
            },
        });
        await session.CloseAsync().Within();
        Assert.Equal([(false, "session.started"), (true, "session.close"), (false, "session.closed")], seen);
    }

    private void Acknowledge(string type, string? id, string body) => Peer.Receive($$"""{"type":"{{type}}","event_id":"event_a","client_event_id":"{{id}}",{{body}}}""");
}
