using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.ExtensionsAI;

/// <summary>The function-invoking middleware asks for a response after each output, while the first still runs; the service takes one at a time.</summary>
public sealed class FunctionInvocationTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Two_calls_of_one_response_are_answered_by_two_outputs_and_one_request_for_a_response_behind_its_end()
    {
        var service = new ScriptedRealtimeSession();
        await using IRealtimeClientSession session = await InvokingAsync(service, AIFunctionFactory.Create((string city) => $"Sun in {city}.", "weather"));
        Task<List<RealtimeServerMessage>> read = ReadAsync(session);

        service.Receive("""{"type":"response.created","event_id":"e1","response":{"id":"resp_1","status":"in_progress","output":[]}}""");
        Call(service, "item_1", "call_1", "Berlin");
        Call(service, "item_2", "call_2", "Paris");
        await WaitForSentAsync(service, 2);
        Assert.Empty(service.Sent.OfType<ResponseCreate>());
        service.Receive("""{"type":"response.done","event_id":"e9","response":{"id":"resp_1","status":"completed","output":[]}}""");
        ResponseCreate create = await service.WaitForSentAsync<ResponseCreate>();
        service.Receive($$$"""{"type":"response.created","event_id":"e10","response":{"id":"resp_2","status":"in_progress","metadata":{"{{{ResponseGate.MetadataKey}}}":"{{{create.Response!.Metadata.Value![ResponseGate.MetadataKey]}}}"},"output":[]}}""");
        service.Receive("""{"type":"response.done","event_id":"e11","response":{"id":"resp_2","status":"completed","output":[]}}""");
        service.End(SessionEndReason.ClosedByPeer);

        await read.WaitAsync(s_patience);
        Assert.Equal([("call_1", "Sun in Berlin."), ("call_2", "Sun in Paris.")], service.Sent.OfType<ConversationItemCreate>().Select(e => (FunctionCallOutputItem)e.Item).Select(o => (o.CallId, o.Output)));
        Assert.Single(service.Sent.OfType<ResponseCreate>());
        Assert.IsType<ResponseCreate>(service.Sent[^1]);
    }

    [Fact]
    public async Task A_response_that_is_over_before_its_functions_are_is_followed_by_one_all_the_same()
    {
        var service = new ScriptedRealtimeSession();
        var release = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using IRealtimeClientSession session = await InvokingAsync(service, AIFunctionFactory.Create((string city) => city == "Paris" ? release.Task : Task.FromResult("Sun."), "weather"));
        Task<List<RealtimeServerMessage>> read = ReadAsync(session);

        service.Receive("""{"type":"response.created","event_id":"e1","response":{"id":"resp_1","status":"in_progress","output":[]}}""");
        Call(service, "item_1", "call_1", "Berlin");
        Call(service, "item_2", "call_2", "Paris");
        service.Receive("""{"type":"response.done","event_id":"e9","response":{"id":"resp_1","status":"completed","output":[]}}""");
        await WaitForSentAsync(service, 1);
        release.SetResult("Rain.");
        await service.WaitForSentAsync<ResponseCreate>();
        service.End(SessionEndReason.ClosedByPeer);

        await read.WaitAsync(s_patience);
        Assert.Equal(["Sun.", "Rain."], service.Sent.Take(2).Select(e => ((FunctionCallOutputItem)((ConversationItemCreate)e).Item).Output));
        Assert.IsType<ResponseCreate>(Assert.Single(service.Sent.Skip(2)));
    }

    [Fact]
    public async Task While_a_function_runs_events_are_kept_in_order()
    {
        var service = new ScriptedRealtimeSession();
        var release = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using IRealtimeClientSession session = await InvokingAsync(service, AIFunctionFactory.Create(() => release.Task, "weather"));
        Task<List<RealtimeServerMessage>> read = ReadAsync(session);

        Call(service, "item_1", "call_1", "Berlin");
        for (int i = 0; i < 3_000; i++)
            service.Receive($$"""{"type":"response.output_audio_transcript.delta","event_id":"d{{i}}","response_id":"resp_2","item_id":"item_9","output_index":0,"content_index":0,"delta":"{{i}}"}""");
        release.SetResult("Rain.");
        await service.WaitForSentAsync<ResponseCreate>();
        service.End(SessionEndReason.ClosedByPeer);

        List<RealtimeServerMessage> messages = await read.WaitAsync(s_patience);
        Assert.Equal(Enumerable.Range(0, 3_000).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)), messages.OfType<OutputTextAudioRealtimeServerMessage>().Select(m => m.Text));
    }

    [Fact]
    public async Task A_session_that_is_disposed_of_while_a_function_runs_lets_everybody_go()
    {
        var service = new ScriptedRealtimeSession();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        IRealtimeClientSession session = await InvokingAsync(service, AIFunctionFactory.Create(() =>
        {
            started.SetResult();
            return release.Task;
        }, "weather"));
        Task<List<RealtimeServerMessage>> read = ReadAsync(session);
        Call(service, "item_1", "call_1", "Berlin");
        await started.Task.WaitAsync(s_patience);

        await session.DisposeAsync().AsTask().WaitAsync(s_patience);
        release.SetResult("Rain.");

        await Assert.ThrowsAnyAsync<Exception>(() => read.WaitAsync(s_patience)); // its output has nowhere to go
    }

    private static void Call(ScriptedRealtimeSession service, string item, string call, string city) => service.Receive(
        $$$"""{"type":"response.output_item.done","event_id":"{{{item}}}_done","response_id":"resp_1","output_index":0,"item":{"id":"{{{item}}}","type":"function_call","status":"completed","call_id":"{{{call}}}","name":"weather","arguments":"{\"city\":\"{{{city}}}\"}"}}""");

    private static async Task WaitForSentAsync(ScriptedRealtimeSession service, int outputs)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (service.Sent.OfType<ConversationItemCreate>().Count() < outputs)
            await Task.Delay(5, patience.Token);
    }

    private static async Task<IRealtimeClientSession> InvokingAsync(ScriptedRealtimeSession service, AIFunction function) =>
        await new RealtimeClientBuilder(new OneSession(service)).UseFunctionInvocation().Build().CreateSessionAsync(new RealtimeSessionOptions { Tools = [function] });

    private static async Task<List<RealtimeServerMessage>> ReadAsync(IRealtimeClientSession session)
    {
        List<RealtimeServerMessage> messages = [];
        await foreach (RealtimeServerMessage message in session.GetStreamingResponseAsync())
            messages.Add(message);
        return messages;
    }

    /// <summary>A client whose one session the test speaks for.</summary>
    private sealed class OneSession(ScriptedRealtimeSession service) : IRealtimeClient
    {
        public Task<IRealtimeClientSession> CreateSessionAsync(RealtimeSessionOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(service.AsIRealtimeClientSession(options));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
