using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Guardrails;

/// <summary>Checks of what the assistant says, in a conversation in virtual time.</summary>
public sealed class GuardrailTests
{
    private static readonly VoiceGuardrail NoSecrets =
        new("no secrets", text => text.Text.Contains("secret", StringComparison.OrdinalIgnoreCase) ? GuardrailVerdict.Refuse("It tells a secret.") : GuardrailVerdict.Pass);

    [Fact]
    public async Task What_is_refused_falls_silent_and_something_else_is_said()
    {
        await using Talk talk = await StartAsync(new VoiceAgent { Instructions = "You are a spy.", Guardrails = [NoSecrets] });
        await talk.ReceiveAsync(Service.Begins("r1"), Service.SaysWords("r1", "a1", "Listen closely:"), new OutputAudioBufferStarted { ResponseId = "r1" });
        talk.Time.Advance(TimeSpan.FromSeconds(1));
        await talk.ReceiveAsync(Service.SaysWords("r1", "a1", " the secret word is swordfish"));
        ResponseCancel cancel = await talk.SentAsync<ResponseCancel>();
        Assert.Equal("r1", cancel.ResponseId);
        await talk.SentAsync<OutputAudioBufferClear>();
        Assert.Equal(1, talk.Session.Flushes);
        GuardrailUpdate told = await talk.UpdateAsync<GuardrailUpdate>();
        Assert.Equal(("r1", "no secrets", GuardrailOutcome.Refused, "It tells a secret.", true), (told.ResponseId, told.Guardrail, told.Outcome, told.Reason, told.WasStopped));

        await talk.ReceiveAsync(new OutputAudioBufferCleared { ResponseId = "r1" }, Service.Ends("r1", status: "cancelled"));
        InterruptionUpdate cut = await talk.UpdateAsync<InterruptionUpdate>();
        Assert.Equal(("r1", TimeSpan.FromSeconds(1), false), (cut.ResponseId, cut.Heard, cut.ByUser));
        var heard = (HistoryMessage)talk.Conversation.History.Items.Single();
        Assert.Equal("Listen closely:", heard.HeardText);      // a second of it
        Assert.Contains("swordfish", heard.Text, StringComparison.Ordinal);

        ResponseCreate instead = await talk.SentAsync<ResponseCreate>();
        Assert.StartsWith("You are a spy.", instead.Response!.Instructions.Value, StringComparison.Ordinal);
        Assert.EndsWith("It tells a secret.", instead.Response.Instructions.Value, StringComparison.Ordinal);
        Assert.Equal(ToolChoice.None, instead.Response.ToolChoice.Value);
        await talk.ReceiveAsync(Service.Begins("r2", instead), Service.SaysWords("r2", "a2", "I cannot help with that."), Service.Ends("r2", instead));
        await talk.UpdateAsync<TurnUpdate>();
        talk.NothingMoreSent();
        Assert.Single(talk.Updates.OfType<GuardrailUpdate>());
    }

    [Fact]
    public async Task What_was_not_heard_yet_never_is_and_the_history_says_so()
    {
        await using Talk talk = await StartAsync(new VoiceAgent { Guardrails = [NoSecrets] });
        await talk.ReceiveAsync(Service.Begins("r1"), Service.SaysWords("r1", "a1", "The secret word is"));
        await talk.SentAsync<ResponseCancel>();
        await talk.SentAsync<OutputAudioBufferClear>();
        await talk.ReceiveAsync(Service.Ends("r1", status: "cancelled"));
        Assert.Equal((TimeSpan.Zero, ""), (((HistoryMessage)talk.Conversation.History.Items.Single()).Heard, ((HistoryMessage)talk.Conversation.History.Items.Single()).HeardText));
    }

