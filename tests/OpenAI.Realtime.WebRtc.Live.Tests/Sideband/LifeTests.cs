using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Tests.Sideband;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Sideband;

/// <summary>Breaks, ends, and what may be sent when, as far as it is the Live API's own: the rest is one source with the Realtime API's sideband, and tested there.</summary>
public sealed class LifeTests : LiveSidebandHarness
{
    [Fact]
    public async Task What_the_service_repeats_after_a_break_comes_once()
    {
        (LiveSideband sideband, ServedSocket first) = await AttachAsync();
        await using LiveSideband owned = sideband;
        string started = """{"type":"session.started","event_id":"e0","session":{"id":"live_1","expires_at":4102444800,"model":"gpt-live-1"}}""";
        await first.SendAsync(started);
        await first.SendAsync(started);
        await first.SendAsync(Event("session.output_transcript.delta", "e1", "\"delta\":\"Roses\",\"start_ms\":0,\"end_ms\":200"));
        List<LiveServerEvent> events = await ReadAsync(sideband, 2);
        first.Break();
        ServedSocket second = await Server.NextAsync();
        await second.SendAsync(started);
        await second.SendAsync(Event("session.output_transcript.delta", "e1", "\"delta\":\"Roses\",\"start_ms\":0,\"end_ms\":200"));
        await second.SendAsync(Event("session.output_transcript.delta", "e2", "\"delta\":\" are red\",\"start_ms\":200,\"end_ms\":400"));
        events.AddRange(await ReadAsync(sideband, 1));
        Assert.Equal(["e0", "e1", "e2"], events.Select(e => e.EventId));
        Assert.Equal("Roses are red", Assert.Single(sideband.Transcript.Turns).Text);
        LiveSessionStatistics statistics = sideband.GetStatistics();
        Assert.Equal((3, 6), (statistics.EventsRepeated, statistics.EventsReceived));
        Assert.Equal(("live_1", "gpt-live-1"), (sideband.Info!.Id, sideband.Info.Model.Value!.Value.Value));
        Assert.NotNull(sideband.ExpiresAt);
        Assert.False(sideband.Expiring.IsCompleted);
    }

