using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Live.Tests.Session;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Delegations;

/// <summary>Functions that a Responses model calls, against a scripted service.</summary>
public sealed class ToolHandlerTests : LiveHarness
{
    private int _events;

    [Fact]
    public async Task A_call_is_run_once_answered_once_and_the_model_goes_on_once()
    {
        int runs = 0;
        List<ToolCall> calls = [];
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveToolHandler
        {
            Tools = [AIFunctionFactory.Create((string city) => $"sunny in {city} {Interlocked.Increment(ref runs)}", "weather")],
            OnCall = (_, call) => calls.Add(call),
        }));
        Created("del_1", "resp_1");
        Response("del_1", """{"type":"response.output_item.added","item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"weather","arguments":""}}""");
        Response("del_1", """{"type":"response.function_call_arguments.done","item_id":"fc_1","arguments":"{\"city\":\"Rome\"}"}""");
        for (int i = 0; i < 3; i++)
            Call("del_1", "call_1", "weather", """{\"city\":\"Rome\"}""");
        LiveResponseItemCreate output = await SentAsync<LiveResponseItemCreate>();
        Assert.Equal(("function_call_output", "call_1", "sunny in Rome 1"), (Text(output, "type"), Text(output, "call_id"), Text(output, "output")));
        Ended("del_1", "resp_1");
        LiveResponseCreate goOn = await SentAsync<LiveResponseCreate>();
        Assert.NotNull(goOn.EventId);
        Created("del_1", "resp_2");
        Ended("del_1", "resp_2");
        await session.CloseAsync().Within();
        Assert.Equal(1, runs);
        Assert.Equal([ToolCallStatus.Running, ToolCallStatus.Completed], calls.Select(call => call.Status));
        LiveSessionStatistics statistics = session.GetStatistics();
        Assert.Equal(1, statistics.BackendItems);
        Assert.True(statistics.BackendBytes > 15);
    }

    [Fact]
    public async Task The_functions_stand_in_the_sessions_configuration()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveToolHandler { Tools = [AIFunctionFactory.Create((string city) => city, "weather", "The weather.")] }));
        using JsonDocument posted = JsonDocument.Parse(Endpoint.Requests.Single(request => request.Path == Path).Body);
        JsonElement tools = posted.RootElement.GetProperty("session").GetProperty("delegation").GetProperty("responses").GetProperty("tools");
        Assert.Equal(["web_search", "function"], tools.EnumerateArray().Select(tool => tool.GetProperty("type").GetString()));
        Assert.Equal(("weather", "The weather."), (tools[1].GetProperty("name").GetString(), tools[1].GetProperty("description").GetString()));
        Assert.True(tools[1].GetProperty("parameters").GetProperty("properties").TryGetProperty("city", out _));
    }

    [Fact]
    public async Task The_programs_own_request_waits_while_a_call_is_open()
    {
        var go = new TaskCompletionSource<string>();
        Starts();
        var begun = new TaskCompletionSource();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveToolHandler { Tools = [AIFunctionFactory.Create(() => go.Task, "slow")], OnCall = (_, _) => begun.TrySetResult() }));
        Created("del_1", "resp_1");
        Call("del_1", "call_1", "slow", "{}");
        Ended("del_1", "resp_1");
        await begun.Task.Within();
        await session.SendAsync(LiveResponseItemCreate.UserText("And this, too."));
        await session.SendAsync(new LiveResponseCreate());
        Assert.Equal("message", Text(await SentAsync<LiveResponseItemCreate>(), "type"));
        await session.SendAsync(new LiveInputAudioMute());
        await SentAsync<LiveInputAudioMute>();      // not the request
        go.SetResult("done");
        Assert.Equal("done", Text(await SentAsync<LiveResponseItemCreate>(), "output"));
        await SentAsync<LiveResponseCreate>();
    }

    [Fact]
    public async Task What_needs_leave_waits_for_it_and_is_refused_where_nobody_can_give_it()
    {
        AIFunction pay = new ApprovalRequiredAIFunction(AIFunctionFactory.Create(() => "paid", "pay"));
        Starts();
        var asked = new TaskCompletionSource<ApprovalRequest>();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveToolHandler { Tools = [pay], OnApproval = (_, request) => asked.TrySetResult(request) }));
        Created("del_1", "resp_1");
        Call("del_1", "call_1", "pay", """{\"amount\":5}""");
        ApprovalRequest request = await asked.Task.Within();
        Assert.Equal(("pay", """{"amount":5}"""), (request.ToolName, request.Arguments));
        Assert.True(session.Approve(request, always: true));
        Assert.False(session.Approve(request));
        Assert.Equal("paid", Text(await SentAsync<LiveResponseItemCreate>(), "output"));
        Call("del_1", "call_2", "pay", "{}");
        Assert.Equal("paid", Text(await SentAsync<LiveResponseItemCreate>(), "output"));
        await session.CloseAsync().Within();
        Assert.False(session.Refuse(request));
    }

    [Fact]
    public async Task Without_anybody_to_ask_a_call_that_needs_leave_is_refused()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveToolHandler { Tools = [new ApprovalRequiredAIFunction(AIFunctionFactory.Create(() => "paid", "pay"))] }));
        Created("del_1", "resp_1");
        Call("del_1", "call_1", "pay", "{}");
        Assert.Contains("not approved", Text(await SentAsync<LiveResponseItemCreate>(), "output"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_that_is_refused_because_the_input_is_full_is_answered_by_a_placeholder()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveToolHandler { Tools = [AIFunctionFactory.Create(() => "much", "read")] }));
        Created("del_1", "resp_1");
        Call("del_1", "call_1", "read", "{}");
        Ended("del_1", "resp_1");
        LiveResponseItemCreate output = await SentAsync<LiveResponseItemCreate>();
        LiveResponseCreate goOn = await SentAsync<LiveResponseCreate>();
        Refuse(output, "response_input_buffer_full", "The input is full.");
        Refuse(goOn, "function_call_outputs_required", "Outputs are missing.");
        LiveResponseItemCreate placeholder = await SentAsync<LiveResponseItemCreate>();
        Assert.Equal(("call_1", BackendBudget.Placeholder), (Text(placeholder, "call_id"), Text(placeholder, "output")));
        await SentAsync<LiveResponseCreate>();
    }

    [Fact]
    public async Task A_response_that_fails_is_told_of()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveToolHandler { FailureText = "Say that it failed." }));
        Created("del_1", "resp_1");
        Response("del_1", """{"type":"response.failed","response":{"id":"resp_1","status":"failed"}}""");
        LiveCommentaryAppend told = await SentAsync<LiveCommentaryAppend>();
        Assert.Equal(("Say that it failed.", null), (told.Content, told.DelegationId));
    }

    [Fact]
    public async Task A_function_in_the_background_is_spoken_of_when_it_has_ended()
    {
        var go = new TaskCompletionSource<string>();
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveToolHandler { Tools = [new VoiceTool(AIFunctionFactory.Create(() => go.Task, "order")) { RunsInBackground = true }] }));
        Created("del_1", "resp_1");
        Call("del_1", "call_1", "order", "{}");
        Assert.Contains("has begun", Text(await SentAsync<LiveResponseItemCreate>(), "output"), StringComparison.Ordinal);
        go.SetResult("on its way");
        Assert.Contains("on its way", (await SentAsync<LiveCommentaryAppend>()).Content, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"response.output_item.done"}""")]
    [InlineData("""{"type":"response.output_item.done","item":null}""")]
    [InlineData("""{"type":"response.output_item.done","item":{"type":"function_call"}}""")]
    [InlineData("""{"type":"response.output_item.done","item":{"type":"function_call","name":7,"call_id":{},"arguments":[]}}""")]
    [InlineData("""{"type":"response.created","response":[]}""")]
    [InlineData("""{"type":"response.completed"}""")]
    [InlineData("""{"type":"\ud800"}""")]
    [InlineData("""{"type":[]}""")]
    [InlineData("[]")]
    public async Task Whatever_stands_in_an_event_the_session_goes_on(string inner)
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveToolHandler { Tools = [AIFunctionFactory.Create(() => "ok", "fine")] }));
        Response("del_0", inner);
        Created("del_1", "resp_1");
        Call("del_1", "call_1", "fine", "{}");
        Assert.Equal("ok", Text(await SentAsync<LiveResponseItemCreate>(), "output"));
    }

    [Fact]
    public void A_handler_that_contradicts_the_session_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new LiveToolHandler().Configure(new LiveSessionConfig()));
        Assert.Throws<ArgumentException>(() => new LiveToolHandler().Configure(new LiveSessionConfig { Delegation = new LiveResponsesDelegation() }));
        Assert.Throws<ArgumentException>(() => new LiveToolHandler { Tools = [AIFunctionFactory.Create(() => 1, "one")] }.Configure(new LiveSessionConfig
        {
            Delegation = new LiveResponsesDelegation { Responses = new LiveResponsesConfig { Model = "m", Tools = [new LiveFunctionTool { Name = "one" }] } },
        }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LiveToolHandler { MaxBackendBytes = 1 }.Configure(Session));
    }

    private static LiveSessionConfig Session => new()
    {
        Delegation = new LiveResponsesDelegation { Responses = new LiveResponsesConfig { Model = "gpt-5.5", Tools = [LiveTool.OfType("web_search")] } },
    };

    private static LiveConnectOptions With(LiveToolHandler handler) => new() { Session = Session, Delegation = handler };

    private void Created(string delegation, string response) => Response(delegation, $$$"""{"type":"response.created","response":{"id":"{{{response}}}"}}""");

    private void Ended(string delegation, string response) => Response(delegation, $$$"""{"type":"response.completed","response":{"id":"{{{response}}}","output":[]}}""");

    private void Call(string delegation, string callId, string name, string arguments) => Response(delegation,
        $$$"""{"type":"response.output_item.done","item":{"type":"function_call","status":"completed","id":"fc_{{{callId}}}","call_id":"{{{callId}}}","name":"{{{name}}}","arguments":"{{{arguments}}}"}}""");

    private void Response(string delegation, string inner) => Peer.Receive($$"""{"type":"response.event","event_id":"event_r{{++_events}}","delegation_id":"{{delegation}}","event":{{inner}}}""");

    private static string? Text(LiveResponseItemCreate item, string name) => item.Item.Element.TryGetProperty(name, out JsonElement member) ? member.GetString() : null;
}