    [Fact]
    public async Task What_is_generated_and_still_plays_is_stopped_without_a_cancel()
    {
        await using Talk talk = await StartAsync(new VoiceAgent { Guardrails = [NoSecrets] }, options => options.Guardrails.WordsBetweenChecks = 100);
        await talk.ReceiveAsync(Service.Begins("r1"), new OutputAudioBufferStarted { ResponseId = "r1" }, Service.SaysWords("r1", "a1", "The secret word is"), Service.Ends("r1"));
        await talk.SentAsync<OutputAudioBufferClear>();
        Assert.True((await talk.UpdateAsync<GuardrailUpdate>()).WasStopped);
    }

    [Fact]
    public async Task What_has_been_played_is_too_late_to_stop_and_is_told()
    {
        var late = new TaskCompletionSource<GuardrailVerdict>();
        await using Talk talk = await StartAsync(new VoiceAgent { Guardrails = [new VoiceGuardrail("slow", async (_, token) => await late.Task.WaitAsync(token))] });
        await talk.ReceiveAsync(Service.Begins("r1"), Service.SaysWords("r1", "a1", "one two three"), new OutputAudioBufferStarted { ResponseId = "r1" }, Service.Ends("r1"), new OutputAudioBufferStopped { ResponseId = "r1" });
        late.SetResult(GuardrailVerdict.Refuse("Rude.", sayInstead: "Apologise."));
        GuardrailUpdate told = await talk.UpdateAsync<GuardrailUpdate>();
        Assert.Equal((GuardrailOutcome.Refused, false), (told.Outcome, told.WasStopped));
        ResponseCreate sorry = await talk.SentAsync<ResponseCreate>();
        Assert.Equal("Apologise.\nWhy it was stopped: Rude.", sorry.Response!.Instructions.Value);
        Assert.Equal(0, talk.Session.Flushes);
    }

    [Fact]
    public async Task A_written_response_is_cancelled_and_no_sound_is_cleared()
    {
        await using Talk talk = await StartAsync(new VoiceAgent { Guardrails = [NoSecrets] }, options => options.Guardrails.SayInstead = null);
        ResponseCreated text = Service.Begins("r1");
        text.Response.OutputModalities = [OutputModality.Text];
        await talk.ReceiveAsync(text, new ResponseOutputTextDelta { ResponseId = "r1", ItemId = "a1", Delta = "The secret word is" });
        await talk.SentAsync<ResponseCancel>();
        await talk.ReceiveAsync(Service.Ends("r1", status: "cancelled"));
        Assert.True((await talk.UpdateAsync<GuardrailUpdate>()).WasStopped);
        talk.NothingMoreSent();
    }

