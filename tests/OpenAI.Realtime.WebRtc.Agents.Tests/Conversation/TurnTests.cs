using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Conversation;

/// <summary>Who speaks, who is interrupted, and how long it took.</summary>
public sealed class TurnTests
{
    private static readonly VoiceAgent Agent = new();

    [Fact]
    public async Task The_program_interrupts_what_there_is_and_nothing_else()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        Assert.False(await talk.Conversation.InterruptAsync());
        Assert.Equal(0, talk.Session.Flushes);
        await talk.ReceiveAsync(Service.Begins("r1"), Service.SaysWords("r1", "a1", "Once upon a time there was a princess"), new OutputAudioBufferStarted { ResponseId = "r1" });
        Assert.True(talk.Conversation.IsAssistantSpeaking);
        talk.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await talk.Conversation.InterruptAsync());
        Assert.Equal(1, talk.Session.Flushes);
        Assert.Equal("r1", (await talk.SentAsync<ResponseCancel>()).ResponseId);
        await talk.SentAsync<OutputAudioBufferClear>();
        Assert.False(await talk.Conversation.InterruptAsync());     // it is silent already
        talk.NothingMoreSent();

        talk.Time.Advance(TimeSpan.FromSeconds(1));       // the service takes its time; nothing was heard meanwhile
        await talk.ReceiveAsync(new OutputAudioBufferCleared { ResponseId = "r1" }, Service.Ends("r1", status: "cancelled"));
        InterruptionUpdate cut = await talk.UpdateAsync<InterruptionUpdate>();
        Assert.Equal(("r1", TimeSpan.FromSeconds(1), false), (cut.ResponseId, cut.Heard, cut.ByUser));
        Assert.Equal("Once upon a", ((HistoryMessage)talk.Conversation.History.Items.Single()).HeardText);
        Assert.False(await talk.Conversation.InterruptAsync());
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task What_was_generated_and_still_plays_is_cleared_without_a_cancel()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        await talk.ReceiveAsync(Service.Begins("r1"), new OutputAudioBufferStarted { ResponseId = "r1" }, Service.Ends("r1"));
        Assert.True(await talk.Conversation.InterruptAsync());
        await talk.SentAsync<OutputAudioBufferClear>();
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task A_response_of_text_is_cancelled_and_no_sound_is_cleared()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        ResponseCreated text = Service.Begins("r1");
        text.Response.OutputModalities = [OutputModality.Text];
        await talk.ReceiveAsync(text);
        Assert.True(await talk.Conversation.InterruptAsync());
        await talk.SentAsync<ResponseCancel>();
        await talk.ReceiveAsync(Service.Ends("r1", status: "cancelled"));
        talk.NothingMoreSent();
    }

    public static TheoryData<TurnDetection> Detections => new(new ServerVad(), new SemanticVad());

    [Theory]
    [MemberData(nameof(Detections))]
    public async Task The_user_interrupts_by_voice_and_the_service_does_the_rest(TurnDetection detection)
    {
        await using Talk talk = await Talk.StartAsync(Agent, detection);
        await talk.ReceiveAsync(Service.Begins("r1"), Service.SaysWords("r1", "a1", "Once upon a time"), new OutputAudioBufferStarted { ResponseId = "r1" });
        talk.Time.Advance(TimeSpan.FromSeconds(2));
        await talk.ReceiveAsync(new InputAudioBufferSpeechStarted(), new OutputAudioBufferCleared { ResponseId = "r1" },
            new ConversationItemTruncated { ItemId = "a1", AudioEnd = TimeSpan.FromSeconds(0.4) }, Service.Ends("r1", status: "cancelled"));
        Assert.True((await talk.UpdateAsync<InterruptionUpdate>()).ByUser);
        Assert.True(talk.Conversation.IsUserSpeaking);
        Assert.False(talk.Conversation.IsAssistantSpeaking);
        Assert.Equal("Once", ((HistoryMessage)talk.Conversation.History.Items.Single()).HeardText);       // the service's own word on it
        Assert.True((await talk.UpdateAsync<TurnUpdate>()).Turn.WasInterrupted);
        talk.NothingMoreSent();
    }

    public static TheoryData<TurnDetection> Deaf => new(new ServerVad { InterruptResponse = false }, new SemanticVad { InterruptResponse = false });

    [Theory]
    [MemberData(nameof(Deaf))]
    public async Task Where_the_users_voice_is_not_to_interrupt_nothing_does(TurnDetection detection)
    {
        var cancelled = new TaskCompletionSource();
        var agent = new VoiceAgent { Tools = [new VoiceTool(AIFunctionFactory.Create(async (CancellationToken t) => await Task.Delay(Timeout.Infinite, t), "work")) { CancelOnInterruption = true }] };
        await using Talk talk = await Talk.StartAsync(agent, detection);
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "work")), new OutputAudioBufferStarted { ResponseId = "r1" }, new InputAudioBufferSpeechStarted(), new InputAudioBufferSpeechStopped());
        Assert.True(talk.Conversation.IsAssistantSpeaking);
        Assert.Equal(0, talk.Session.Flushes);
        Assert.Empty(talk.Updates.OfType<InterruptionUpdate>());
        Assert.DoesNotContain(talk.Updates.OfType<ToolCallUpdate>(), u => u.Call.Status == ToolCallStatus.Cancelled);
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task Push_to_talk_interrupts_forgets_what_was_before_and_answers_what_was_said()
    {
        await using Talk talk = await Talk.StartAsync(Agent, detection: null);
        await talk.ReceiveAsync(Service.Begins("r1"), new OutputAudioBufferStarted { ResponseId = "r1" });
        await talk.Conversation.BeginUserTurnAsync();
        await talk.SentAsync<ResponseCancel>();
        await talk.SentAsync<OutputAudioBufferClear>();
        await talk.SentAsync<InputAudioBufferClear>();
        Assert.True(talk.Conversation.IsUserSpeaking);
        await talk.ReceiveAsync(new OutputAudioBufferCleared { ResponseId = "r1" }, Service.Ends("r1", status: "cancelled"));

        talk.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await talk.Conversation.EndUserTurnAsync());
        await talk.SentAsync<InputAudioBufferCommit>();
        await talk.SentAsync<ResponseCreate>();
        Assert.False(talk.Conversation.IsUserSpeaking);
    }

    [Fact]
    public async Task A_button_that_was_touched_by_mistake_says_nothing()
    {
        await using Talk talk = await Talk.StartAsync(Agent, detection: null);
        await talk.Conversation.BeginUserTurnAsync();
        talk.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.False(await talk.Conversation.EndUserTurnAsync());
        await talk.SentAsync<InputAudioBufferClear>();
        await talk.SentAsync<InputAudioBufferClear>();
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task The_latency_of_a_turn_is_from_the_end_of_the_speech_to_the_first_sound()
    {
        await using var session = new ScriptedRealtimeSession { OutputLevel = new AudioLevel(-20, -10) };
        await using Talk talk = await Talk.StartAsync(Agent, new ServerVad { SilenceDuration = TimeSpan.FromMilliseconds(400) }, session: session);
        await talk.ReceiveAsync(new InputAudioBufferSpeechStarted(), new InputAudioBufferSpeechStopped());
        talk.Time.Advance(TimeSpan.FromMilliseconds(300));
        await talk.ReceiveAsync(Service.Begins("r1"), new OutputAudioBufferStarted { ResponseId = "r1" }, Service.Ends("r1"));
        talk.Time.Advance(TimeSpan.FromSeconds(1));
        await talk.ReceiveAsync(new OutputAudioBufferStopped { ResponseId = "r1" });
        ConversationTurn turn = (await talk.UpdateAsync<TurnUpdate>()).Turn;
        Assert.Equal((1, TimeSpan.FromMilliseconds(700), 1, false), (turn.Number, turn.Latency, turn.Responses, turn.WasInterrupted));
        Assert.Equal([(ChatRole.User, true), (ChatRole.User, false), (ChatRole.Assistant, true), (ChatRole.Assistant, false)], talk.Updates.OfType<SpeechUpdate>().Select(u => (u.Role, u.IsSpeaking)));
    }

    [Fact]
    public async Task A_turn_with_tools_is_one_turn()
    {
        await using Talk talk = await Talk.StartAsync(new VoiceAgent { Tools = [AIFunctionFactory.Create(() => 42, "answer")] });
        await talk.Conversation.SendTextAsync("What is the answer?");
        await talk.SentAsync<ConversationItemCreate>();
        ResponseCreate first = await talk.SentAsync<ResponseCreate>();
        ResponseDone done = Service.Ends("r1", first);
        done.Response.Usage = new ResponseUsage { TotalTokens = 10 };
        await talk.ReceiveAsync(Service.Begins("r1", first), Service.Says("r1", Service.Call("1", "answer")), done);
        await talk.OutputAsync();
        ResponseCreate second = await talk.SentAsync<ResponseCreate>();
        Assert.Empty(talk.Updates.OfType<TurnUpdate>());
        ResponseDone end = Service.Ends("r2", second);
        end.Response.Usage = new ResponseUsage { TotalTokens = 32 };
        await talk.ReceiveAsync(Service.Begins("r2", second), end);
        ConversationTurn turn = (await talk.UpdateAsync<TurnUpdate>()).Turn;
        Assert.Equal((1, 2, 1, 42L), (turn.Number, turn.Responses, turn.ToolCalls, turn.Usage.TotalTokenCount));
    }

    [Fact]
    public void Sound_is_heard_when_it_is_loud_enough_and_not_when_the_service_begins_to_send()
    {
        var turns = new TurnTracker();
        var at = new Engine.Core.Instant(0);
        turns.EndUserTurn(at);
        turns.Handle(new OutputAudioBufferStarted { ResponseId = "r1" }, at += TimeSpan.FromMilliseconds(300));
        for (int frame = 0; frame < 4; frame++)
        {
            turns.Listen(AudioLevel.Silence, at);
            Assert.Equal(at + TimeSpan.FromMilliseconds(20), turns.NextTimeout);
            at += TimeSpan.FromMilliseconds(20);
        }

        turns.Listen(new AudioLevel(-30, -20), at);
        Assert.Equal(Engine.Core.Instant.Never, turns.NextTimeout);
        turns.Handle(Service.Ends("r1"), at);
        Assert.Equal(TimeSpan.FromMilliseconds(380), turns.Close()!.Latency);
    }
}
