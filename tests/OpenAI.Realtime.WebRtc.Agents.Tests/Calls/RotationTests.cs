using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Calls;

/// <summary>A call that grows old is exchanged, and nobody misses a word.</summary>
public sealed class RotationTests
{
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(57);

    [Fact]
    public async Task An_old_call_is_exchanged_in_a_quiet_moment_and_the_next_is_told_everything()
    {
        await using Line line = await Line.StartAsync();
        SimulatedCall first = line.Current;
        first.Hear("u1", "I am Ada.");
        first.Answer("Hello Ada.");
        await line.PassAsync(Age - TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10));
        Assert.Single(line.Calls);
        RotatedUpdate rotated = await line.UpdateAsync<RotatedUpdate>();
        SimulatedCall second = line.Current;
        Assert.Equal((2, "rtc_1", "rtc_2", TimeSpan.Zero), (rotated.Change.Number, rotated.Change.PreviousCallId, rotated.Change.CallId, rotated.Change.Gap));
        Assert.Empty(rotated.Change.Untold);
        Assert.Equal(["message: user: I am Ada.", "message: assistant: Hello Ada."], second.Told);
        await line.UntilAsync(() => second.TookAudio && first.State == SessionState.Closed);
        Assert.Empty(second.Requests);      // nobody has asked for anything