    [Fact]
    public async Task One_check_runs_at_a_time_off_the_reading_loop_and_the_next_sees_what_came_meanwhile()
    {
        var seen = new List<string>();
        int running = 0, most = 0;
        using var step = new SemaphoreSlim(0);
        var guardrail = new VoiceGuardrail("slow", async (text, token) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            lock (seen)
                seen.Add(text.Text);
            await step.WaitAsync(token);
            Interlocked.Decrement(ref running);
            return GuardrailVerdict.Pass;
        });
        await using Talk talk = await StartAsync(new VoiceAgent { Guardrails = [guardrail] });
        await talk.ReceiveAsync(Service.Begins("r1"), Service.SaysWords("r1", "a1", "one two three"));
        await talk.ReceiveAsync(Service.SaysWords("r1", "a1", " four five six"), Service.SaysWords("r1", "a1", " seven eight nine"), Service.Ends("r1"));      // handled while the check runs
        step.Release(2);
        await UntilAsync(() => step.CurrentCount == 0 && Volatile.Read(ref running) == 0);
        Assert.Equal(1, most);
        Assert.Equal(["one two three", "one two three four five six seven eight nine"], seen);
        talk.NothingMoreSent();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_throws_is_told_and_refuses_by_option(bool refuses)
    {
        await using Talk talk = await StartAsync(new VoiceAgent { Guardrails = [new VoiceGuardrail("broken", _ => throw new InvalidOperationException("What was said."))] }, options => options.Guardrails.RefuseOnFailure = refuses);
        await talk.ReceiveAsync(Service.Begins("r1"), Service.SaysWords("r1", "a1", "one two three"));
        GuardrailUpdate told = await talk.UpdateAsync<GuardrailUpdate>();
        Assert.Equal((GuardrailOutcome.Failed, "It failed with InvalidOperationException.", refuses), (told.Outcome, told.Reason, told.WasStopped));
        if (refuses)
            await talk.SentAsync<ResponseCancel>();
        else
            talk.NothingMoreSent();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_hangs_is_told_and_refuses_by_option_and_is_not_called_again_until_it_has_ended(bool refuses)
    {
        int calls = 0;
        var hold = new TaskCompletionSource<GuardrailVerdict>();
        var guardrail = new VoiceGuardrail("hanging", (_, _) =>
        {
            Interlocked.Increment(ref calls);
            return new(hold.Task);
        });
        await using Talk talk = await StartAsync(new VoiceAgent { Guardrails = [guardrail] }, options => (options.Guardrails.RefuseOnFailure, options.Guardrails.SayInstead) = (refuses, null));
        await talk.ReceiveAsync(Service.Begins("r1"), Service.SaysWords("r1", "a1", "one two three"));
        await UntilAsync(() => Volatile.Read(ref calls) == 1);
        await AdvanceUntilAsync(talk, () => talk.Updates.OfType<GuardrailUpdate>().Any());
        Assert.Equal((GuardrailOutcome.TimedOut, refuses), (talk.Updates.OfType<GuardrailUpdate>().First().Outcome, talk.Updates.OfType<GuardrailUpdate>().First().WasStopped));

        await talk.ReceiveAsync(Service.Ends("r1", status: refuses ? "cancelled" : "completed"), Service.Begins("r2"), Service.SaysWords("r2", "a2", "one two three"));
        await talk.UpdateAsync<GuardrailUpdate>(update => update is { ResponseId: "r2", Outcome: GuardrailOutcome.TimedOut });
        Assert.Equal(1, Volatile.Read(ref calls));
        hold.SetResult(GuardrailVerdict.Pass);
    }

    [Fact]
    public async Task Guardrails_are_asked_in_order_and_the_first_refusal_is_the_last_word()
    {
        var asked = new List<string>();
        VoiceGuardrail Named(string name, GuardrailVerdict verdict) => new(name, _ =>
        {
            asked.Add(name);
            return verdict;
        });
        await using Talk talk = await StartAsync(new VoiceAgent { Guardrails = [Named("a", GuardrailVerdict.Pass), Named("b", GuardrailVerdict.Refuse("No.")), Named("c", GuardrailVerdict.Pass)] });
        await talk.ReceiveAsync(Service.Begins("r1"), Service.SaysWords("r1", "a1", "one two three"));
        Assert.Equal("b", (await talk.UpdateAsync<GuardrailUpdate>()).Guardrail);
        Assert.Equal(["a", "b"], asked);
    }

    [Fact]
    public async Task What_is_said_instead_is_checked_too_and_not_for_ever()
    {
        await using Talk talk = await StartAsync(new VoiceAgent { Guardrails = [NoSecrets] }, options => options.Guardrails.MaxRetries = 2);
        ResponseCreate? create = null;
        for (int i = 1; i <= 3; i++)
        {
            await talk.ReceiveAsync(Service.Begins($"r{i}", create), Service.SaysWords($"r{i}", $"a{i}", "It is a secret"));
            await talk.SentAsync<ResponseCancel>();
            await talk.SentAsync<OutputAudioBufferClear>();
            await talk.UpdateAsync<GuardrailUpdate>(update => update.ResponseId == $"r{i}");
            await talk.ReceiveAsync(Service.Ends($"r{i}", create, status: "cancelled"));
            create = i < 3 ? await talk.SentAsync<ResponseCreate>() : null;
        }

        talk.NothingMoreSent();
        await talk.ReceiveAsync(new InputAudioBufferSpeechStarted(), new InputAudioBufferSpeechStopped());      // the user says something: it begins anew
        await talk.ReceiveAsync(Service.Begins("r4"), Service.SaysWords("r4", "a4", "It is a secret"));
        await talk.SentAsync<ResponseCancel>();
        await talk.SentAsync<OutputAudioBufferClear>();
        await talk.ReceiveAsync(Service.Ends("r4", status: "cancelled"));
        await talk.SentAsync<ResponseCreate>();
    }

    [Fact]
    public async Task What_is_said_beside_the_conversation_is_nobodys_to_guard()
    {
        await using Talk talk = await StartAsync(new VoiceAgent { Guardrails = [NoSecrets] });
        await talk.ReceiveAsync(Service.BeginsBeside("r1"), Service.SaysWords("r1", "a1", "It is a secret"), Service.EndsBeside("r1"));
        await talk.ReceiveAsync(Service.Begins("r2"), Service.SaysWords("r2", "a2", "It is a secret"));
        Assert.Equal("r2", (await talk.SentAsync<ResponseCancel>()).ResponseId);
    }

    [Fact]
    public async Task The_guardrails_are_those_of_who_led_when_the_response_began()
    {
        var quiet = new VoiceAgent { Name = "Quiet" };
        await using Talk talk = await StartAsync(new VoiceAgent { Guardrails = [NoSecrets] });
        await talk.ReceiveAsync(Service.Begins("r1"));
        Task changing = talk.Conversation.ChangeAgentAsync(quiet);
        await talk.SentAsync<SessionUpdate>();
        await talk.ReceiveAsync(Service.Configured(new ServerVad()));
        await changing;
        await talk.ReceiveAsync(Service.SaysWords("r1", "a1", "It is a secret"));
        await talk.SentAsync<ResponseCancel>();
    }

    [Fact]
    public async Task A_conversation_that_ends_cancels_the_check()
    {
        var cancelled = new TaskCompletionSource();
        var guardrail = new VoiceGuardrail("slow", async (_, token) =>
        {
            using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, token);
            return GuardrailVerdict.Pass;
        });
        await using (Talk talk = await StartAsync(new VoiceAgent { Guardrails = [guardrail] }))
            await talk.ReceiveAsync(Service.Begins("r1"), Service.SaysWords("r1", "a1", "one two three"));
        await cancelled.Task.WaitAsync(Talk.Patience);
    }

