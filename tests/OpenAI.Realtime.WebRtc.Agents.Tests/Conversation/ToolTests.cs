using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Conversation;

/// <summary>Tools in a conversation: run beside it, answered in order, and spoken of.</summary>
public sealed class ToolTests
{
    [Fact]
    public async Task A_call_is_run_while_the_assistant_still_speaks_and_answered_before_one_request()
    {
        await using Talk talk = await Talk.StartAsync(Agent(AIFunctionFactory.Create((int guests) => $"Table {guests + 5}", "find_table")));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "find_table", """{"guests":2}""")));
        FunctionCallOutputItem output = await talk.OutputAsync();
        Assert.Equal(("1", "Table 7"), (output.CallId, output.Output));
        talk.NothingMoreSent();
        await talk.ReceiveAsync(Service.Ends("r1", output: Service.Call("1", "find_table", """{"guests":2}""")));
        ResponseCreate create = await talk.SentAsync<ResponseCreate>();
        await talk.ReceiveAsync(Service.Begins("r2", create), Service.Ends("r2", create));
        talk.NothingMoreSent();
        Assert.Equal([ToolCallStatus.Running, ToolCallStatus.Completed], talk.Updates.OfType<ToolCallUpdate>().Select(u => u.Call.Status));
        Assert.Equal("""find_table({"guests":2}) = Table 7""", talk.Conversation.History.Items.Single().ToString());
    }

    [Fact]
    public async Task Calls_that_end_in_another_order_are_answered_in_theirs()
    {
        TaskCompletionSource<string> first = new(), second = new();
        await using Talk talk = await Talk.StartAsync(Agent(AIFunctionFactory.Create(() => first.Task, "first"), AIFunctionFactory.Create(() => second.Task, "second")));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "first")), Service.Says("r1", Service.Call("2", "second")), Service.Ends("r1"));
        second.SetResult("II");
        await talk.UpdateAsync<ToolCallUpdate>(u => u.Call is { Name: "second", Status: ToolCallStatus.Completed });
        talk.NothingMoreSent();
        first.SetResult("I");
        Assert.Equal("I", (await talk.OutputAsync()).Output);
        Assert.Equal("II", (await talk.OutputAsync()).Output);
        await talk.SentAsync<ResponseCreate>();
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task In_turn_the_second_begins_after_the_first()
    {
        var first = new TaskCompletionSource<string>();
        await using Talk talk = await Talk.StartAsync(
            Agent(AIFunctionFactory.Create(() => first.Task, "first"), AIFunctionFactory.Create(() => first.Task.IsCompleted, "second")),
            options => options.Tools.RunInParallel = false);
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "first")), Service.Says("r1", Service.Call("2", "second")), Service.Ends("r1"));
        await talk.UpdateAsync<ToolCallUpdate>(u => u.Call.Name == "first");
        Assert.DoesNotContain(talk.Updates.OfType<ToolCallUpdate>(), u => u.Call.Name == "second");
        first.SetResult("I");
        Assert.Equal("I", (await talk.OutputAsync()).Output);
        Assert.Equal("true", (await talk.OutputAsync()).Output);
    }

    [Fact]
    public async Task A_tool_that_blocks_holds_up_neither_events_nor_updates()
    {
        using var hold = new SemaphoreSlim(0);
        await using Talk talk = await Talk.StartAsync(Agent(AIFunctionFactory.Create(() => hold.Wait(Talk.Patience), "blocking")));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "blocking")), Service.Ends("r1"));
        await talk.ReceiveAsync(Service.Adds(Service.Message("u1", ItemRole.User, "Still there?")));
        Assert.Single(talk.Conversation.History.Items, item => item is HistoryMessage);
        hold.Release();
        Assert.Equal("true", (await talk.OutputAsync()).Output);
    }

    [Fact]
    public async Task Unknown_names_and_arguments_that_do_not_fit_are_answered_and_spoken_of()
    {
        await using Talk talk = await Talk.StartAsync(Agent(AIFunctionFactory.Create((string city) => Assert.Fail(), "weather")));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "teleport")), Service.Says("r1", Service.Call("2", "weather", "{")), Service.Ends("r1"));
        Assert.Equal("There is no tool named 'teleport'.", (await talk.OutputAsync()).Output);
        Assert.Contains("no JSON object", (await talk.OutputAsync()).Output, StringComparison.Ordinal);
        await talk.SentAsync<ResponseCreate>();
        Assert.Equal(2, talk.Updates.OfType<ToolCallUpdate>().Count(u => u.Call.Status == ToolCallStatus.Rejected));
    }

    [Fact]
    public async Task Calls_of_a_response_that_was_cancelled_before_they_were_whole_are_not_run()
    {
        await using Talk talk = await Talk.StartAsync(Agent(AIFunctionFactory.Create(() => Assert.Fail(), "never")));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "never") with { Status = ItemStatus.Incomplete }),
            Service.Ends("r1", status: "cancelled", output: Service.Call("1", "never") with { Id = "other" }));
        talk.NothingMoreSent();
        Assert.Empty(talk.Updates.OfType<ToolCallUpdate>());
    }

    [Fact]
    public async Task A_slow_tool_has_the_assistant_say_so_once()
    {
        TaskCompletionSource started = new();
        TaskCompletionSource<string> slow = new();
        AIFunction search = AIFunctionFactory.Create(() =>
        {
            started.SetResult();
            return slow.Task;
        }, "search");
        await using Talk talk = await Talk.StartAsync(Agent(new VoiceTool(search) { SlowAfter = TimeSpan.FromSeconds(3) }));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "search")), Service.Ends("r1"));
        await started.Task.WaitAsync(Talk.Patience);        // its time has begun before
        talk.Time.Advance(TimeSpan.FromSeconds(3));
        ResponseCreate remark = await talk.SentAsync<ResponseCreate>();
        Assert.StartsWith("Be brief.\n\nA tool is still running.", remark.Response!.Instructions.Value, StringComparison.Ordinal);
        Assert.Equal(ToolChoice.None, remark.Response.ToolChoice.Value);
        await talk.ReceiveAsync(Service.Begins("r2", remark), Service.Ends("r2", remark));
        slow.SetResult("found");
        Assert.Equal("found", (await talk.OutputAsync()).Output);
        Assert.False((await talk.SentAsync<ResponseCreate>()).Response!.Instructions.IsSet);
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task A_tool_in_the_background_is_spoken_of_when_it_has_ended()
    {
        var work = new TaskCompletionSource<string>();
        await using Talk talk = await Talk.StartAsync(Agent(new VoiceTool(AIFunctionFactory.Create(() => work.Task, "research")) { RunsInBackground = true }));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "research")), Service.Ends("r1"));
        Assert.StartsWith("The work has begun.", (await talk.OutputAsync()).Output, StringComparison.Ordinal);
        ResponseCreate said = await talk.SentAsync<ResponseCreate>();
        await talk.ReceiveAsync(Service.Begins("r2", said), Service.Ends("r2", said));
        talk.NothingMoreSent();

        work.SetResult("It is true.");
        var told = Assert.IsType<MessageItem>((await talk.SentAsync<ConversationItemCreate>()).Item);
        Assert.Equal(ItemRole.System, told.Role);
        Assert.EndsWith("Its result: It is true.", told.Text, StringComparison.Ordinal);
        await talk.SentAsync<ResponseCreate>();
        Assert.Equal("It is true.", (await talk.UpdateAsync<ToolCallUpdate>(u => u.Call.Status == ToolCallStatus.Completed)).Call.Output);
    }

    [Fact]
    public async Task A_follow_up_waits_while_the_user_speaks_and_is_spared_when_the_service_answers_both()
    {
        var work = new TaskCompletionSource<string>();
        await using Talk talk = await Talk.StartAsync(Agent(AIFunctionFactory.Create(() => work.Task, "look_up")));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "look_up")), Service.Ends("r1"), new InputAudioBufferSpeechStarted());
        work.SetResult("42");
        await talk.OutputAsync();
        await talk.ReceiveAsync(new InputAudioBufferSpeechStopped(), Service.Begins("r_vad"), Service.Ends("r_vad"));
        talk.Time.Advance(TimeSpan.FromMinutes(1));
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task Approval_is_asked_for_and_given_once_or_for_always()
    {
        int booked = 0;
        await using Talk talk = await Talk.StartAsync(Agent(new ApprovalRequiredAIFunction(AIFunctionFactory.Create(() => ++booked, "book"))));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "book", """{"seats":2}""")), Service.Ends("r1"));
        ApprovalRequest ask = (await talk.UpdateAsync<ApprovalUpdate>()).Request;
        Assert.Equal(("book", """{"seats":2}""", null), (ask.ToolName, ask.Arguments, ask.ServerLabel));
        Assert.Same(ask, talk.Conversation.PendingApprovals.Single());
        talk.NothingMoreSent();
        Assert.True(talk.Conversation.Approve(ask, always: true));
        Assert.False(talk.Conversation.Approve(ask));
        Assert.False(talk.Conversation.Refuse(ask));
        Assert.Equal("1", (await talk.OutputAsync()).Output);
        ResponseCreate create = await talk.SentAsync<ResponseCreate>();

        await talk.ReceiveAsync(Service.Begins("r2", create), Service.Says("r2", Service.Call("2", "book")), Service.Ends("r2", create));
        Assert.Equal("2", (await talk.OutputAsync()).Output);
        Assert.Single(talk.Updates.OfType<ApprovalUpdate>());
        Assert.Empty(talk.Conversation.PendingApprovals);
    }

    [Fact]
    public async Task A_refusal_is_told_with_its_reason_and_one_that_nobody_answers_is_a_refusal()
    {
        await using Talk talk = await Talk.StartAsync(Agent(new ApprovalRequiredAIFunction(AIFunctionFactory.Create(() => Assert.Fail(), "book"))));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "book")), Service.Ends("r1"));
        Assert.True(talk.Conversation.Refuse((await talk.UpdateAsync<ApprovalUpdate>()).Request, "The card was declined."));
        Assert.Equal("The call was not approved, so the tool was not run. The card was declined.", (await talk.OutputAsync()).Output);
        ResponseCreate create = await talk.SentAsync<ResponseCreate>();
        await talk.ReceiveAsync(Service.Begins("r2", create), Service.Says("r2", Service.Call("2", "book")), Service.Ends("r2", create));
        await talk.UpdateAsync<ApprovalUpdate>(u => talk.Conversation.PendingApprovals.Contains(u.Request));
        talk.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Contains("Nobody has approved", (await talk.OutputAsync()).Output, StringComparison.Ordinal);
        Assert.Equal(ToolCallStatus.Refused, talk.Updates.OfType<ToolCallUpdate>().Last().Call.Status);
    }

    [Fact]
    public async Task Servers_of_tools_ask_in_the_same_way()
    {
        await using Talk talk = await Talk.StartAsync(Agent());
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Asks("m1")), Service.Ends("r1"), Service.Completes(Asks("m1")), Service.Completes(Asks("m2")), Service.Completes(Asks("m3")));
        ApprovalRequest[] asks = [.. talk.Updates.OfType<ApprovalUpdate>().Select(u => u.Request)];
        Assert.Equal([("docs", "search"), ("docs", "search"), ("docs", "search")], asks.Select(a => (a.ServerLabel, a.ToolName)));
        Assert.True(talk.Conversation.Refuse(asks[1], "Not today."));
        ConversationItemCreate no = await talk.SentAsync<ConversationItemCreate>();
        Assert.Equal(("m2 declined: Not today.", "m2"), (no.Item.ToString()!.Split(": ", 2)[1], no.PreviousItemId));
        ResponseCreate about = await talk.SentAsync<ResponseCreate>();
        Assert.True(talk.Conversation.Approve(asks[0], always: true));
        Assert.Equal("m1 approved", (await talk.SentAsync<ConversationItemCreate>()).Item.ToString()!.Split(": ", 2)[1]);
        Assert.Equal("m3 approved", (await talk.SentAsync<ConversationItemCreate>()).Item.ToString()!.Split(": ", 2)[1]);
        await talk.ReceiveAsync(Service.Begins("r2", about), Service.Ends("r2", about));

        // The call that was approved, then a word about it.
        await talk.ReceiveAsync(Service.Says("r1", new McpCallItem { Id = "c1", ServerLabel = "docs", Name = "search", Arguments = "{}", Output = "found" }));
        await talk.SentAsync<ResponseCreate>();
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task A_servers_call_is_spoken_of_unless_the_response_does_so_itself()
    {
        await using Talk talk = await Talk.StartAsync(Agent());
        var call = new McpCallItem { Id = "c1", ServerLabel = "docs", Name = "search", Arguments = "{}", Output = "found" };
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", call), Service.Says("r1", Service.Message("a1", ItemRole.Assistant, "Found it.")), Service.Ends("r1"));
        talk.NothingMoreSent();
        await talk.ReceiveAsync(Service.Begins("r2"), Service.Says("r2", call with { Id = "c2" }), Service.Ends("r2"));
        await talk.SentAsync<ResponseCreate>();
    }

    [Fact]
    public async Task Rounds_with_servers_are_bounded_as_those_with_functions()
    {
        await using Talk talk = await Talk.StartAsync(Agent(), options => options.Tools.MaxRounds = 2);
        ServerEvent[] Round(int i, ResponseCreate? create) =>
            [Service.Begins($"r{i}", create), Service.Says($"r{i}", new McpCallItem { Id = $"c{i}", ServerLabel = "docs", Name = "search", Arguments = "{}" }), Service.Ends($"r{i}", create)];
        await talk.ReceiveAsync(Round(1, null));
        ResponseCreate second = await talk.SentAsync<ResponseCreate>();
        Assert.False(second.Response!.ToolChoice.IsSet);
        await talk.ReceiveAsync(Round(2, second));
        ResponseCreate last = await talk.SentAsync<ResponseCreate>();
        Assert.Equal(ToolChoice.None, last.Response!.ToolChoice.Value);
        await talk.ReceiveAsync(Round(3, last));
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task Hanging_up_cancels_what_runs_and_nobody_is_told_its_result()
    {
        var cancelled = new TaskCompletionSource();
        Talk talk = await Talk.StartAsync(Agent(AIFunctionFactory.Create(async (CancellationToken token) =>
        {
            token.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, token);
        }, "endless")));
        await using (talk)
        {
            await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "endless")), Service.Ends("r1"));
            await talk.UpdateAsync<ToolCallUpdate>();
            await talk.Conversation.CloseAsync();
            await cancelled.Task.WaitAsync(Talk.Patience);
            talk.NothingMoreSent();
        }
    }

    [Fact]
    public async Task An_interruption_cancels_only_what_asks_for_it()
    {
        var kept = new TaskCompletionSource<string>();
        await using Talk talk = await Talk.StartAsync(Agent(
            AIFunctionFactory.Create(() => kept.Task, "kept"),
            new VoiceTool(AIFunctionFactory.Create(async (CancellationToken token) => await Task.Delay(Timeout.Infinite, token), "dropped")) { CancelOnInterruption = true }));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "kept")), Service.Says("r1", Service.Call("2", "dropped")), new OutputAudioBufferStarted { ResponseId = "r1" });
        await talk.ReceiveAsync(new InputAudioBufferSpeechStarted(), new OutputAudioBufferCleared { ResponseId = "r1" }, Service.Ends("r1", status: "cancelled"));
        await talk.UpdateAsync<ToolCallUpdate>(u => u.Call is { Name: "dropped", Status: ToolCallStatus.Cancelled });
        kept.SetResult("kept");
        Assert.Equal("kept", (await talk.OutputAsync()).Output);
        Assert.Contains("was cancelled", (await talk.OutputAsync()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_finds_its_conversation_and_may_use_it()
    {
        await using Talk talk = await Talk.StartAsync(Agent(AIFunctionFactory.Create(
            (AIFunctionArguments arguments) => ((VoiceConversation)arguments.Context![typeof(VoiceConversation)]!).Agent.Name, "who_am_i")));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "who_am_i")), Service.Ends("r1"));
        Assert.Equal("assistant", (await talk.OutputAsync()).Output);
    }

    [Fact]
    public async Task An_agent_hands_over_to_another_and_calls_that_were_made_before_are_answered_all_the_same()
    {
        var billing = new VoiceAgent { Name = "Billing", Instructions = "You send bills.", Tools = [AIFunctionFactory.Create(() => "sent", "send_bill")] };
        VoiceAgent front = Agent(AIFunctionFactory.Create(() => "noted", "note"));
        front.HandOffs = [billing];
        await using Talk talk = await Talk.StartAsync(front);
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "transfer_to_billing")));
        var config = (RealtimeSessionConfig)(await talk.SentAsync<SessionUpdate>()).Session;
        Assert.Equal(("You send bills.", "send_bill"), (config.Instructions.Value, config.Tools.OfType<FunctionDefinition>().Single().Name));
        Assert.Same(front, talk.Conversation.Agent);
        await talk.ReceiveAsync(Service.Configured(new ServerVad()));
        Assert.Equal("""{"assistant":"Billing"}""", (await talk.OutputAsync()).Output);
        Assert.Same(billing, talk.Conversation.Agent);
        Assert.Equal((front, billing), (await talk.UpdateAsync<AgentUpdate>()) switch { var update => (update.From, update.To) });

        await talk.ReceiveAsync(Service.Says("r1", Service.Call("2", "note")), Service.Ends("r1"));
        Assert.Equal("noted", (await talk.OutputAsync()).Output);
        ResponseCreate create = await talk.SentAsync<ResponseCreate>();
        await talk.ReceiveAsync(Service.Begins("r2", create), Service.Says("r2", Service.Call("3", "note")), Service.Says("r2", Service.Call("4", "send_bill")), Service.Ends("r2", create));
        Assert.Equal("There is no tool named 'note'.", (await talk.OutputAsync()).Output);
        Assert.Equal("sent", (await talk.OutputAsync()).Output);
    }

    [Fact]
    public async Task A_hand_over_that_the_service_refuses_is_told_and_changes_nothing()
    {
        await using Talk talk = await Talk.StartAsync(Agent());
        Task changing = talk.Conversation.ChangeAgentAsync(new VoiceAgent { Name = "other" });
        await talk.ReceiveAsync(Service.Refuses(await talk.SentAsync<SessionUpdate>()));
        await Assert.ThrowsAsync<VoiceConversationException>(() => changing.WaitAsync(Talk.Patience));
        Assert.Equal("assistant", talk.Conversation.Agent.Name);
        await Assert.ThrowsAsync<ArgumentException>(() => talk.Conversation.ChangeAgentAsync(new VoiceAgent { Tools = [AIFunctionFactory.Create(() => 1, "no name")] }));
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task Nobody_is_asked_about_a_call_that_could_not_be_run()
    {
        await using Talk talk = await Talk.StartAsync(Agent(new ApprovalRequiredAIFunction(AIFunctionFactory.Create((int guests) => guests, "book"))));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "book")), Service.Says("r1", Service.Call("2", "book", "{nonsense")), Service.Ends("r1"));
        Assert.Equal("The arguments do not fit, so the tool was not run: 'guests' is missing.", (await talk.OutputAsync()).Output);
        Assert.StartsWith("The arguments are no JSON object", (await talk.OutputAsync()).Output);
        await talk.SentAsync<ResponseCreate>();
        Assert.Empty(talk.Updates.OfType<ApprovalUpdate>());
        Assert.Equal([ToolCallStatus.Rejected, ToolCallStatus.Rejected], talk.Updates.OfType<ToolCallUpdate>().Select(u => u.Call.Status));
    }

    [Fact]
    public async Task A_tool_that_asks_for_a_response_itself_makes_no_loop_without_an_end()
    {
        TaskCompletionSource asked = new();
        await using Talk talk = await Talk.StartAsync(
            Agent(AIFunctionFactory.Create(() => 1, "look"), AIFunctionFactory.Create(() => asked.Task, "ask")),
            options => options.Tools.MaxRounds = 2);
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "look")), Service.Ends("r1"));
        await talk.OutputAsync();
        ResponseCreate first = await talk.SentAsync<ResponseCreate>();
        Assert.False(first.Response!.ToolChoice.IsSet);

        await talk.ReceiveAsync(Service.Begins("r2", first), Service.Says("r2", Service.Call("2", "ask")));
        Task<ResponseSnapshot> within = talk.Conversation.RespondAsync("Say what you do.");       // as the tool would, which still runs
        await talk.ReceiveAsync(Service.Ends("r2", first));
        ResponseCreate remark = await talk.SentAsync<ResponseCreate>();
        await talk.ReceiveAsync(Service.Begins("r3", remark), Service.Ends("r3", remark));
        await within.WaitAsync(Talk.Patience);
        asked.SetResult();
        await talk.OutputAsync();
        Assert.Equal(ToolChoice.None, (await talk.SentAsync<ResponseCreate>()).Response!.ToolChoice.Value);     // the second round, which is the last
    }

    private static VoiceAgent Agent(params AITool[] tools) => new() { Instructions = "Be brief.", Tools = tools };

    private static McpApprovalRequestItem Asks(string id) => new() { Id = id, ServerLabel = "docs", Name = "search", Arguments = "{}" };
}
