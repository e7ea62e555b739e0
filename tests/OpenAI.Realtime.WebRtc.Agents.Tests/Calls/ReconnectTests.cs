using System.Net;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Calls;

/// <summary>A call that is lost is replaced, and what was under way goes on.</summary>
public sealed class ReconnectTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_lost_call_is_replaced_after_so_many_failures(int failures)
    {
        await using Line line = await Line.StartAsync(prepare: line => line.OnOpen = (attempt, _) => attempt > 1 && attempt < 2 + failures ? throw new IOException($"No {attempt}.") : Task.CompletedTask);
        SimulatedCall first = line.Current;
        first.Hear("u1", "I am Ada.");
        first.Answer("Hello Ada.");
        await line.SettleAsync();
        first.Lose();
        ReconnectedUpdate back = await line.UpdateAsync<ReconnectedUpdate>();
        ReconnectingUpdate[] tries = [.. line.Updates.OfType<ReconnectingUpdate>()];
        Assert.Equal(Enumerable.Range(1, failures + 1), tries.Select(t => t.Attempt));
        Assert.All(tries, t => Assert.Equal((SessionEndReason.ConnectionLost, "The network is gone."), (t.Lost.Reason, t.Lost.Detail)));
        Assert.Equal([null, .. Enumerable.Range(2, failures).Select(i => $"No {i}.")], tries.Select(t => t.Failure?.Message));
        Assert.Equal(["message: user: I am Ada.", "message: assistant: Hello Ada."], line.Current.Told);
        Assert.Equal(failures > 0, back.Change.Gap > TimeSpan.Zero);
        await Line.AtOnceAsync(() => line.Current.TookAudio);
        Assert.Empty(line.Current.Requests);
    }

    [Fact]
    public async Task The_waits_between_attempts_grow_and_are_never_the_same()
    {
        List<DateTimeOffset> at = [];
        await using Line line = await Line.StartAsync(
            prepare: line => line.OnOpen = (attempt, _) =>
            {
                at.Add(line.Time.GetUtcNow());
                return attempt > 1 ? throw new IOException("No.") : Task.CompletedTask;
            },
            configure: options => options.Calls.MaxRetryDelay = TimeSpan.FromSeconds(8));
        line.Current.Lose();
        await line.UntilAsync(() => line.Conversation.Completion.IsCompleted, step: TimeSpan.FromMilliseconds(100));
        double[] waits = [.. at.Skip(1).Zip(at.Skip(2), (a, b) => (b - a).TotalSeconds)];
        double most = 0.5;
        foreach (double wait in waits)
        {
            Assert.InRange(wait, most / 2, most + 0.2);        // time passes in steps of a tenth of a second
            most = Math.Min(most * 2, 8);
        }

        Assert.InRange(waits.Length, 14, 40);       // two minutes of them
    }

    [Fact]
    public async Task It_is_given_up_after_a_time_with_the_first_reasons()
    {
        await using Line line = await Line.StartAsync(
            prepare: line => line.OnOpen = static (attempt, _) => attempt > 1 ? throw new IOException($"No {attempt}.") : Task.CompletedTask,
            configure: options => options.Calls.ReconnectTimeout = TimeSpan.FromSeconds(100));       // before the request's own limit
        Task<ResponseSnapshot> waits = line.Conversation.RespondAsync();
        line.Current.Lose();
        await line.UntilAsync(() => line.Conversation.Completion.IsCompleted);
        ConversationEnd end = await line.Conversation.Completion;
        Assert.Equal((ConversationEndReason.SessionEnded, SessionEndReason.ConnectionLost, "No 2."), (end.Reason, end.Session!.Reason, end.ReconnectFailure!.Message));
        Assert.StartsWith("The network is gone. It was not replaced within 100 s, in ", end.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => waits.WaitAsync(Talk.Patience));
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => line.Conversation.SendTextAsync("Anybody?"));
    }

    public static TheoryData<Exception> Hopeless => new(
        new RealtimeConnectException(ConnectPhase.Key, RealtimeFailure.KeyRefused, "Incorrect API key.") { HttpStatus = HttpStatusCode.Unauthorized },
        new RealtimeConnectException(ConnectPhase.Answer, RealtimeFailure.RequestRejected, "No such model.") { HttpStatus = HttpStatusCode.BadRequest },
        new RealtimeConnectException(ConnectPhase.Key, RealtimeFailure.RequestRejected, "You exceeded your quota.") { HttpStatus = HttpStatusCode.TooManyRequests, ErrorCode = "insufficient_quota" },
        new RealtimeConnectException(ConnectPhase.Dtls, RealtimeFailure.FingerprintMismatch, "Somebody else is on the path."),
        new ArgumentException("Bad options."),
        new ObjectDisposedException("client"));

    [Theory]
    [MemberData(nameof(Hopeless))]
    public async Task What_no_other_attempt_would_mend_ends_it_at_once(Exception failure)
    {
        await using Line line = await Line.StartAsync(prepare: line => line.OnOpen = (attempt, _) => attempt > 1 ? throw failure : Task.CompletedTask);
        line.Current.Lose();
        ConversationEnd end = await line.Conversation.Completion.WaitAsync(Talk.Patience);
        Assert.Equal((ConversationEndReason.SessionEnded, SessionEndReason.ConnectionLost, 2), (end.Reason, end.Session!.Reason, line.Attempts));
        Assert.Same(failure, end.ReconnectFailure);
    }

    [Fact]
    public void What_may_pass_is_tried_again()
    {
        Assert.All<Exception>(
        [
            new RealtimeConnectException(ConnectPhase.Answer, RealtimeFailure.RequestRejected, "Slow down.") { HttpStatus = HttpStatusCode.TooManyRequests },
            new RealtimeConnectException(ConnectPhase.Answer, RealtimeFailure.RequestRejected, "Overloaded.") { HttpStatus = HttpStatusCode.ServiceUnavailable },
            new RealtimeConnectException(ConnectPhase.Ice, RealtimeFailure.IceFailed, "No path."),
            new RealtimeConnectException(ConnectPhase.Answer, RealtimeFailure.EndpointUnreachable, "No network."),
            new TimeoutException(),
            new OperationCanceledException(),
        ], failure => Assert.False(CallKeeper.IsHopeless(failure)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_the_service_hangs_up_is_replaced_only_where_that_is_asked_for(bool isAskedFor)
    {
        await using Line line = await Line.StartAsync(configure: options => options.Calls.ReconnectWhenHungUp = isAskedFor);
        line.Current.End(SessionEndReason.ClosedByPeer, "Bye.");
        if (isAskedFor)
            await line.UpdateAsync<ReconnectedUpdate>();
        else
            Assert.Equal(SessionEndReason.ClosedByPeer, (await line.Conversation.Completion.WaitAsync(Talk.Patience)).Session!.Reason);
    }

    [Fact]
    public async Task Of_a_speech_that_the_network_cut_off_the_history_says_what_was_heard_before()
    {
        await using Line line = await Line.StartAsync(configure: options => options.Calls.DisconnectTimeout = null);
        SimulatedCall first = line.Current;
        first.Hear("u1", "Tell me a story.");
        string response = first.Begin();
        first.Speak(response, string.Join(' ', Enumerable.Repeat("once upon a time there was a king", 20)));
        first.End(response);
        await line.SettleAsync();
        await line.PassAsync(TimeSpan.FromSeconds(24));
        first.SinceLastPacket = TimeSpan.FromSeconds(20);       // the session finds out late
        first.Lose();
        await line.UpdateAsync<ReconnectedUpdate>();
        HistoryMessage story = line.Conversation.History.Items.OfType<HistoryMessage>().Last();
        Assert.InRange(story.Heard!.Value, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4.1));
        Assert.Equal($"message: assistant: {story.HeardText}", line.Current.Told[^1]);
        await line.UntilAsync(() => line.Current.Requests.Count == 1);
        Assert.EndsWith(new ConversationCallOptions().ContinueInstructions!, line.Current.Requests[0].Response!.Instructions.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_the_program_closes_is_not_replaced()
    {
        await using Line line = await Line.StartAsync();
        await line.Conversation.Session.CloseAsync();
        Assert.Equal(ConversationEndReason.ClosedLocally, (await line.Conversation.Completion.WaitAsync(Talk.Patience)).Reason);
        Assert.Equal(1, line.Attempts);
    }

    [Fact]
    public async Task What_the_program_says_and_asks_meanwhile_comes_to_the_next_call_once_and_in_order()
    {
        var open = new TaskCompletionSource();
        await using Line line = await Line.StartAsync(prepare: line => line.OnOpen = (attempt, _) => attempt > 1 ? open.Task : Task.CompletedTask);
        line.Current.Hear("u1", "I am Ada.");
        line.Current.Answer("Hello Ada.");
        await line.SettleAsync();
        line.Current.Lose();
        await line.UpdateAsync<ReconnectingUpdate>();
        Task written = line.Conversation.SendTextAsync("One.", respond: false), other = line.Conversation.SendTextAsync("Two.", respond: false);
        Task<ResponseSnapshot> asked = line.Conversation.RespondAsync();
        await Assert.ThrowsAsync<VoiceConversationException>(() => line.Conversation.EndUserTurnAsync());     // what was said then is lost
        Assert.False(await line.Conversation.InterruptAsync());
        Assert.False(written.IsCompleted);
        open.SetResult();
        await line.UpdateAsync<ReconnectedUpdate>();
        await Task.WhenAll(written, other).WaitAsync(Talk.Patience);
        await line.UntilAsync(() => line.Current.Requests.Count == 1);
        Assert.Equal(["message: user: I am Ada.", "message: assistant: Hello Ada.", "message: user: One.", "message: user: Two."], line.Current.Told);
        line.Current.Speak("resp_2_1", "Three.");
        line.Current.End("resp_2_1", line.Current.Requests[0]);
        Assert.Equal(ResponseState.Completed, (await asked.WaitAsync(Talk.Patience)).Status);
        await line.SettleAsync();
        Assert.Equal(["user: I am Ada.", "assistant: Hello Ada.", "user: One.", "user: Two.", "assistant: Three."], line.History);
    }

    [Fact]
    public async Task What_the_service_had_not_acknowledged_is_told_to_the_next_call()
    {
        await using Line line = await Line.StartAsync(prepare: line => line.OnCall = call => call.Acknowledges = call.Number > 1);
        await line.Conversation.SendTextAsync("Are you there?").WaitAsync(Talk.Patience);
        await line.UntilAsync(() => line.Current.Requests.Count == 1);
        Assert.Empty(line.History);
        line.Current.Lose();
        await line.UpdateAsync<ReconnectedUpdate>();
        await line.UntilAsync(() => line.Current.Requests.Count == 1);
        Assert.Equal("message: user: Are you there?", line.Current.Told.Single());
        Assert.Equal("user: Are you there?", line.History.Single());
    }

    [Fact]
    public async Task A_response_that_somebody_waits_for_is_asked_for_again()
    {
        await using Line line = await Line.StartAsync();
        Task<ResponseSnapshot> greeting = line.Conversation.RespondAsync("Greet Ada.");
        await line.UntilAsync(() => line.Current.Requests.Count == 1);
        line.Current.Speak("resp_1_1", "Hel", isHeard: false);
        await line.SettleAsync();
        line.Current.Lose();
        await line.UpdateAsync<ReconnectedUpdate>();
        await line.UntilAsync(() => line.Current.Requests.Count == 1);
        Assert.Equal("Be brief.\n\nGreet Ada.", line.Current.Requests[0].Response!.Instructions.Value);
        Assert.Empty(line.Current.Told);        // nobody had heard a word
        line.Current.Speak("resp_2_1", "Hello Ada.");
        line.Current.End("resp_2_1", line.Current.Requests[0]);
        Assert.Equal("resp_2_1", (await greeting.WaitAsync(Talk.Patience)).Id);
        await line.SettleAsync();
        Assert.Equal(["", "Hello Ada."], line.Conversation.History.Items.OfType<HistoryMessage>().Select(m => m.Spoken));
    }

    [Theory]
    [InlineData("asked with instructions")]
    [InlineData("asked without")]
    [InlineData("asked, and more is written meanwhile")]
    [InlineData("the service's own")]
    public async Task A_response_of_which_some_was_heard_while_the_rest_was_being_made_goes_on_where_it_was(string what)
    {
        var open = new TaskCompletionSource();
        await using Line line = await Line.StartAsync(prepare: line => line.OnOpen = (attempt, _) => attempt > 1 ? open.Task : Task.CompletedTask);
        SimulatedCall first = line.Current;
        if (what == "the service's own")
        {
            first.Hear("u1", "Tell me a story.");
            first.Begin();
        }
        else if (what == "asked with instructions")
            _ = line.Conversation.RespondAsync("Tell a story.");
        else
            await line.Conversation.SendTextAsync("Tell me a story.").WaitAsync(Talk.Patience);
        await line.UntilAsync(() => first.IsResponding);
        first.Speak("resp_1_1", "Once upon");
        await line.PassAsync(TimeSpan.FromSeconds(5));
        first.Lose();
        await line.UpdateAsync<ReconnectingUpdate>();
        if (what == "asked, and more is written meanwhile")
            _ = line.Conversation.SendTextAsync("No, sing.");
        open.SetResult();
        await line.UpdateAsync<ReconnectedUpdate>();
        await line.UntilAsync(() => line.Current.Requests.Count == 1);
        Assert.Contains("message: assistant: Once upon", line.Current.Told);
        string words = new ConversationCallOptions().ContinueInstructions!;
        Assert.Equal(what switch
        {
            "asked with instructions" => $"Be brief.\n\nTell a story.\n\n{words}",
            "asked, and more is written meanwhile" => null,
            _ => $"Be brief.\n\n{words}",
        }, line.Current.Requests[0].Response!.Instructions.Value);
        await line.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Single(line.Current.Requests);
    }

    [Fact]
    public async Task A_question_that_was_not_answered_is_answered_in_the_next_call()
    {
        await using Line line = await Line.StartAsync();
        line.Current.Hear("u1", "Are you there?");
        await line.SettleAsync();
        line.Current.Lose();
        await line.UpdateAsync<ReconnectedUpdate>();
        await line.UntilAsync(() => line.Current.Requests.Count == 1);
        Assert.Equal("message: user: Are you there?", line.Current.Told.Single());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_of_which_no_word_was_heard_is_made_anew_where_the_next_call_knows_what_was_asked(bool isKnown)
    {
        await using Line line = await Line.StartAsync();
        line.Current.Hear("u1", "I am Ada.");
        line.Current.Answer("Hello Ada.");
        line.Current.Hear("u2", isKnown ? "Tell me a story." : null);
        line.Current.Speak(line.Current.Begin(), "Once upon a time");
        await line.SettleAsync();
        line.Current.Lose();
        await line.UpdateAsync<ReconnectedUpdate>();
        await line.PassAsync(TimeSpan.FromSeconds(5));
        if (isKnown)
            Assert.False(Assert.Single(line.Current.Requests).Response!.Instructions.IsSet);       // not to go on from what the user has heard before, which was whole
        else
            Assert.Empty(line.Current.Requests);
        Assert.Equal(["message: user: I am Ada.", "message: assistant: Hello Ada.", .. isKnown ? ["message: user: Tell me a story."] : Array.Empty<string>()], line.Current.Told);
    }

    [Fact]
    public async Task Speech_that_was_not_written_down_is_said_to_be_missing_and_nothing_is_asked_about_it()
    {
        await using Line line = await Line.StartAsync();
        line.Current.Hear("u1", null);
        await line.SettleAsync();
        line.Current.Lose();
        ReconnectedUpdate back = await line.UpdateAsync<ReconnectedUpdate>();
        HistoryMessage missing = Assert.IsType<HistoryMessage>(back.Change.Untold.Single());
        Assert.Equal(("u1", true, true), (missing.Id, missing.TranscriptionFailed, missing.IsComplete));
        await line.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(line.Current.Requests);
        Assert.Empty(line.Current.Told);
    }

    [Fact]
    public async Task What_could_not_be_told_stands_where_it_stood_however_often_the_call_is_exchanged()
    {
        await using Line line = await Line.StartAsync();
        line.Current.Hear("u1", "I am Ada.");
        line.Current.Answer("Hello Ada.");
        line.Current.Hear("u2", null);
        await line.SettleAsync();
        string[] words = ["One", "Two"];
        foreach (string word in words)
        {
            line.Current.Lose();
            await line.UntilAsync(() => line.Updates.OfType<ReconnectedUpdate>().Count() == Array.IndexOf(words, word) + 1);
            line.Current.Hear(word, $"{word}.");
            line.Current.Answer($"{word} it is.");
            await line.SettleAsync();
        }

        Assert.Equal(["user: I am Ada.", "assistant: Hello Ada.", "user: ", "user: One.", "assistant: One it is.", "user: Two.", "assistant: Two it is."], line.History);
    }

    [Fact]
    public async Task The_user_who_was_speaking_is_not_any_more()
    {
        await using Line line = await Line.StartAsync();
        line.Current.Emit(new InputAudioBufferSpeechStarted());
        await line.UntilAsync(() => line.Conversation.IsUserSpeaking);
        line.Current.Lose();
        await line.UpdateAsync<ReconnectedUpdate>();
        Assert.False(line.Conversation.IsUserSpeaking);
        Assert.Equal([true, false], line.Updates.OfType<SpeechUpdate>().Select(u => u.IsSpeaking));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_tool_that_ends_while_there_is_no_call_or_whose_output_was_lost_is_answered_once(bool endsBefore, bool responseIsOver)
    {
        int runs = 0;
        TaskCompletionSource<string> tool = new();
        TaskCompletionSource open = new();
        AIFunction slow = AIFunctionFactory.Create(() =>
        {
            Interlocked.Increment(ref runs);
            return tool.Task;
        }, "slow");
        await using Line line = await Line.StartAsync(new VoiceAgent { Tools = [slow] }, prepare: line =>
        {
            line.OnOpen = (attempt, _) => attempt > 1 ? open.Task : Task.CompletedTask;
            line.OnCall = call => call.Acknowledges = call.Number > 1;
        });
        SimulatedCall first = line.Current;
        first.Hear("u1", "Look it up.");
        string response = first.Begin();
        first.Call(response, "c1", "slow");
        if (responseIsOver)
            first.End(response);
        await line.UpdateAsync<ToolCallUpdate>();
        if (endsBefore)
        {
            tool.SetResult("forty-two");
            await Line.AtOnceAsync(() => first.Sent.Any(e => e is ConversationItemCreate { Item: FunctionCallOutputItem }));     // it goes out, and nobody says that it came
        }

        first.Lose();
        await line.UpdateAsync<ReconnectingUpdate>();
        tool.TrySetResult("forty-two");
        await Line.AtOnceAsync(() => line.Updates.Any(u => u is ToolCallUpdate { Call.Status: ToolCallStatus.Completed }));
        open.SetResult();
        await line.UpdateAsync<ReconnectedUpdate>();
        await line.UntilAsync(() => line.Current.Requests.Count == 1);
        Assert.Equal(["message: user: Look it up.", "function_call: slow({})", "function_call_output: c1 = forty-two"], line.Current.Told);
        line.Current.Answer("It is forty-two.", line.Current.Requests[0]);
        await line.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Single(line.Current.Requests);
        Assert.Equal(1, runs);
        Assert.Equal(["user: Look it up.", "slow({}) = forty-two", "assistant: It is forty-two."], line.History);
    }

    [Fact]
    public async Task A_call_that_was_being_written_is_made_anew()
    {
        await using Line line = await Line.StartAsync(new VoiceAgent { Tools = [AIFunctionFactory.Create(() => 1, "count")] });
        line.Current.Hear("u1", "Count.");
        string response = line.Current.Begin();
        line.Current.Emit(Service.Adds(new FunctionCallItem { Id = "item_c", CallId = "c1", Name = "count", Arguments = "", Status = ItemStatus.InProgress }, "u1"));
        await line.SettleAsync();
        line.Current.Lose();
        await line.UpdateAsync<ReconnectedUpdate>();
        await line.UntilAsync(() => line.Current.Requests.Count == 1);
        Assert.Equal("message: user: Count.", line.Current.Told.Single());
        Assert.Equal("user: Count.", line.History.Single());
    }

    [Fact]
    public async Task A_hand_over_that_was_not_acknowledged_is_told_to_who_waits()
    {
        await using Line line = await Line.StartAsync();
        Task change = Task.CompletedTask;
        line.OnOpen = (_, _) => Task.CompletedTask;
        line.Current.OnRespond = null;
        line.Current.End(SessionEndReason.ConnectionLost, "Gone.");
        change = line.Conversation.ChangeAgentAsync(new VoiceAgent { Name = "Night" });
        await Assert.ThrowsAnyAsync<RealtimeException>(async () =>
        {
            await line.UntilAsync(() => change.IsCompleted);
            await change;
            throw new VoiceConversationException(RealtimeFailure.NoAnswer, "The next call was there already.");     // then it took effect
        });
        await line.UpdateAsync<ReconnectedUpdate>();
    }

    [Fact]
    public async Task Tokens_are_summed_over_calls()
    {
        await using Line line = await Line.StartAsync();
        Use(line.Current, 40);
        await line.SettleAsync();
        line.Current.Lose();
        await line.UpdateAsync<ReconnectedUpdate>();
        Use(line.Current, 2);
        await line.UntilAsync(() => line.Conversation.Usage.TotalTokenCount == 42);
    }

    internal static void Use(SimulatedCall call, int tokens)
    {
        string id = call.Begin();
        call.Emit(new ResponseDone { Response = new ResponseSnapshot { Id = id, ConversationId = "conv_1", Status = ResponseState.Completed, Usage = new ResponseUsage { TotalTokens = tokens, InputTokens = tokens, OutputTokens = 0 } } });
        call.End(id);
    }
}