    [Fact]
    public async Task Mistakes_of_the_caller_are_told()
    {
        Assert.Throws<ArgumentException>(() => new VoiceGuardrail("", _ => GuardrailVerdict.Pass));
        Assert.Throws<ArgumentException>(() => new VoiceGuardrail(new string('x', 65), _ => GuardrailVerdict.Pass));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Talk.StartAsync(new VoiceAgent(), options => options.Guardrails.WordsBetweenChecks = 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Talk.StartAsync(new VoiceAgent(), options => options.Guardrails.Timeout = TimeSpan.Zero));
        Assert.Equal("13 characters of r1", new GuardrailText(new VoiceAgent(), "r1", "What was said", IsComplete: false).ToString());
    }

    private static Task<Talk> StartAsync(VoiceAgent agent, Action<VoiceConversationOptions>? configure = null) => Talk.StartAsync(agent, options =>
    {
        options.Guardrails.WordsBetweenChecks = 3;
        configure?.Invoke(options);
    });

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Talk.Patience);
        while (!condition())
            await Task.Delay(5, patience.Token);
    }

    // The limit of a check begins when its task has got so far, which no event tells: time passes until it is over.
    private static async Task AdvanceUntilAsync(Talk talk, Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Talk.Patience);
        while (!condition())
        {
            talk.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, patience.Token);
        }
    }
}
