using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Conversation;

/// <summary>The same over real WebRTC, with the endpoint on this machine as the service.</summary>
public sealed class EndpointTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChannelAudioSource _microphone = new(AudioFormat.Mono48kHz, TimeSpan.FromSeconds(10));
    private readonly Ear _loudspeaker = new();
    private RealtimeTestEndpoint _endpoint = null!;
    private RealtimeWebRtcClient _client = null!;

    public async Task InitializeAsync()
    {
        _endpoint = await RealtimeTestEndpoint.StartAsync();
        _client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = _endpoint.BaseAddress, ApiKey = _endpoint.ApiKey });
    }

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_tool_is_called_and_its_result_is_spoken_of()
    {
        _endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(
            turn.FunctionOutputs.Count > 0 ? RealtimeTestReply.Say($"You have {turn.FunctionOutputs.Values.Single()}.")
            : new RealtimeTestReply { Transcript = "One moment.", FunctionCalls = [new("find_table", """{"guests":2}""")] });
        await using VoiceConversation talk = await StartAsync(new VoiceAgent
        {
            Instructions = "You book tables.",
            Tools = [AIFunctionFactory.Create((int guests) => $"table {guests + 5}", "find_table")],
        });
        RealtimeTestCall call = _endpoint.Calls[^1];
        Assert.Equal("find_table", (string?)call.Session["tools"]![0]!["name"]);       // the agent was in effect from the start
        await talk.SendTextAsync("A table for two, please.");
        await talk.UntilAsync(u => u is TranscriptUpdate { IsFinal: true, Text: "You have table 7." });
        await talk.UntilAsync(u => u is TurnUpdate { Turn.ToolCalls: 1 });
        Assert.Equal(["user: A table for two, please.", "assistant: One moment.", """find_table({"guests":2}) = table 7""", "assistant: You have table 7."], talk.History.Items.Select(i => i.ToString()));
        Assert.DoesNotContain(call.SentEvents, e => e.Type == "error");
        Assert.True(talk.Usage.TotalTokenCount > 0);
        await _loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task Several_calls_at_once_and_several_requests_at_once_make_no_error_at_the_service()
    {
        int asked = 0;
        _endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(turn.Parameters?["conversation"] is null && Interlocked.Increment(ref asked) == 1
            ? new RealtimeTestReply { FunctionCalls = [new("one", "{}"), new("two", "{}"), new("three", "{}")] }
            : RealtimeTestReply.Say("Done."));
        await using VoiceConversation talk = await StartAsync(new VoiceAgent { Tools = [.. new[] { "one", "two", "three" }.Select(name => AIFunctionFactory.Create(() => name, name))] });
        ResponseSnapshot[] responses = await Task.WhenAll(talk.RespondAsync(), talk.RespondAsync("Sing."), talk.RespondAsync("Dance."), talk.RespondAsync(new ResponseParameters { Conversation = ResponseConversation.None })).WaitAsync(Patience);
        Assert.All(responses, r => Assert.Equal(ResponseState.Completed, r.Status));
        await talk.UntilAsync(u => u is TurnUpdate);
        RealtimeTestCall call = _endpoint.Calls[^1];
        Assert.DoesNotContain(call.SentEvents, e => e.Type == "error");
        string[] outputs = [.. call.ReceivedEvents.Where(e => e.Type == "conversation.item.create").Select(e => (string)e.Parse()!["item"]!["output"]!)];
        Assert.Equal(["one", "two", "three"], outputs);
    }

    [Fact]
    public async Task What_has_to_be_approved_waits_for_the_programs_leave_and_what_it_refuses_is_spoken_of()
    {
        _endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(turn.FunctionOutputs.Count > 0
            ? RealtimeTestReply.Say(turn.FunctionOutputs.Values.Single())
            : RealtimeTestReply.CallFunction("book", """{"guests":2}"""));
        await using VoiceConversation talk = await StartAsync(new VoiceAgent { Tools = [new ApprovalRequiredAIFunction(AIFunctionFactory.Create((int guests) => $"Booked for {guests}.", "book"))] });
        await talk.SendTextAsync("Book a table for two.");
        Assert.True(talk.Refuse((await talk.UntilAsync<ApprovalUpdate>()).Request, "There is none."));
        await talk.UntilAsync<TranscriptUpdate>(said => said is { IsFinal: true, Text: "The call was not approved, so the tool was not run. There is none." });
        await talk.SendTextAsync("Once more.");
        Assert.True(talk.Approve((await talk.UntilAsync<ApprovalUpdate>()).Request, always: true));
        await talk.UntilAsync<TranscriptUpdate>(said => said is { IsFinal: true, Text: "Booked for 2." });
        await talk.SendTextAsync("And another.");
        await talk.UntilAsync(update => update is ApprovalUpdate ? throw new InvalidOperationException("It asks again.") : update is TranscriptUpdate { IsFinal: true, Text: "Booked for 2." });
        Assert.DoesNotContain(_endpoint.Calls[^1].SentEvents, e => e.Type == "error");
    }

    [Fact]
    public async Task Another_agent_takes_over_with_its_own_tools_and_the_history_stays()
    {
        var billing = new VoiceAgent { Name = "Billing", Instructions = "You explain bills.", Tools = [AIFunctionFactory.Create(() => "12 euros", "bill")] };
        var front = new VoiceAgent { Name = "Front", Instructions = "You greet.", HandOffs = [billing] };
        _endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(
            turn.Text == "What do I owe?" ? RealtimeTestReply.CallFunction("transfer_to_billing", "{}")
            : turn.FunctionOutputs.Values.FirstOrDefault() == "12 euros" ? RealtimeTestReply.Say("You owe 12 euros.")
            : RealtimeTestReply.CallFunction("bill", "{}"));
        await using VoiceConversation talk = await StartAsync(front);
        await talk.SendTextAsync("What do I owe?");
        AgentUpdate change = await talk.UntilAsync<AgentUpdate>();
        Assert.Equal((front, billing), (change.From, change.To));
        await talk.UntilAsync<TranscriptUpdate>(said => said is { IsFinal: true, Text: "You owe 12 euros." });
        RealtimeTestCall call = _endpoint.Calls[^1];
        Assert.Equal(("You explain bills.", "bill"), ((string?)call.Session["instructions"], (string?)call.Session["tools"]!.AsArray().Single()!["name"]));
        Assert.Equal(["user: What do I owe?", """transfer_to_billing({}) = {"assistant":"Billing"}""", "bill({}) = 12 euros", "assistant: You owe 12 euros."], talk.History.Items.Select(item => item.ToString()));
        Assert.DoesNotContain(call.SentEvents, e => e.Type == "error");
    }

    [Fact]
    public async Task A_refused_response_is_an_exception_and_the_conversation_goes_on()
    {
        _endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("Still here."));
        await using VoiceConversation talk = await StartAsync(new VoiceAgent());
        VoiceConversationException refused = await Assert.ThrowsAsync<VoiceConversationException>(() => talk.RespondAsync(new ResponseParameters { MaxOutputTokens = -1 }).WaitAsync(Patience));
        Assert.NotNull(refused.ErrorCode);
        Assert.Equal("Still here.", (await talk.RespondAsync().WaitAsync(Patience)).Text);
    }

    [Fact]
    public async Task What_is_interrupted_falls_silent_and_the_history_says_what_was_heard()
    {
        string story = string.Join(' ', Enumerable.Repeat("once upon a time", 60));
        _endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say(story, RealtimeTestAudio.Voice(TimeSpan.FromSeconds(60))));
        await using VoiceConversation talk = await StartAsync(new VoiceAgent());
        Task<ResponseSnapshot> telling = talk.RespondAsync();
        await _loudspeaker.HeardAsync(TimeSpan.FromSeconds(1));
        Assert.True(await talk.InterruptAsync());
        ResponseSnapshot cut = await telling.WaitAsync(Patience);
        Assert.Equal((ResponseState.Cancelled, ResponseEndReason.ClientCancelled), (cut.Status, cut.StatusDetails?.Reason));
        await _loudspeaker.QuietAsync(TimeSpan.FromSeconds(1));
        var interruption = (InterruptionUpdate)await talk.UntilAsync(u => u is InterruptionUpdate);
        Assert.False(interruption.ByUser);
        await talk.UntilAsync(u => u is HistoryUpdate { Change.Item: HistoryMessage { WasInterrupted: true, IsComplete: true } });
        HistoryMessage heard = Assert.IsType<HistoryMessage>(talk.History.Items.Single());
        Assert.InRange(heard.HeardText!.Length, 1, story.Length / 2);
        Assert.False(await talk.InterruptAsync());
    }

    [Fact]
    public async Task What_a_guardrail_refuses_falls_silent_and_something_else_is_said()
    {
        string story = "The word is swordfish, " + string.Join(' ', Enumerable.Repeat("once upon a time", 60));
        _endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(turn.Parameters?["instructions"] is null
            ? RealtimeTestReply.Say(story, RealtimeTestAudio.Voice(TimeSpan.FromSeconds(60)))
            : RealtimeTestReply.Say("I cannot help with that."));
        var guardrail = new VoiceGuardrail("no words", said => said.Text.Contains("swordfish", StringComparison.Ordinal) ? GuardrailVerdict.Refuse("It tells the word.") : GuardrailVerdict.Pass);
        await using VoiceConversation talk = await StartAsync(new VoiceAgent { Guardrails = [guardrail] });
        await talk.SendTextAsync("What is the word?");
        var refused = (GuardrailUpdate)await talk.UntilAsync(u => u is GuardrailUpdate);
        Assert.Equal((GuardrailOutcome.Refused, true), (refused.Outcome, refused.WasStopped));
        await talk.UntilAsync(u => u is TranscriptUpdate { IsFinal: true, Text: "I cannot help with that." });
        HistoryMessage[] said = [.. talk.History.Items.Cast<HistoryMessage>().Where(message => message.Role == ChatRole.Assistant)];
        Assert.Equal([true, false], said.Select(message => message.WasInterrupted));
        Assert.InRange(said[0].HeardText!.Length, 0, story.Length / 2);
        Assert.DoesNotContain(_endpoint.Calls[^1].SentEvents, e => e.Type == "error");
    }

    [Fact]
    public async Task A_spoken_turn_has_its_latency_and_both_sides_in_the_history()
    {
        await using VoiceConversation talk = await StartAsync(new VoiceAgent());
        _microphone.TryWrite(RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1)).Samples.Span);
        var turn = (TurnUpdate)await talk.UntilAsync(u => u is TurnUpdate { Turn.Latency: not null });
        Assert.True(turn.Turn.Latency > TimeSpan.Zero);
        Assert.Equal([ChatRole.User, ChatRole.Assistant], talk.History.Items.Cast<HistoryMessage>().Select(m => m.Role));
        Assert.All(talk.History.Items.Cast<HistoryMessage>(), m => Assert.NotEqual("", m.Text));
    }

    [Fact]
    public async Task Push_to_talk_with_turn_detection_off_is_answered()
    {
        await using VoiceConversation talk = await StartAsync(new VoiceAgent { Session = new RealtimeSessionConfig { TurnDetection = null } });
        await talk.BeginUserTurnAsync();
        RealtimeTestCall call = _endpoint.Calls[^1];
        await call.WaitForSentEventAsync("input_audio_buffer.cleared").WaitAsync(Patience);
        _microphone.TryWrite(RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1)).Samples.Span);
        using var patience = new CancellationTokenSource(Patience);
        while (call.Uplink.Packets < 75)        // a second and a half has been sent, whatever was in it
            await Task.Delay(20, patience.Token);
        Assert.True(await talk.EndUserTurnAsync());
        await talk.UntilAsync(u => u is TranscriptUpdate { IsFinal: true } said && said.Role == ChatRole.Assistant);
        Assert.DoesNotContain(call.SentEvents, e => e.Type == "error");
    }

    [Fact]
    public async Task A_conversation_goes_on_in_another_call()
    {
        _endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("Hello Ada."));
        HistorySnapshot saved;
        await using (VoiceConversation first = await StartAsync(new VoiceAgent()))
        {
            await first.SendTextAsync("I am Ada.");
            await first.UntilAsync(u => u is HistoryUpdate { Change.Item: HistoryMessage { IsComplete: true } said } && said.Role == ChatRole.Assistant);
            saved = HistorySnapshot.Read(first.History.ToUtf8Json());
        }

        await using VoiceConversation second = await StartAsync(new VoiceAgent(), new VoiceConversationOptions { History = saved });
        await second.RespondAsync().WaitAsync(Patience);
        Assert.Equal(["user: I am Ada.", "assistant: Hello Ada.", "assistant: Hello Ada."], second.History.Items.Select(i => i.ToString()));
        Assert.DoesNotContain(_endpoint.Calls[^1].SentEvents, e => e.Type == "error");
    }

    private Task<VoiceConversation> StartAsync(VoiceAgent agent, VoiceConversationOptions? options = null) =>
        _client.StartConversationAsync(agent, new RealtimeConnectOptions { Audio = new AudioOptions { Source = _microphone, Sink = _loudspeaker } }, options);
}
