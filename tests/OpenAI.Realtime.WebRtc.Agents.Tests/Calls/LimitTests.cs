using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Calls;

/// <summary>A conversation that ends by itself: when nobody speaks, and when it has cost enough.</summary>
public sealed class LimitTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Nobody_who_speaks_ends_it()
    {
        await using Line line = await Line.StartAsync(configure: options => options.Limits.IdleTimeout = Idle);
        line.Current.Hear("u1", "Hello.");
        line.Current.Answer("Hello.");
        await line.PassAsync(Idle - TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
        Assert.False(line.Conversation.Completion.IsCompleted);
        line.Current.Hear("u2", "Still here.");     // and the clock begins anew
        line.Current.Answer("Good.");
        await line.PassAsync(Idle - TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
        Assert.False(line.Conversation.Completion.IsCompleted);
        await line.UntilAsync(() => line.Conversation.Completion.IsCompleted, TimeSpan.FromSeconds(5));
        ConversationEnd end = await line.Conversation.Completion;
        Assert.Equal((ConversationEndReason.Idle, "Nobody has spoken for 2 min.", SessionEndReason.ClosedLocally), (end.Reason, end.Detail, end.Session!.Reason));
    }

    [Theory]
    [InlineData("it is awaited")]
    [InlineData("the assistant says that it is still at it")]
    [InlineData("it runs in the background")]
    public async Task A_tool_under_way_holds_it(string how)
    {
        TaskCompletionSource started = new();
        var tool = new TaskCompletionSource<string>();
        bool isBackground = how == "it runs in the background", isRemarked = how.StartsWith("the assistant", StringComparison.Ordinal);
        var slow = new VoiceTool(AIFunctionFactory.Create(Slow, "slow")) { RunsInBackground = isBackground, SlowAfter = isRemarked ? TimeSpan.FromSeconds(10) : null };
        await using Line line = await Line.StartAsync(new VoiceAgent { Tools = [slow] }, options =>
        {
            options.Limits.IdleTimeout = Idle;
            (options.Tools.Timeout, options.Tools.BackgroundTimeout) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        });
        line.Current.OnRespond = static (call, request) => call.Answer("Here it is.", request);
        string response = line.Current.Begin();
        line.Current.Call(response, "c1", "slow");
        line.Current.End(response);
        await started.Task.WaitAsync(Talk.Patience);        // it runs on the pool, which a busy machine may hold up for longer than twenty minutes take here
        await line.PassAsync(TimeSpan.FromMinutes(20), TimeSpan.FromSeconds(5));
        Assert.False(line.Conversation.Completion.IsCompleted);
        int before = isBackground || isRemarked ? 1 : 0;        // what was said meanwhile did not set the clock going
        await line.UntilAsync(() => line.Current.Requests.Count == before);
        tool.SetResult("done");
        await line.UntilAsync(() => line.Current.Requests.Count == before + 1);
        await line.PassAsync(Idle - TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
        Assert.False(line.Conversation.Completion.IsCompleted);
        await line.UntilAsync(() => line.Conversation.Completion.IsCompleted, TimeSpan.FromSeconds(8));

        Task<string> Slow()
        {
            started.TrySetResult();
            return tool.Task;
        }
    }

    [Fact]
    public async Task The_last_word_is_spoken_before_the_end()
    {
        await using Line line = await Line.StartAsync(configure: options => (options.Limits.IdleTimeout, options.Limits.Farewell) = (Idle, "Say goodbye."));
        SimulatedCall call = line.Current;
        await line.UntilAsync(() => call.Requests.Count == 1);
        Assert.Equal("Be brief.\n\nSay goodbye.", call.Requests[0].Response!.Instructions.Value);
        call.Speak("resp_1_1", "Goodbye.");
        call.End("resp_1_1", call.Requests[0]);
        await line.PassAsync(TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(200));
        Assert.False(line.Conversation.Completion.IsCompleted);     // it is still heard
        call.Played("resp_1_1");
        await line.SettleAsync();
        await line.PassAsync(TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(200));
        Assert.False(line.Conversation.Completion.IsCompleted);     // the service has sent its end; the jitter buffer and the loudspeaker still have some
        await line.UntilAsync(() => line.Conversation.Completion.IsCompleted, TimeSpan.FromSeconds(5));
        Assert.Equal(ConversationEndReason.Idle, (await line.Conversation.Completion).Reason);
        Assert.Equal("assistant: Goodbye.", line.History[^1]);
    }

    [Fact]
    public async Task A_last_word_whose_sound_begins_late_is_waited_for()
    {
        await using Line line = await Line.StartAsync(configure: options => (options.Limits.IdleTimeout, options.Limits.Farewell) = (Idle, "Say goodbye."));
        SimulatedCall call = line.Current;
        await line.UntilAsync(() => call.Requests.Count == 1);
        call.End("resp_1_1", call.Requests[0]);
        await line.PassAsync(TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(200));
        Assert.False(line.Conversation.Completion.IsCompleted);     // nothing of it has been heard
        call.Emit(new OutputAudioBufferStarted { ResponseId = "resp_1_1" });
        await line.PassAsync(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(200));
        Assert.False(line.Conversation.Completion.IsCompleted);
        call.Played("resp_1_1");
        await line.UntilAsync(() => line.Conversation.Completion.IsCompleted, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Who_speaks_at_the_last_word_stays()
    {
        await using Line line = await Line.StartAsync(configure: options => (options.Limits.IdleTimeout, options.Limits.Farewell) = (Idle, "Say goodbye."));
        SimulatedCall call = line.Current;
        await line.UntilAsync(() => call.Requests.Count == 1);
        call.Speak("resp_1_1", "Good");
        call.Emit(new InputAudioBufferSpeechStarted(), new OutputAudioBufferCleared { ResponseId = "resp_1_1" });
        call.End("resp_1_1", call.Requests[0], "cancelled");
        call.Emit(new InputAudioBufferSpeechStopped());
        call.Commit("u1", "Wait!");
        call.Answer("I am here.");
        await line.PassAsync(Idle - TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        Assert.False(line.Conversation.Completion.IsCompleted);
        Assert.Single(call.Requests);
    }

    [Fact]
    public async Task A_last_word_that_does_not_come_is_not_waited_for()
    {
        await using Line line = await Line.StartAsync(configure: options => (options.Limits.IdleTimeout, options.Limits.Farewell) = (Idle, "Say goodbye."));
        await line.UntilAsync(() => line.Current.Requests.Count == 1);
        await line.UntilAsync(() => line.Conversation.Completion.IsCompleted, TimeSpan.FromSeconds(16));
        Assert.Equal(ConversationEndReason.Idle, (await line.Conversation.Completion).Reason);
    }

    [Fact]
    public async Task So_many_minutes_over_all_calls_end_it()
    {
        await using Line line = await Line.StartAsync(configure: options =>
        {
            options.Limits.MaxDuration = TimeSpan.FromMinutes(10);
            options.Calls.RotateAfter = TimeSpan.FromMinutes(3);
        });
        await line.UntilAsync(() => line.Conversation.Completion.IsCompleted, TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        ConversationEnd end = await line.Conversation.Completion;
        Assert.Equal((ConversationEndReason.BudgetSpent, "The conversation has lasted 10 min."), (end.Reason, end.Detail));
        Assert.InRange(line.Calls.Count, 3, 4);
    }

    [Fact]
    public async Task So_many_tokens_over_all_calls_end_it()
    {
        await using Line line = await Line.StartAsync(configure: options => options.Limits.MaxTokens = 100);
        ReconnectTests.Use(line.Current, 60);
        await line.SettleAsync();
        line.Current.Lose();
        await line.UpdateAsync<ReconnectedUpdate>();
        Assert.False(line.Conversation.Completion.IsCompleted);
        ReconnectTests.Use(line.Current, 60);
        ConversationEnd end = await line.Conversation.Completion.WaitAsync(Talk.Patience);
        Assert.Equal((ConversationEndReason.BudgetSpent, "The conversation has used 120 tokens of 100."), (end.Reason, end.Detail));
    }

    [Fact]
    public async Task A_call_that_is_being_replaced_holds_the_clock_and_a_spent_budget_ends_it_all_the_same()
    {
        await using Line line = await Line.StartAsync(
            configure: options => (options.Limits.IdleTimeout, options.Limits.MaxDuration) = (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(90)),
            prepare: line => line.OnOpen = static (attempt, _) => attempt == 1 ? Task.CompletedTask : throw new IOException("No."));
        line.Current.Lose();
        await line.UpdateAsync<ReconnectingUpdate>();
        await line.PassAsync(TimeSpan.FromSeconds(85), TimeSpan.FromSeconds(1));
        Assert.False(line.Conversation.Completion.IsCompleted);
        await line.UntilAsync(() => line.Conversation.Completion.IsCompleted, TimeSpan.FromSeconds(10));
        Assert.Equal(ConversationEndReason.BudgetSpent, (await line.Conversation.Completion).Reason);
    }
}
