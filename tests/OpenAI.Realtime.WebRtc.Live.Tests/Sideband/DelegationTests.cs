using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Tests.Sideband;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Sideband;

/// <summary>Work that is handed over, done beside the session: once each, whatever the service repeats, and also when the WebSocket breaks in between.</summary>
public sealed class DelegationTests : LiveSidebandHarness
{
    [Fact]
    public async Task What_the_service_repeats_after_a_break_is_done_once_and_answered_once()
    {
        int runs = 0;
        var go = new TaskCompletionSource();
        (LiveSideband sideband, ServedSocket first) = await AttachAsync(new()
        {
            Delegation = new LiveClientHandler(async (task, _) =>
            {
                Interlocked.Increment(ref runs);
                await go.Task;
                return $"Done: {task.Request}";
            })
            {
                Settle = TimeSpan.Zero,
            },
        });
        await using LiveSideband owned = sideband;
        string heard = Event("session.input_transcript.delta", "e1", "\"delta\":\"Red roses?\",\"start_ms\":0,\"end_ms\":200");
        string asked = Event("session.delegation.created", "e2", "\"offset_ms\":100,\"delegation\":{\"id\":\"del_1\",\"type\":\"delegation\",\"target\":\"client\"}");
        await first.SendAsync(heard);
        await first.SendAsync(asked);
        Assert.Equal(2, (await ReadAsync(sideband, 2)).Count);
        first.Break();
        ServedSocket second = await Server.NextAsync();
        await second.SendAsync(heard);
        await second.SendAsync(asked);
        await second.SendAsync(asked.Replace("\"e2\"", "\"e3\"", StringComparison.Ordinal));       // the same under another id
        Assert.Single(await ReadAsync(sideband, 1));
        go.SetResult();
        LiveCommentaryAppend answer = await SentAsync<LiveCommentaryAppend>(second);
        Assert.Equal(("Done: Red roses?", "del_1", 1), (answer.Content, answer.DelegationId, runs));
        await AcknowledgeAsync(second, answer);
        Task<LiveThinkingAppended> next = sideband.AppendThinkingAsync("next");
        Assert.Equal("next", (await SentAsync<LiveThinkingAppend>(second)).Content);
        second.Break();
        await sideband.DisposeAsync().AsTask().Within();
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => next.Within());
    }

    [Fact]
    public async Task A_models_functions_are_run_beside_the_session_and_know_it()
    {
        ILiveSession? given = null;
        var seen = new List<string>();
        LiveToolHandler handler = new()
        {
            Tools = [AIFunctionFactory.Create((AIFunctionArguments arguments) =>
            {
                given = (ILiveSession?)arguments.Context![typeof(ILiveSession)];
                Assert.Same(given, arguments.Context[typeof(LiveSideband)]);
                return "12 in stock";
            }, "stock")],
            OnCall = (session, call) => seen.Add($"{session.SessionId} {call.Name} {call.Status}"),
        };
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync(new() { Delegation = handler });
        await using LiveSideband owned = sideband;
        await CallAsync(socket, "stock", "call_1");
        LiveResponseItemCreate output = await SentAsync<LiveResponseItemCreate>(socket);
        Assert.Contains("12 in stock", output.Item.ToString(), StringComparison.Ordinal);
        await SentAsync<LiveResponseCreate>(socket);
        Assert.Same(sideband, given);
        Assert.Equal(["live_1 stock Running", "live_1 stock Completed"], seen);
        Assert.Equal(1, sideband.GetStatistics().BackendItems);
    }

    [Fact]
    public async Task A_call_that_needs_leave_gets_it_through_the_sideband()
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync(new()
        {
            Delegation = new LiveToolHandler
            {
                Tools = [new ApprovalRequiredAIFunction(AIFunctionFactory.Create(() => "ordered", "order"))],
                OnApproval = (session, request) => Assert.True(session.Approve(request)),
            },
        });
        await using LiveSideband owned = sideband;
        await CallAsync(socket, "order", "call_1");
        Assert.Contains("ordered", (await SentAsync<LiveResponseItemCreate>(socket)).Item.ToString(), StringComparison.Ordinal);
        Assert.False(sideband.Refuse(new ApprovalRequest("order", "{}")));
    }

    [Fact]
    public async Task A_response_whose_end_was_missed_goes_on_all_the_same()
    {
        var go = new TaskCompletionSource<string>();
        (LiveSideband sideband, ServedSocket first) = await AttachAsync(new() { Delegation = new LiveToolHandler { Tools = [AIFunctionFactory.Create(() => go.Task, "stock")] } });
        await using LiveSideband owned = sideband;
        await ResponseAsync(first, "e1", """{"type":"response.created","response":{"id":"resp_1"}}""");
        await ResponseAsync(first, "e2", """{"type":"response.output_item.done","item":{"id":"fc_1","type":"function_call","status":"completed","call_id":"call_1","name":"stock","arguments":"{}"}}""");
        Assert.Equal(2, (await ReadAsync(sideband, 2)).Count);
        first.Break();
        ServedSocket second = await Server.NextAsync();     // response.completed came meanwhile
        Assert.Equal(SessionState.Disconnected, (await ChangeAsync(sideband)).State);
        Assert.Equal(SessionState.Connected, (await ChangeAsync(sideband)).State);
        go.SetResult("12 in stock");
        await SentAsync<LiveResponseItemCreate>(second);
        await SentAsync<LiveResponseCreate>(second);
    }

    [Fact]
    public async Task A_response_that_was_taken_to_have_ended_and_has_not_is_waited_for()
    {
        (LiveSideband sideband, ServedSocket first) = await AttachAsync(new() { Delegation = new LiveToolHandler { Tools = [AIFunctionFactory.Create(() => "12 in stock", "stock")] } });
        await using LiveSideband owned = sideband;
        await ResponseAsync(first, "e1", """{"type":"response.created","response":{"id":"resp_1"}}""");
        await ResponseAsync(first, "e2", """{"type":"response.output_item.done","item":{"id":"fc_1","type":"function_call","status":"completed","call_id":"call_1","name":"stock","arguments":"{}"}}""");
        await SentAsync<LiveResponseItemCreate>(first);
        first.Break();
        ServedSocket second = await Server.NextAsync();
        LiveResponseCreate refused = await SentAsync<LiveResponseCreate>(second);
        await second.SendAsync($$$"""{"type":"error","event_id":"e3","error":{"type":"invalid_request_error","code":"active_response","message":"A response is in progress.","client_event_id":"{{{refused.EventId}}}"}}""");
        await ResponseAsync(second, "e4", """{"type":"response.completed","response":{"id":"resp_1"}}""");
        LiveResponseCreate again = await SentAsync<LiveResponseCreate>(second);     // and no word of a failure before it
        Assert.NotEqual(refused.EventId, again.EventId);
    }

    [Fact]
    public async Task Decisions_are_acted_on_beside_the_session()
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync(new() { Delegation = new LiveDecisionHandler((decision, _) => Task.FromResult<string?>($"Decided: {decision.TriggerId}")) });
        await using LiveSideband owned = sideband;
        string decision = """{"type":"decision.event","event_id":"e1","delegation_id":null,"trigger_id":"trg_1","source_event_id":null,"source_event_type":null,"event":{"type":"decision.completed","decision":{"model":"m","answers":[],"usage":null}}}""";
        await socket.SendAsync(decision);
        await socket.SendAsync(decision);
        LiveCommentaryAppend said = await SentAsync<LiveCommentaryAppend>(socket);
        Assert.Equal("Decided: trg_1", said.Content);
        await AcknowledgeAsync(socket, said);
        Task<LiveThinkingAppended> next = sideband.AppendThinkingAsync("next");
        await SentAsync<LiveThinkingAppend>(socket);        // and no second decision before it
        await sideband.DisposeAsync().AsTask().Within();
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => next.Within());
    }

    [Fact]
    public async Task Work_is_given_up_when_the_sideband_lets_go_or_the_session_is_ended()
    {
        foreach (bool ends in new[] { false, true })
        {
            var given = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
            (LiveSideband sideband, ServedSocket socket) = await AttachAsync(new()
            {
                Delegation = new LiveClientHandler(async (_, token) =>
                {
                    given.SetResult(token);
                    await Task.Delay(Timeout.Infinite, token);
                    return null;
                })
                {
                    Settle = TimeSpan.Zero,
                },
            });
            await socket.SendAsync(Event("session.delegation.created", "e1", "\"offset_ms\":0,\"delegation\":{\"id\":\"del_1\",\"type\":\"delegation\",\"target\":\"client\"}"));
            CancellationToken token = await given.Task.Within();
            var stopped = new TaskCompletionSource();
            using CancellationTokenRegistration registration = token.Register(stopped.SetResult);
            Task ending = ends ? sideband.EndSessionAsync() : sideband.CloseAsync();
            await stopped.Task.Within();
            if (ends)
                await socket.SendAsync(Closed);
            await ending.Within();
            socket.Break();
        }
    }

    private static async Task CallAsync(ServedSocket socket, string function, string callId)
    {
        await ResponseAsync(socket, "e1", """{"type":"response.created","response":{"id":"resp_1"}}""");
        await ResponseAsync(socket, "e2", $$$"""{"type":"response.output_item.done","item":{"id":"fc_1","type":"function_call","status":"completed","call_id":"{{{callId}}}","name":"{{{function}}}","arguments":"{}"}}""");
        await ResponseAsync(socket, "e3", """{"type":"response.completed","response":{"id":"resp_1"}}""");
    }

    private static Task ResponseAsync(ServedSocket socket, string eventId, string inner) => socket.SendAsync(Event("response.event", eventId, $"\"delegation_id\":\"del_1\",\"event\":{inner}"));
}
