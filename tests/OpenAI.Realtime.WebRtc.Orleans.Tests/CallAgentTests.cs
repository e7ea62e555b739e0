using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Orleans.Grains;
using OpenAI.Realtime.WebRtc.Orleans.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;
using Orleans.Runtime;

namespace OpenAI.Realtime.WebRtc.Orleans.Tests;

/// <summary>An agent a call as a grain: two silos, real calls, the endpoint as the service.</summary>
public sealed class CallAgentTests
{
    private readonly ConcurrentQueue<string> _runs = new();

    [Fact]
    public async Task A_call_is_led_by_its_grain_and_everybody_who_asks_sees_the_same()
    {
        await using Farm farm = await Farm.StartAsync(o => o.CreateAgent = context => Clerk(context.State));
        farm.Endpoint.Script.OnResponse = Orders;
        (ICallAgent agent, RealtimeTestCall call, RealtimeWebRtcSession caller) = await farm.CallAsync();
        Assert.Equal(CallAgentStage.NotStarted, (await agent.GetStatusAsync()).Stage);
        await agent.StartAsync("ann");
        await agent.StartAsync("ann");      // as often as anybody likes
        await Farm.UntilAsync(agent, s => s.Stage == CallAgentStage.Leading);
        Assert.Equal("You serve ann.", (string?)call.Session["instructions"]);
        Assert.Equal(1, call.SidebandCount);

        await caller.SendAsync(new ConversationItemCreate(ConversationItem.UserText("A bicycle, please.")));
        await caller.SendAsync(new ResponseCreate());
        await call.WaitForSentEventAsync("response.output_audio_transcript.done", e => (string?)e["transcript"] == "It is ordered.", Farm.Patience);
        CallAgentStatus status = await Farm.UntilAsync(agent, s => s.ToolCalls == 1 && s.TotalTokens == TokensOf(call));
        Assert.Equal(("clerk", 1), (status.Agent, status.Attachments));
        Assert.Single(_runs);
        await UntilHistoryAsync(agent, "user: A bicycle, please.", "order({}) = ordered", "assistant: It is ordered.");

        Assert.True(await agent.SendTextAsync("Thank you.", respond: false));
        await call.WaitForEventAsync("conversation.item.create", e => (string?)e["item"]!["content"]?[0]?["text"] == "Thank you.", Farm.Patience);
    }

    [Fact]
    public async Task A_tool_that_asks_for_leave_is_answered_from_wherever_somebody_sits()
    {
        await using Farm farm = await Farm.StartAsync(o => o.CreateAgent = _ => new VoiceAgent { Tools = [new ApprovalRequiredAIFunction(Order)] });
        farm.Endpoint.Script.OnResponse = Orders;
        (ICallAgent agent, RealtimeTestCall call, _) = await farm.CallAsync();
        await agent.StartAsync();
        await Farm.UntilAsync(agent, s => s.Stage == CallAgentStage.Leading);
        Assert.True(await agent.SendTextAsync("Order."));
        CallApproval ask = Assert.Single((await Farm.UntilAsync(agent, s => s.Approvals.Count == 1)).Approvals);
        Assert.Equal(("order", "{}"), (ask.ToolName, ask.Arguments));
        Assert.False(await agent.ApproveAsync("another"));
        Assert.Empty(_runs);
        Assert.True(await agent.ApproveAsync(ask.Id));
        Assert.False(await agent.RefuseAsync(ask.Id));
        await call.WaitForSentEventAsync("response.output_audio_transcript.done", e => (string?)e["transcript"] == "It is ordered.", Farm.Patience);
        Assert.Single(_runs);
    }

    [Fact]
    public async Task The_grain_ends_with_the_call_and_a_call_with_the_grains_hang_up()
    {
        await using Farm farm = await Farm.StartAsync(o => o.CreateAgent = _ => Clerk());
        (ICallAgent first, RealtimeTestCall call, _) = await farm.CallAsync();
        (ICallAgent second, RealtimeTestCall other, _) = await farm.CallAsync();
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        await Farm.UntilAsync(first, s => s.Stage == CallAgentStage.Leading);
        await Farm.UntilAsync(second, s => s.Stage == CallAgentStage.Leading);

        await call.HangUpAsync();
        Assert.Contains("ended", (await Farm.UntilAsync(first, s => s.Stage == CallAgentStage.Ended)).Detail, StringComparison.Ordinal);
        Assert.False(await first.SendTextAsync("Anybody there?"));
        await second.HangUpAsync();
        await Farm.UntilAsync(second, s => s.Stage == CallAgentStage.Ended);
        await other.Completion.WaitAsync(Farm.Patience);
        await second.StartAsync();      // what is over stays over
        Assert.Equal(CallAgentStage.Ended, (await second.GetStatusAsync()).Stage);
    }

