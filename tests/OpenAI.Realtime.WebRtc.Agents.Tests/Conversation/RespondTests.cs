using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Conversation;

/// <summary>What the program asks for, and what it is given.</summary>
public sealed class RespondTests
{
    private static readonly VoiceAgent Agent = new() { Instructions = "Be brief." };

    [Fact]
    public async Task A_request_gives_the_finished_response()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        Task<ResponseSnapshot> asking = talk.Conversation.RespondAsync();
        ResponseCreate create = await talk.SentAsync<ResponseCreate>();
        await talk.ReceiveAsync(Service.Begins("r1", create));
        Assert.False(asking.IsCompleted);
        await talk.ReceiveAsync(Service.Ends("r1", create, "completed", Service.Message("a1", ItemRole.Assistant, "Good morning!")));
        Assert.Equal("Good morning!", (await asking.WaitAsync(Talk.Patience)).Text);
        Assert.Equal("r1", (await talk.UpdateAsync<ResponseUpdate>()).Response.Id);
    }

    [Fact]
    public async Task The_error_that_the_service_ties_to_it_is_thrown_and_is_no_update()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        Task<ResponseSnapshot> asking = talk.Conversation.RespondAsync(new ResponseParameters { Voice = "nobody" });
        await talk.ReceiveAsync(Service.Refuses(await talk.SentAsync<ResponseCreate>(), "invalid_value", "No such voice."));
        VoiceConversationException refused = await Assert.ThrowsAsync<VoiceConversationException>(() => asking.WaitAsync(Talk.Patience));
        Assert.Equal((RealtimeFailure.RequestRejected, "invalid_value"), (refused.Failure, refused.ErrorCode));
        await talk.ReceiveAsync(Service.Error(null, "server_error", "Unrelated."));
        Assert.Equal("Unrelated.", Assert.Single(talk.Updates.OfType<ErrorUpdate>()).Error.Message);
    }

    [Fact]
    public async Task A_race_with_the_services_turn_detection_is_seen_by_nobody()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        Task<ResponseSnapshot> asking = talk.Conversation.RespondAsync();
        ResponseCreate late = await talk.SentAsync<ResponseCreate>();
        await talk.ReceiveAsync(new InputAudioBufferSpeechStarted(), new InputAudioBufferSpeechStopped(), Service.Begins("r_vad"), Service.IsTaken(late), Service.Ends("r_vad"));
        ResponseCreate again = await talk.SentAsync<ResponseCreate>();
        await talk.ReceiveAsync(Service.Begins("r2", again), Service.Ends("r2", again));
        Assert.Equal("r2", (await asking.WaitAsync(Talk.Patience)).Id);
        Assert.Empty(talk.Updates.OfType<ErrorUpdate>());
    }

    [Fact]
    public async Task Nothing_hangs_when_the_service_does_not_answer()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        Task<ResponseSnapshot> asking = talk.Conversation.RespondAsync();
        await talk.SentAsync<ResponseCreate>();
        talk.Time.Advance(TimeSpan.FromSeconds(10));
        VoiceConversationException unanswered = await Assert.ThrowsAsync<VoiceConversationException>(() => asking.WaitAsync(Talk.Patience));
        Assert.Equal(RealtimeFailure.NoAnswer, unanswered.Failure);
    }

    [Fact]
    public async Task Nothing_hangs_on_the_systems_clock_either_whose_timers_know_whole_milliseconds_only()
    {
        await using var session = new Testing.ScriptedRealtimeSession();
        var options = new VoiceConversationOptions { Responses = { AnswerTimeout = TimeSpan.FromMilliseconds(10.7) } };
        Task<VoiceConversation> starting = VoiceConversation.StartAsync(session, Agent, options);
        await session.WaitForSentAsync<SessionUpdate>();
        session.Receive(Service.Configured(new ServerVad()));
        await using VoiceConversation talk = await starting.WaitAsync(Talk.Patience);
        for (int i = 0; i < 5; i++)
            await Assert.ThrowsAsync<VoiceConversationException>(() => talk.RespondAsync().WaitAsync(Talk.Patience));
    }

    [Fact]
    public async Task The_end_releases_everybody_who_waits()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        Task<ResponseSnapshot> running = talk.Conversation.RespondAsync(), waiting = talk.Conversation.RespondAsync("Sing."), beside = talk.Conversation.RespondAsync(Beside());
        await talk.SentAsync<ResponseCreate>();
        talk.Session.End(SessionEndReason.ConnectionLost);
        foreach (Task<ResponseSnapshot> asking in new[] { running, waiting, beside })
            Assert.Equal(SessionEndReason.ConnectionLost, (await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => asking.WaitAsync(Talk.Patience))).End?.Reason);
    }

    [Fact]
    public async Task What_the_user_writes_comes_before_the_request_and_several_requests_become_one()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        await talk.ReceiveAsync(Service.Begins("r_vad"));
        await talk.Conversation.SendTextAsync("Hello?");
        await talk.Conversation.SendTextAsync("Are you there?");
        Task<ResponseSnapshot> asking = talk.Conversation.RespondAsync();
        await talk.SentAsync<ConversationItemCreate>();
        Assert.Equal("message: user: Are you there?", (await talk.SentAsync<ConversationItemCreate>()).Item.ToString());
        await talk.ReceiveAsync(Service.Ends("r_vad"));
        ResponseCreate create = await talk.SentAsync<ResponseCreate>();
        await talk.ReceiveAsync(Service.Begins("r1", create), Service.Ends("r1", create));
        Assert.Equal("r1", (await asking.WaitAsync(Talk.Patience)).Id);
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task An_item_may_be_put_in_without_an_answer()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        await talk.Conversation.SendItemAsync(ConversationItem.SystemText("The kitchen closes at ten."));
        await talk.Conversation.SendTextAsync("Noted?", respond: false);
        await talk.SentAsync<ConversationItemCreate>();
        ConversationItemCreate second = await talk.SentAsync<ConversationItemCreate>();
        await talk.ReceiveAsync(Service.Refuses(second, "invalid_value", "Too rude."));
        Assert.Equal("Too rude.", (await talk.UpdateAsync<ErrorUpdate>()).Error.Message);
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task What_a_response_is_told_beside_keeps_the_agents_instructions()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        Task<ResponseSnapshot> asking = talk.Conversation.RespondAsync("Greet the user.");
        Assert.Equal("Be brief.\n\nGreet the user.", (await talk.SentAsync<ResponseCreate>()).Response!.Instructions.Value);
        talk.Session.End(SessionEndReason.ClosedByPeer);
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => asking);
    }

    [Fact]
    public async Task A_caller_who_waits_no_more_takes_a_request_back_that_was_not_sent()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        await talk.ReceiveAsync(Service.Begins("r_vad"));
        using var impatient = new CancellationTokenSource();
        Task<ResponseSnapshot> asking = talk.Conversation.RespondAsync(cancellationToken: impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(Talk.Patience));
        await talk.ReceiveAsync(Service.Ends("r_vad"));
        await talk.ReceiveAsync(new InputAudioBufferCleared());
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task A_response_beside_the_conversation_runs_at_once_and_is_heard_by_nobody()
    {
        await using Talk talk = await Talk.StartAsync(new VoiceAgent { Tools = [AIFunctionFactory.Create(() => Assert.Fail(), "never")] });
        await talk.ReceiveAsync(Service.Begins("r_vad"));
        Task<ResponseSnapshot> asking = talk.Conversation.RespondAsync(Beside());
        ResponseCreate create = await talk.SentAsync<ResponseCreate>();
        await talk.ReceiveAsync(Service.BeginsBeside("r_side", create), new ResponseOutputTextDelta { ResponseId = "r_side", ItemId = "a_side", Delta = "Angry." },
            Service.Says("r_side", Service.Call("1", "never")), Service.EndsBeside("r_side", create));
        Assert.Equal("r_side", (await asking.WaitAsync(Talk.Patience)).Id);
        Assert.Empty(talk.Updates.OfType<TranscriptUpdate>());
        Assert.Empty(talk.Updates.OfType<ToolCallUpdate>());
        Assert.Empty(talk.Conversation.History.Items);
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task Words_come_as_they_are_said_and_whole_at_the_end()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        await talk.ReceiveAsync(Service.Adds(Service.Spoken("u1")), Service.Begins("r1"), Service.SaysWords("r1", "a1", "It is "), Service.SaysWords("r1", "a1", "four."),
            Service.SaidAll("r1", "a1", "It is four."), Service.Hears("u1", "What time is it?"), Service.Ends("r1"));
        TranscriptUpdate[] words = [.. talk.Updates.OfType<TranscriptUpdate>()];
        Assert.Equal("It is four.", string.Concat(words.Where(w => w is { ItemId: "a1", IsFinal: false }).Select(w => w.Text)));
        Assert.Equal([("a1", "It is four."), ("u1", "What time is it?")], words.Where(w => w.IsFinal).Select(w => (w.ItemId, w.Text)));
        Assert.Equal(["user: What time is it?", "assistant: It is four."], talk.Conversation.History.Items.Select(i => i.ToString()));
    }

    [Fact]
    public async Task Tokens_are_added_up_by_kind()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        var usage = new ResponseUsage
        {
            TotalTokens = 30,
            InputTokens = 20,
            OutputTokens = 10,
            InputTokenDetails = new InputTokenDetails { AudioTokens = 15, TextTokens = 5, CachedTokens = 4 },
            OutputTokenDetails = new TokenCounts { AudioTokens = 8, TextTokens = 2 },
        };
        ResponseDone first = Service.Ends("r1"), second = Service.Ends("r2");
        first.Response.Usage = second.Response.Usage = usage;
        await talk.ReceiveAsync(Service.Begins("r1"), first, Service.Begins("r2"), second,
            new ConversationItemInputAudioTranscriptionCompleted { ItemId = "u1", Transcript = "Hi.", Usage = new TranscriptionUsage { Duration = TimeSpan.FromSeconds(2) } });
        UsageDetails sum = talk.Conversation.Usage;
        Assert.Equal((60, 40, 20, 8), (sum.TotalTokenCount, sum.InputTokenCount, sum.OutputTokenCount, sum.CachedInputTokenCount));
        Assert.Equal((30, 10, 16, 4, 2_000),
            (sum.AdditionalCounts!["input_audio_tokens"], sum.AdditionalCounts["input_text_tokens"], sum.AdditionalCounts["output_audio_tokens"], sum.AdditionalCounts["output_text_tokens"], sum.AdditionalCounts["transcription_milliseconds"]));
        Assert.NotSame(sum, talk.Conversation.Usage);
    }

    private static ResponseParameters Beside() => new() { Conversation = ResponseConversation.None, Instructions = "How does the user feel?" };
}