        second.Hear("u2", "What is my name?");
        second.Answer("Ada.");
        await line.SettleAsync();
        Assert.Equal(["user: I am Ada.", "assistant: Hello Ada.", "user: What is my name?", "assistant: Ada."], line.History);
        Assert.DoesNotContain(line.Updates, u => u is ErrorUpdate or InterruptionUpdate or ReconnectingUpdate);
    }

    [Fact]
    public async Task The_configuration_is_in_effect_before_the_next_call_takes_over_and_is_that_of_the_agent_of_now()
    {
        var night = new VoiceAgent { Name = "Night", Instructions = "Whisper." };
        await using Line line = await Line.StartAsync(new VoiceAgent { Instructions = "Be brief.", Session = new RealtimeSessionConfig { Voice = Voice.Marin } });
        await line.Conversation.ChangeAgentAsync(night).WaitAsync(Talk.Patience);
        line.Current.Begin();       // not quiet
        await line.PassAsync(Age + TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
        Assert.Equal(2, line.Calls.Count);
        var config = (RealtimeSessionConfig)line.Calls[1].Sent.OfType<SessionUpdate>().Single().Session;
        Assert.Equal(("Whisper.", Voice.Marin), (config.Instructions.Value, config.Voice.Value));     // a conversation keeps its voice

        var day = new VoiceAgent { Name = "Day", Instructions = "Sing." };      // changed while the next call waits
        await line.Conversation.ChangeAgentAsync(day).WaitAsync(Talk.Patience);
        line.Calls[0].End("resp_1_1");
        await line.UpdateAsync<RotatedUpdate>();
        Assert.Equal("Sing.", ((RealtimeSessionConfig)line.Current.Sent.OfType<SessionUpdate>().Last().Session).Instructions.Value);
    }

    [Theory]
    [InlineData("the user speaks")]
    [InlineData("the assistant is heard")]
    [InlineData("a response is made")]
    [InlineData("a tool runs")]
    [InlineData("an approval is awaited")]
    public async Task The_exchange_waits_while(string what)
    {
        var tool = new TaskCompletionSource<string>();
        AIFunction slow = AIFunctionFactory.Create(() => tool.Task, "slow");
        await using Line line = await Line.StartAsync(new VoiceAgent { Tools = [slow, new ApprovalRequiredAIFunction(AIFunctionFactory.Create(() => 1, "ask"))] }, options => options.Tools.Timeout = TimeSpan.FromHours(2));
        SimulatedCall first = line.Current;
        first.OnRespond = static (call, request) => call.Answer("Done.", request);
        await line.PassAsync(Age - TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20));
        string? response = what == "the user speaks" ? null : first.Begin();
        switch (what)
        {
            case "the user speaks":
                first.Emit(new InputAudioBufferSpeechStarted());
                break;
            case "the assistant is heard":
                first.Speak(response!, "Once upon a time");
                first.End(response!);
                break;
            case "a tool runs":
                first.Call(response!, "c1", "slow");
                first.End(response!);
                break;
            case "an approval is awaited":
                first.Call(response!, "c1", "ask");
                first.End(response!);
                break;
        }

        await line.PassAsync(TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(1));
        Assert.Equal(2, line.Calls.Count);          // it is there, and waits
        Assert.DoesNotContain(line.Updates, u => u is RotatedUpdate);
        switch (what)
        {
            case "the user speaks":
                first.Emit(new InputAudioBufferSpeechStopped());
                first.Commit("u1", "So it was.");
                first.Answer("I see.");
                break;
            case "the assistant is heard":
                first.Played(response!);
                break;
            case "a response is made":
                first.End(response!);
                break;
            case "a tool runs":
                tool.SetResult("result");
                break;
            case "an approval is awaited":
                line.Conversation.Approve(line.Conversation.PendingApprovals.Single());
                break;
        }

        await line.UpdateAsync<RotatedUpdate>();
        Assert.DoesNotContain(line.Updates, u => u is InterruptionUpdate);
        Assert.Equal(first.Told.Where(told => !told.StartsWith("function_call_output", StringComparison.Ordinal)), line.Current.Told.Where(told => !told.StartsWith("function_call_output", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task At_the_latest_the_assistant_is_cut_off_and_goes_on_in_the_next_call()
    {
        await using Line line = await Line.StartAsync(configure: Late);
        SimulatedCall first = line.Current;
        first.Hear("u1", "Tell me a story.");
        await line.PassAsync(new TimeSpan(0, 59, 20), TimeSpan.FromSeconds(10));
        string response = first.Begin();
        first.Speak(response, string.Join(' ', Enumerable.Repeat("once upon a time there was a king who had seven daughters", 6)));
        first.End(response);
        await line.SettleAsync();
        await line.NextAsync<RotatedUpdate>();
        Assert.Equal(1, first.Flushes);
        InterruptionUpdate cut = Assert.Single(line.Updates.OfType<InterruptionUpdate>());
        Assert.False(cut.ByUser);
        HistoryMessage heard = line.Conversation.History.Items.OfType<HistoryMessage>().Last();
        Assert.InRange(heard.HeardText!.Length, 1, heard.Text.Length - 1);
        Assert.Equal(["message: user: Tell me a story.", $"message: assistant: {heard.HeardText}"], line.Current.Told);     // what was heard, and no more
        await line.UntilAsync(() => line.Current.Requests.Count == 1);
        Assert.Equal($"Be brief.\n\n{new ConversationCallOptions().ContinueInstructions}", line.Current.Requests[0].Response!.Instructions.Value);
        line.Current.Speak("resp_2_1", "The youngest of them");
        await line.SettleAsync();
        Assert.Equal("assistant: The youngest of them", line.History[^1]);
    }

    // Nothing is exchanged before the last moments.
    private static void Late(VoiceConversationOptions options) => (options.Calls.RotateAfter, options.Tools.Timeout) = (new TimeSpan(0, 59, 25), TimeSpan.FromHours(2));

    [Fact]
    public async Task A_tool_that_runs_at_the_latest_is_answered_in_the_next_call_and_runs_once()
    {
        int runs = 0;
        var tool = new TaskCompletionSource<string>();
        AIFunction slow = AIFunctionFactory.Create(() =>
        {
            Interlocked.Increment(ref runs);
            return tool.Task;
        }, "slow");
        await using Line line = await Line.StartAsync(new VoiceAgent { Tools = [slow] }, Late);
        SimulatedCall first = line.Current;
        first.Hear("u1", "Look it up.");
        await line.PassAsync(new TimeSpan(0, 59, 0), TimeSpan.FromSeconds(20));
        string response = first.Begin();
        first.Call(response, "c1", "slow", """{"x":1}""");
        first.End(response);
        await line.UpdateAsync<RotatedUpdate>();
        SimulatedCall second = line.Current;
        Assert.Equal(["message: user: Look it up.", """function_call: slow({"x":1})"""], second.Told);      // without an output, since there is none
        Assert.Empty(second.Requests);
        tool.SetResult("forty-two");
        await line.UntilAsync(() => second.Requests.Count == 1);
        Assert.Equal("function_call_output: c1 = forty-two", second.Told[^1]);
        Assert.Equal(1, runs);
        Assert.DoesNotContain(first.Sent, e => e is ConversationItemCreate { Item: FunctionCallOutputItem });
        Assert.Equal("""slow({"x":1}) = forty-two""", line.History[^1]);
    }

    [Fact]
    public async Task The_output_of_a_call_that_the_next_one_could_not_be_told_comes_in_words()
    {
        var tool = new TaskCompletionSource<string>();
        await using Line line = await Line.StartAsync(new VoiceAgent { Tools = [AIFunctionFactory.Create(() => tool.Task, "slow")] }, options =>
        {
            Late(options);
            options.MaxReplayedCharacters = 20;
        });
        SimulatedCall first = line.Current;
        await line.PassAsync(new TimeSpan(0, 59, 0), TimeSpan.FromSeconds(20));
        string response = first.Begin();
        first.Call(response, "c1", "slow");
        first.End(response);
        first.Hear("u1", "Take your time then.");
        first.Answer("I will do that gladly.");
        RotatedUpdate rotated = await line.UpdateAsync<RotatedUpdate>();
        Assert.Equal(3, rotated.Change.Untold.Count);
        Assert.Empty(line.Current.Told);
        tool.SetResult("forty-two");
        await line.UntilAsync(() => line.Current.Requests.Count == 1);
        Assert.Contains("'slow' was called with {} before the connection was exchanged", line.Current.Told.Single(), StringComparison.Ordinal);
        Assert.Contains("forty-two", line.Current.Told.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_is_said_to_be_missing_and_leaves_a_note()
    {
        await using Line line = await Line.StartAsync();
        await line.Conversation.SendItemAsync(ConversationItem.UserImage([1, 2, 3], "image/png")).WaitAsync(Talk.Patience);
        await line.UntilAsync(() => line.History.Count == 1);
        RotatedUpdate rotated = await line.UpdateAsync<RotatedUpdate>();
        Assert.Equal(1, Assert.IsType<HistoryMessage>(rotated.Change.Untold.Single()).Images);
        Assert.Contains("image", line.Current.Told.Single(), StringComparison.Ordinal);
        Assert.Equal("", line.Conversation.History.Items.OfType<HistoryMessage>().Single().Text);      // the note is the model's alone
    }

    [Fact]
    public async Task An_approval_outlives_the_call()
    {
        int runs = 0;
        var server = new McpApprovalRequestItem { Id = "mcpr_1", ServerLabel = "shop", Name = "buy", Arguments = "{}" };
        await using Line line = await Line.StartAsync(
            new VoiceAgent { Tools = [new ApprovalRequiredAIFunction(AIFunctionFactory.Create(() => ++runs, "book"))] },
            options => (options.Tools.ApprovalTimeout, options.Calls.RotateAfter, options.Calls.MaxAge) = (TimeSpan.FromHours(1), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(4)));
        SimulatedCall first = line.Current;
        string response = first.Begin();
        first.Call(response, "c1", "book");
        first.Emit(Service.Says(response, server));
        first.End(response);
        await line.UntilAsync(() => line.Conversation.PendingApprovals.Count == 2);
        ApprovalRequest ofServer = line.Conversation.PendingApprovals.Single(ask => ask.ServerLabel is not null);
        await line.UpdateAsync<RotatedUpdate>();
        Assert.False(line.Conversation.Approve(ofServer));      // the item that asked is of another call
        Assert.Contains("buy of the server shop", line.Current.Told[^1], StringComparison.Ordinal);
        Assert.True(line.Conversation.Approve(line.Conversation.PendingApprovals.Single()));
        await line.UntilAsync(() => line.Current.Told[^1] == "function_call_output: c1 = 1");
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task A_call_that_cannot_be_opened_is_tried_again_and_the_old_one_goes_on()
    {
        await using Line line = await Line.StartAsync(prepare: line => line.OnOpen = static (attempt, _) => attempt is > 1 and < 5 ? throw new IOException("Refused.") : Task.CompletedTask);
        await line.UpdateAsync<RotatedUpdate>();
        Assert.Equal((5, "rtc_5"), (line.Attempts, line.Current.CallId));
        Assert.DoesNotContain(line.Updates, u => u is ReconnectingUpdate or ErrorUpdate);
    }

    [Fact]
    public async Task Where_no_call_can_be_opened_the_old_one_is_used_to_its_end_and_then_replaced_as_one_that_was_lost()
    {
        bool refuses = false;
        await using Line line = await Line.StartAsync(prepare: line => line.OnOpen = (_, _) => Volatile.Read(ref refuses) ? throw new IOException("Refused.") : Task.CompletedTask);
        SimulatedCall first = line.Current;
        Volatile.Write(ref refuses, true);
        await line.PassAsync(TimeSpan.FromMinutes(60), TimeSpan.FromSeconds(5));
        Assert.InRange(line.Attempts, 10, 60);      // about every ten seconds in three minutes
        Assert.Same(first, line.Current);
        Assert.DoesNotContain(line.Updates, u => u is ReconnectingUpdate);
        first.End(SessionEndReason.SessionExpired, "Your session hit the maximum duration of 60 minutes.");
        await line.UpdateAsync<ReconnectingUpdate>();
        Volatile.Write(ref refuses, false);
        ReconnectedUpdate back = await line.UpdateAsync<ReconnectedUpdate>();
        Assert.Equal(2, back.Change.Number);
        Assert.True(back.Change.Gap > TimeSpan.Zero || line.Updates.OfType<ReconnectingUpdate>().Count() == 1);
    }

    [Fact]
    public async Task A_key_that_is_refused_meanwhile_is_not_tried_again_until_the_call_ends()
    {
        await using Line line = await Line.StartAsync(prepare: line => line.OnOpen = static (attempt, _) =>
            attempt > 1 ? throw new RealtimeConnectException(ConnectPhase.Key, RealtimeFailure.KeyRefused, "Incorrect API key provided.") : Task.CompletedTask);
        await line.PassAsync(TimeSpan.FromMinutes(60), TimeSpan.FromSeconds(5));
        Assert.Equal(2, line.Attempts);
        Assert.False(line.Conversation.Completion.IsCompleted);
        line.Current.Lose();
        ConversationEnd end = await line.Conversation.Completion.WaitAsync(Talk.Patience);
        Assert.Equal((ConversationEndReason.SessionEnded, 3), (end.Reason, line.Attempts));
        Assert.Equal(RealtimeFailure.KeyRefused, Assert.IsType<RealtimeConnectException>(end.ReconnectFailure).Failure);
    }

    [Fact]
    public async Task A_next_call_that_ends_while_it_waits_is_replaced()
    {
        await using Line line = await Line.StartAsync();
        await line.PassAsync(Age - TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
        string response = line.Current.Begin();
        await line.UntilAsync(() => line.Calls.Count == 2, TimeSpan.FromHours(1), TimeSpan.FromSeconds(5));
        line.Calls[1].Lose();
        await line.UntilAsync(() => line.Calls.Count == 3);
        line.Current.End(response);
        RotatedUpdate rotated = await line.UpdateAsync<RotatedUpdate>();
        Assert.Equal("rtc_3", rotated.Change.CallId);
    }

    [Fact]
    public async Task A_call_that_is_lost_while_the_next_one_waits_is_replaced_by_it_at_once()
    {
        await using Line line = await Line.StartAsync();
        await line.PassAsync(Age - TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
        line.Current.Begin();
        await line.UntilAsync(() => line.Calls.Count == 2, TimeSpan.FromHours(1), TimeSpan.FromSeconds(5));
        line.Current.Lose();
        await Line.AtOnceAsync(() => line.Updates.Any(u => u is ReconnectedUpdate { Change.CallId: "rtc_2" }));
        Assert.Equal(2, line.Attempts);
    }

    [Fact]
    public async Task Without_rotation_a_call_is_used_to_its_end()
    {
        await using Line line = await Line.StartAsync(configure: options => (options.Calls.RotateAfter, options.Calls.ReconnectTimeout) = (null, TimeSpan.Zero));
        await line.PassAsync(TimeSpan.FromHours(2), TimeSpan.FromMinutes(1));
        Assert.Equal(1, line.Attempts);
        line.Current.End(SessionEndReason.SessionExpired, "Expired.");
        Assert.Equal(SessionEndReason.SessionExpired, (await line.Conversation.Completion.WaitAsync(Talk.Patience)).Session!.Reason);
    }

    [Fact]
    public async Task What_the_program_mutes_stays_muted()
    {
        await using Line line = await Line.StartAsync();
        line.Conversation.Session.Muted = true;
        await line.UpdateAsync<RotatedUpdate>();
        await line.UntilAsync(() => line.Current.TookAudio);
        Assert.True(line.Current.Muted);
    }
}