    [Fact]
    public async Task A_call_that_goes_on_without_a_word_is_not_taken_for_idle()
    {
        await using Farm farm = await Farm.StartAsync(o => o.CreateAgent = _ => Clerk());
        (ICallAgent agent, RealtimeTestCall call, _) = await farm.CallAsync();
        await agent.StartAsync();
        await Farm.UntilAsync(agent, s => s.Stage == CallAgentStage.Leading);
        await farm.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
        CallAgentStatus status = await agent.GetStatusAsync();
        Assert.Equal((CallAgentStage.Leading, 1, 1), (status.Stage, status.Attachments, call.SidebandCount));
    }

    [Fact]
    public async Task A_call_that_never_comes_to_be_ends_its_grain()
    {
        await using Farm farm = await Farm.StartAsync(o => (o.CreateAgent, o.Sideband) = (_ => Clerk(), new RealtimeSidebandOptions { WaitForCall = TimeSpan.FromMilliseconds(200) }));
        ICallAgent agent = farm.Agent("rtc_nobody");
        await agent.StartAsync();
        Assert.Equal("The call never came to be.", (await Farm.UntilAsync(agent, s => s.Stage == CallAgentStage.Ended)).Detail);
    }

    [Fact]
    public async Task A_silo_that_stops_in_good_order_hands_its_calls_over_and_no_reminder_is_waited_for()
    {
        await using Farm farm = await Farm.StartAsync(o => (o.CreateAgent, o.ReminderPeriod) = (_ => Clerk(), TimeSpan.FromHours(1)));
        List<(ICallAgent Agent, RealtimeTestCall Call)> led = [];
        for (int i = 0; i < 4; i++)
        {
            (ICallAgent agent, RealtimeTestCall call, _) = await farm.CallAsync();
            await agent.StartAsync();
            led.Add((agent, call));
        }

        List<string> silos = [];
        foreach ((ICallAgent agent, _) in led)
            silos.Add((await Farm.UntilAsync(agent, s => s.Stage == CallAgentStage.Leading)).Silo);
        await farm.StopAsync(silos[0]);

        // Nobody has asked for them yet: what attaches is not a request.
        using (var patience = new CancellationTokenSource(Farm.Patience))
        {
            while (led.Any(l => l.Call.SidebandCount != 1))
            {
                Assert.False(patience.IsCancellationRequested, "Not every call is attached to by one.");
                await Task.Delay(20, CancellationToken.None);
            }
        }

        for (int i = 0; i < led.Count; i++)
        {
            CallAgentStatus status = await Farm.UntilAsync(led[i].Agent, s => s.Stage == CallAgentStage.Leading);
            Assert.NotEqual(silos[0], status.Silo);
            Assert.Equal(silos[i] == silos[0] ? 2 : 1, status.Attachments);
        }
    }

    [Fact]
    public async Task Whoever_asks_for_a_call_that_is_led_by_nobody_has_it_attached_to()
    {
        await using Farm farm = await Farm.StartAsync(o => (o.CreateAgent, o.ReminderPeriod) = (_ => Clerk(), TimeSpan.FromHours(1)));
        (ICallAgent agent, RealtimeTestCall call, _) = await farm.CallAsync();
        farm.Storage.Put(call.Id, new CallRecord { Stage = CallAgentStage.Leading, Attachments = 1, IsConfigured = true });
        CallAgentStatus status = await Farm.UntilAsync(agent, s => s.Stage == CallAgentStage.Leading);
        Assert.Equal((2, 1), (status.Attachments, call.SidebandCount));
    }

    [Fact]
    public async Task An_attachment_that_cannot_be_written_down_does_not_count_and_the_status_says_why_nobody_leads()
    {
        await using Farm farm = await Farm.StartAsync(o => (o.CreateAgent, o.ReminderPeriod) = (_ => Clerk(), TimeSpan.FromHours(1)));
        (ICallAgent agent, RealtimeTestCall call, _) = await farm.CallAsync();
        farm.Storage.Put(call.Id, new CallRecord { Stage = CallAgentStage.Leading, Attachments = 1, IsConfigured = true });
        farm.Storage.IsDown = true;
        CallAgentStatus status = await Farm.UntilAsync(agent, s => s.Detail is not null);
        Assert.Equal((CallAgentStage.Attaching, 1, "IOException: The storage is down."), (status.Stage, status.Attachments, status.Detail));
        Assert.False(await agent.SendTextAsync("Anybody there?"));
        farm.Storage.IsDown = false;
        await agent.StartAsync();       // a second time attaches at once
        status = await Farm.UntilAsync(agent, s => s.Stage == CallAgentStage.Leading);
        Assert.Equal((2, null), (status.Attachments, status.Detail));
    }