    [Fact]
    public async Task It_ends_with_the_session_and_says_what_the_service_has_said()
    {
        Options.HangUpTimeout = TimeSpan.FromMinutes(1);
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        await socket.SendAsync(Closed);
        Assert.Null(await socket.ReceiveAsync());       // its goodbye
        await socket.CloseAsync();
        LiveSessionEnd end = await sideband.Completion.Within();
        Assert.Equal((SessionEndReason.ClosedLocally, true, LiveCloseReason.CloseRequested, 42.5), (end.Reason, end.IsConfirmed, end.ServiceReason!.Value, end.Usage!.Active.TotalSeconds));
        Assert.IsType<LiveSessionClosed>(Assert.Single(await ReadAsync(sideband)));
        Assert.Equal([SessionState.Closing, SessionState.Closed], (await sideband.StateChanges.ReadAllAsync().ToListAsync()).Select(change => change.State));
        var e = await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => sideband.SendAsync(new LiveResponseCreate()).AsTask());
        Assert.Equal(end.Detail, e.End!.Detail);
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => sideband.AppendThinkingAsync("x"));
        Assert.True(sideband.Expiring.IsCanceled);
        Assert.Single(Server.Requests);
        await sideband.DisposeAsync().AsTask().Within();
    }

    [Theory]
    [InlineData("expired", SessionEndReason.SessionExpired)]
    [InlineData("content", SessionEndReason.ClosedByPeer)]
    [InlineData("connection_lost", SessionEndReason.ConnectionLost)]
    [InlineData("something else", SessionEndReason.ClosedByPeer)]
    public async Task Each_reason_of_the_service_is_a_reason(string reason, SessionEndReason expected)
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        await socket.SendAsync(Event("session.closed", "e1", $"\"reason\":\"{reason}\""));
        LiveSessionEnd end = await sideband.Completion.Within();
        Assert.Equal((expected, true, reason), (end.Reason, end.IsConfirmed, end.ServiceReason!.Value.Value));
        socket.Break();
    }

    [Fact]
    public async Task A_close_of_another_shape_is_one()
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        await socket.SendAsync(Event("session.closed", "e1", "\"reason\":5,\"usage\":[]"));
        LiveSessionEnd end = await sideband.Completion.Within();
        Assert.Equal((SessionEndReason.ClosedByPeer, true), (end.Reason, end.IsConfirmed));
        socket.Break();
    }

    [Fact]
    public async Task A_session_that_the_service_knows_no_more_has_ended_and_nobody_has_said_how()
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        await socket.SendAsync(Event("session.usage.updated", "e1", "\"usage\":{\"seconds\":12}"));
        Assert.Single(await ReadAsync(sideband, 1));
        Server.EndCall();
        await socket.CloseAsync();
        LiveSessionEnd end = await sideband.Completion.Within();
        Assert.Equal((SessionEndReason.ClosedByPeer, false, 12d), (end.Reason, end.IsConfirmed, end.Usage!.Active.TotalSeconds));
        Assert.Contains("The session has ended", end.Detail, StringComparison.Ordinal);
        Assert.Equal(12, sideband.Usage!.Active.TotalSeconds);
    }

    [Fact]
    public async Task Letting_go_leaves_the_session_alone()
    {
        Options.HangUpTimeout = TimeSpan.FromMinutes(1);
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        Task closing = sideband.CloseAsync();
        Assert.Null(await socket.ReceiveAsync());       // a goodbye and nothing else
        await socket.CloseAsync();
        await closing.Within();
        LiveSessionEnd end = await sideband.Completion.Within();
        Assert.Equal((SessionEndReason.ClosedLocally, false), (end.Reason, end.IsConfirmed));
        Assert.Contains("goes on", end.Detail, StringComparison.Ordinal);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task The_session_can_be_ended_for_everybody()
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        Task<LiveSessionEnd> ending = sideband.EndSessionAsync();
        Task<LiveSessionEnd> twice = sideband.EndSessionAsync();
        await SentAsync<LiveSessionClose>(socket);
        await socket.SendAsync(Event("session.output_transcript.delta", "e1", "\"delta\":\"Bye\",\"start_ms\":0,\"end_ms\":200"));
        await socket.SendAsync(Closed);
        LiveSessionEnd end = await ending.Within();
        Assert.Same(end, await twice.Within());
        Assert.Equal((SessionEndReason.ClosedLocally, true, 42.5), (end.Reason, end.IsConfirmed, end.Usage!.Active.TotalSeconds));
        Assert.Equal(["session.output_transcript.delta", "session.closed"], (await ReadAsync(sideband)).Select(e => e.Type));
        socket.Break();
    }

    [Fact]
    public async Task A_service_that_confirms_no_end_is_waited_for_no_longer_than_the_limit()
    {
        var time = new ManualTimeProvider();
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync(time: time);
        Task<LiveSessionEnd> ending = sideband.EndSessionAsync();
        await SentAsync<LiveSessionClose>(socket);
        Assert.False(ending.IsCompleted);
        time.Advance(Options.CloseTimeout);
        Assert.Null(await socket.ReceiveAsync());
        await socket.CloseAsync();
        Assert.False((await ending.Within()).IsConfirmed);
        Assert.Contains(Log.GetSnapshot(), record => record.Id.Id == 43);
    }

    [Fact]
    public async Task A_session_that_is_gone_cannot_be_ended_and_that_is_said()
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        Server.EndCall();
        socket.Break();
        await sideband.Completion.Within();
        Assert.False((await sideband.EndSessionAsync().Within()).IsConfirmed);
    }

    [Fact]
    public async Task A_key_that_is_refused_later_ends_it_and_the_end_has_the_failure()
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        Server.Fail(401, "invalid_api_key");
        socket.Break();
        LiveSessionEnd end = await sideband.Completion.Within();
        Assert.Equal((SessionEndReason.ConnectionLost, RealtimeFailure.KeyRefused, false), (end.Reason, end.Error!.Failure, end.IsConfirmed));
        Assert.Equal(2, Server.Requests.Count);
    }

    [Fact]
    public async Task Commands_that_are_sent_while_there_is_no_WebSocket_go_by_the_next_and_are_acknowledged_there()
    {
        (LiveSideband sideband, ServedSocket first) = await AttachAsync();
        await using LiveSideband owned = sideband;
        await Server.AskedAsync();
        Server.Fail(503, "busy");
        first.Break();
        await Server.AskedAsync();
        Task<LiveThinkingAppended> append = sideband.AppendThinkingAsync("The page shows roses.");
        Server.Instead = _ => Task.FromResult(false);
        ServedSocket second = await Server.NextAsync();
        await AcknowledgeAsync(second, await SentAsync<LiveThinkingAppend>(second));
        Assert.Equal(TimeSpan.Zero, (await append.Within()).Start);
    }

    [Fact]
    public async Task An_acknowledgement_that_is_lost_in_a_gap_is_waited_for_no_longer_than_the_limit()
    {
        var time = new ManualTimeProvider();
        (LiveSideband sideband, ServedSocket first) = await AttachAsync(time: time);
        await using LiveSideband owned = sideband;
        Task<LiveCommentaryAppended> append = sideband.AppendCommentaryAsync("Good morning.");
        await SentAsync<LiveCommentaryAppend>(first);
        first.Break();
        ServedSocket second = await PassedAsync(time);
        time.Advance(Options.CommandTimeout);
        LiveCommandException e = await Assert.ThrowsAsync<LiveCommandException>(() => append.Within());
        Assert.Null(e.Error);
        second.Break();

        async Task<ServedSocket> PassedAsync(ManualTimeProvider clock)
        {
            Task<ServedSocket> next = Server.NextAsync();
            await PassWaitsUntilAsync(clock, next);
            return await next;
        }
    }

    [Fact]
    public async Task Acknowledgements_and_refusals_of_others_are_not_ours()
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        await using LiveSideband owned = sideband;
        Task<LiveInstructionsAppended> mine = sideband.AppendInstructionsAsync("Be brief.");
        LiveInstructionsAppend sent = await SentAsync<LiveInstructionsAppend>(socket);
        await socket.SendAsync(Event("session.instructions.appended", "e1", "\"client_event_id\":\"the_pages\",\"start_ms\":0,\"end_ms\":200"));
        await socket.SendAsync("""{"type":"error","event_id":"e2","error":{"type":"invalid_request_error","code":null,"message":"No.","client_event_id":"the_pages"}}""");
        Assert.Equal(2, (await ReadAsync(sideband, 2)).Count);
        Assert.False(mine.IsCompleted);
        await socket.SendAsync($$$"""{"type":"error","event_id":"e3","error":{"type":"invalid_request_error","code":"invalid_value","message":"No.","client_event_id":"{{{sent.EventId}}}"}}""");
        LiveCommandException e = await Assert.ThrowsAsync<LiveCommandException>(() => mine.Within());
        Assert.Equal("invalid_value", e.ErrorCode);
        Assert.False(sideband.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_command_that_waits_is_told_of_the_end()
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        Task<LiveInstructionsAppended> waiting = sideband.AppendInstructionsAsync("Be brief.");
        await SentAsync<LiveInstructionsAppend>(socket);
        Server.EndCall();
        socket.Break();
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => waiting.Within());
    }
}