    [Fact]
    public async Task A_start_that_cannot_be_written_down_throws_and_leaves_nothing_behind()
    {
        await using Farm farm = await Farm.StartAsync(o => o.CreateAgent = _ => Clerk());
        (ICallAgent agent, _, _) = await farm.CallAsync();
        farm.Storage.IsDown = true;
        await Assert.ThrowsAsync<OrleansException>(() => agent.StartAsync());
        CallAgentStatus status = await agent.GetStatusAsync();
        Assert.Equal((CallAgentStage.NotStarted, (DateTimeOffset?)null), (status.Stage, status.StartedAt));
        farm.Storage.IsDown = false;
        await agent.StartAsync();
        await Farm.UntilAsync(agent, s => s.Stage == CallAgentStage.Leading);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_crash_has_left_is_answered_once_and_run_again_only_with_the_programs_leave(bool mayRunAgain)
    {
        await using Farm farm = await Farm.StartAsync(o => (o.CreateAgent, o.MayRunAgain) = (_ => Clerk(), mayRunAgain ? (_, name) => name == "order" : null));
        farm.Endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(RealtimeTestReply.Say($"{turn.FunctionOutputs.Count} outputs."));
        (ICallAgent agent, RealtimeTestCall call, _) = await farm.CallAsync();
        farm.Storage.Put(call.Id, new CallRecord
        {
            Stage = CallAgentStage.Leading,
            Attachments = 1,
            IsConfigured = true,
            TotalTokens = 1_000,
            ToolCalls = 3,
            Tools =
            [
                new ToolRecord { CallId = "told", Name = "order", Arguments = "{}", Output = "ordered", IsTold = true },
                new ToolRecord { CallId = "run", Name = "order", Arguments = "{}", Output = "ordered before" },
                new ToolRecord { CallId = "cut", Name = "order", Arguments = "{}" },
            ],
        });
        await agent.StartAsync();
        CallAgentStatus status = await Farm.UntilAsync(agent, s => s.TotalTokens > 1_000);
        Assert.Equal((CallAgentStage.Leading, 2), (status.Stage, status.Attachments));
        Dictionary<string, string> outputs = call.ReceivedEvents.Where(e => e.Type == "conversation.item.create").Select(e => e.Parse()!["item"]!)
            .ToDictionary(item => (string)item["call_id"]!, item => (string)item["output"]!);
        Assert.Equal(["cut", "run"], outputs.Keys.Order());
        Assert.Equal("ordered before", outputs["run"]);
        if (mayRunAgain)
            Assert.Equal("ordered", outputs["cut"]);
        else
            Assert.Contains("not known", outputs["cut"], StringComparison.Ordinal);
        Assert.Equal(mayRunAgain ? 1 : 0, _runs.Count);
        Assert.DoesNotContain(call.ReceivedEvents, e => e.Type == "session.update");        // the service has it
        Assert.Single(call.ReceivedEvents, e => e.Type == "response.create");
        Assert.All(farm.Storage.Get<CallRecord>(call.Id).Tools, tool => Assert.True(tool.IsTold));
    }

    [Fact]
    public async Task A_tool_whose_run_cannot_be_written_down_is_not_run()
    {
        await using Farm farm = await Farm.StartAsync(o => o.CreateAgent = _ => Clerk());
        farm.Endpoint.Script.OnResponse = Orders;
        (ICallAgent agent, RealtimeTestCall call, _) = await farm.CallAsync();
        await agent.StartAsync();
        await Farm.UntilAsync(agent, s => s.Stage == CallAgentStage.Leading);
        farm.Storage.IsDown = true;
        Assert.True(await agent.SendTextAsync("Order."));
        await call.WaitForEventAsync("conversation.item.create", e => (string?)e["item"]!["output"] == "The tool 'order' failed.", Farm.Patience);
        Assert.Empty(_runs);
        farm.Storage.IsDown = false;
        Assert.True(await agent.SendTextAsync("Thanks.", respond: false));      // the conversation goes on
    }

    private static ValueTask<RealtimeTestReply> Orders(RealtimeTestTurn turn, CancellationToken cancellationToken) => ValueTask.FromResult(turn.FunctionOutputs.Count == 0
        ? RealtimeTestReply.CallFunction("order", "{}")
        : RealtimeTestReply.Say("It is ordered.", RealtimeTestAudio.Silence(TimeSpan.FromMilliseconds(100))));

    private AIFunction Order => AIFunctionFactory.Create(() =>
    {
        _runs.Enqueue("order");
        return "ordered";
    }, "order");

    private VoiceAgent Clerk(string? user = null) => new() { Name = "clerk", Instructions = $"You serve {user ?? "everybody"}.", Tools = [Order] };

    private static long TokensOf(RealtimeTestCall call) => call.SentEvents.Where(e => e.Type == "response.done").Sum(e => (long)e.Parse()!["response"]!["usage"]!["total_tokens"]!);

    private static async Task UntilHistoryAsync(ICallAgent agent, params string[] items)
    {
        using var patience = new CancellationTokenSource(Farm.Patience);
        while (true)
        {
            string[] kept = [.. HistorySnapshot.Read(await agent.GetHistoryAsync()).Items.Select(item => item.ToString())];
            if (kept.SequenceEqual(items))
                return;
            Assert.False(patience.IsCancellationRequested, $"The history is: {string.Join(" | ", kept)}");
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
