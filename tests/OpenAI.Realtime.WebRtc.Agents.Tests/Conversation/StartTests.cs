using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Conversation;

/// <summary>How a conversation begins and ends.</summary>
public sealed class StartTests
{
    private static readonly VoiceAgent Agent = new()
    {
        Name = "Front Desk",
        Instructions = "You book tables.",
        Tools = [AIFunctionFactory.Create(() => 1, "tables")],
        Session = new RealtimeSessionConfig { Model = RealtimeModel.GptRealtime21, Voice = Voice.Marin },
    };

    [Fact]
    public async Task The_agents_configuration_is_in_effect_before_the_conversation_begins()
    {
        await using var session = new ScriptedRealtimeSession();
        Task<VoiceConversation> starting = VoiceConversation.StartAsync(session, Agent);
        var config = (RealtimeSessionConfig)(await session.WaitForSentAsync<SessionUpdate>()).Session;
        Assert.Equal("You book tables.", config.Instructions.Value);
        Assert.Equal("tables", config.Tools.OfType<FunctionDefinition>().Single().Name);
        Assert.Equal(Voice.Marin, config.Voice.Value);
        Assert.False(config.Model.IsSet);           // of a session that runs
        Assert.False(starting.IsCompleted);
        session.Receive(Service.Configured(new ServerVad()));
        await using VoiceConversation conversation = await starting.WaitAsync(Talk.Patience);
        Assert.Same(Agent, conversation.Agent);
        Assert.Same(session, conversation.Session);
    }

    [Fact]
    public async Task A_configuration_that_the_service_refuses_is_an_exception_with_its_words()
    {
        await using var session = new ScriptedRealtimeSession();
        Task<VoiceConversation> starting = VoiceConversation.StartAsync(session, Agent);
        session.Receive(Service.Refuses(await session.WaitForSentAsync<SessionUpdate>(), "invalid_value", "No such voice"));
        VoiceConversationException refused = await Assert.ThrowsAsync<VoiceConversationException>(() => starting.WaitAsync(Talk.Patience));
        Assert.Equal((RealtimeFailure.RequestRejected, "invalid_value", "The service refused the configuration. No such voice."), (refused.Failure, refused.ErrorCode, refused.Message));
        Assert.Equal(SessionState.Connected, session.State);       // the caller's still
    }

    [Fact]
    public async Task A_configuration_that_is_not_acknowledged_is_given_up()
    {
        await using var session = new ScriptedRealtimeSession();
        var time = new FakeTimeProvider();
        Task<VoiceConversation> starting = VoiceConversation.StartAsync(session, Agent, new VoiceConversationOptions { TimeProvider = time });
        await session.WaitForSentAsync<SessionUpdate>();
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(RealtimeFailure.NoAnswer, (await Assert.ThrowsAsync<VoiceConversationException>(() => starting.WaitAsync(Talk.Patience))).Failure);
    }

    [Fact]
    public async Task Mistakes_of_the_caller_are_told_before_anything_is_sent()
    {
        await using var session = new ScriptedRealtimeSession();
        AIFunction twice = AIFunctionFactory.Create(() => 1, "twice");
        await Assert.ThrowsAsync<ArgumentException>(() => VoiceConversation.StartAsync(session, new VoiceAgent { Tools = [twice, twice] }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => VoiceConversation.StartAsync(session, Agent, new VoiceConversationOptions { UpdateCapacity = 0 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => VoiceConversation.StartAsync(session, Agent, new VoiceConversationOptions { Tools = { MaxRounds = 0 } }));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => VoiceConversation.StartAsync(session, Agent, cancellationToken: new CancellationToken(true)));
        Assert.Empty(session.Sent);

        await using IAsyncEnumerator<ServerEvent> other = session.ReadEventsAsync().GetAsyncEnumerator();
        Task<bool> first = other.MoveNextAsync().AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => VoiceConversation.StartAsync(session, Agent));
        session.End(SessionEndReason.ClosedByPeer);
        Assert.False(await first);
    }

    public static TheoryData<string, VoiceAgent> Incomplete => new()
    {
        { "An agent has to have a name", new VoiceAgent { Name = " " } },
        { "Session of agent 'assistant' is null", new VoiceAgent { Session = null! } },
        { "Tools of agent 'assistant' is null", new VoiceAgent { Tools = null! } },
        { "A null stands in Tools", new VoiceAgent { Tools = [null!] } },
        { "McpServers of agent 'assistant' is null", new VoiceAgent { McpServers = null! } },
        { "A null stands in McpServers", new VoiceAgent { McpServers = [null!] } },
        { "HandOffs of agent 'assistant' is null", new VoiceAgent { HandOffs = null! } },
        { "A null stands in HandOffs", new VoiceAgent { HandOffs = [null!] } },
        { "Guardrails of agent 'assistant' is null", new VoiceAgent { Guardrails = null! } },
        { "A null stands in Guardrails", new VoiceAgent { Guardrails = [null!] } },
        { "The agent '受付' cannot be handed over to", new VoiceAgent { HandOffs = [new VoiceAgent { Name = "受付" }] } },
    };

    [Theory]
    [MemberData(nameof(Incomplete))]
    public async Task What_is_missing_in_an_agent_is_named_before_anything_is_sent(string problem, VoiceAgent agent)
    {
        await using var session = new ScriptedRealtimeSession();
        Assert.StartsWith(problem, (await Assert.ThrowsAsync<ArgumentException>(() => VoiceConversation.StartAsync(session, agent))).Message);
        Assert.StartsWith(problem, (await Assert.ThrowsAsync<ArgumentException>(() => VoiceConversation.StartAsync(_ => throw new InvalidOperationException("It was opened."), agent))).Message);
        Assert.Empty(session.Sent);
    }

    [Fact]
    public async Task What_is_missing_in_the_options_is_named_before_anything_is_sent()
    {
        await using var session = new ScriptedRealtimeSession();
        Assert.Equal("Tools", (await Assert.ThrowsAsync<ArgumentNullException>(() => VoiceConversation.StartAsync(session, Agent, new VoiceConversationOptions { Tools = null! }))).ParamName);
        Assert.Equal("Limits", (await Assert.ThrowsAsync<ArgumentNullException>(() => VoiceConversation.StartAsync(session, Agent, new VoiceConversationOptions { Limits = null! }))).ParamName);
        ArgumentOutOfRangeException old = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => VoiceConversation.StartAsync(session, Agent, new VoiceConversationOptions { Calls = { RotateAfter = TimeSpan.FromMinutes(90) } }));
        Assert.Equal("RotateAfter", old.ParamName);
        Assert.Contains("MaxAge (00:59:30)", old.Message, StringComparison.Ordinal);
        Assert.Contains("gave null", (await Assert.ThrowsAsync<InvalidOperationException>(() => VoiceConversation.StartAsync(_ => Task.FromResult<IRealtimeSession>(null!), Agent))).Message, StringComparison.Ordinal);
        Assert.Empty(session.Sent);
    }

    [Fact]
    public async Task A_session_that_ends_meanwhile_ends_the_beginning()
    {
        await using var session = new ScriptedRealtimeSession();
        Task<VoiceConversation> starting = VoiceConversation.StartAsync(session, Agent);
        await session.WaitForSentAsync<SessionUpdate>();
        session.End(SessionEndReason.ConnectionLost, "Gone.");
        RealtimeSessionEndedException ended = await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => starting.WaitAsync(Talk.Patience));
        Assert.Equal(SessionEndReason.ConnectionLost, ended.End?.Reason);
    }

    [Fact]
    public async Task A_conversation_of_before_is_told_to_the_model_and_stands_in_the_history()
    {
        HistorySnapshot before = new()
        {
            Items =
            [
                new HistoryMessage { Id = "u1", Role = ChatRole.User, Text = "I am Ada.", IsComplete = true },
                new HistoryMessage { Id = "a1", Role = ChatRole.Assistant, Text = "Hello Ada, how can I help?", Heard = TimeSpan.FromSeconds(1), HeardText = "Hello Ada,", IsComplete = true },
            ],
        };
        await using Talk talk = await Talk.StartAsync(Agent, options => options.History = before);
        Assert.Equal("message: user: I am Ada.", (await talk.SentAsync<ConversationItemCreate>()).Item.ToString());
        ConversationItemCreate heard = await talk.SentAsync<ConversationItemCreate>();
        Assert.Equal(("message: assistant: Hello Ada,", "a1"), (heard.Item.ToString(), heard.Item.Id));
        Assert.Equal(["user: I am Ada.", "assistant: Hello Ada,"], talk.Conversation.History.Items.Select(i => i.ToString()));
        talk.NothingMoreSent();
    }

    [Theory]
    [InlineData(SessionEndReason.ClosedLocally, ConversationEndReason.ClosedLocally)]
    [InlineData(SessionEndReason.SessionExpired, ConversationEndReason.SessionEnded)]
    [InlineData(SessionEndReason.ConnectionLost, ConversationEndReason.SessionEnded)]
    public async Task The_end_of_the_session_is_the_end_of_the_conversation(SessionEndReason reason, ConversationEndReason expected)
    {
        Talk talk = await Talk.StartAsync(Agent);
        await using (talk)
        {
            talk.Session.End(reason, "So it ended.");
            ConversationEnd end = await talk.Conversation.Completion.WaitAsync(Talk.Patience);
            Assert.Equal((expected, "So it ended.", reason), (end.Reason, end.Detail, end.Session!.Reason));
            Assert.Same(end, (await talk.UpdateAsync<EndUpdate>()).End);
            await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => talk.Conversation.SendTextAsync("Anybody?"));
            await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => talk.Conversation.RespondAsync());
            Assert.False(await talk.Conversation.InterruptAsync());
        }
    }

    [Fact]
    public async Task What_cannot_be_sent_is_told_to_who_asked_and_the_conversation_goes_on()
    {
        var inner = new ScriptedRealtimeSession();
        Task<VoiceConversation> starting = VoiceConversation.StartAsync(new ThinLine(inner), new VoiceAgent());
        await inner.WaitForSentAsync<SessionUpdate>();
        inner.Receive(Service.Configured(new ServerVad()));
        await using VoiceConversation talk = await starting.WaitAsync(Talk.Patience);
        await Assert.ThrowsAsync<ArgumentException>(() => talk.SendTextAsync(new string('x', 2_000)).WaitAsync(Talk.Patience));
        VoiceConversationException tooLarge = await Assert.ThrowsAsync<VoiceConversationException>(() => talk.RespondAsync(new string('x', 2_000)).WaitAsync(Talk.Patience));
        Assert.Contains("too large", tooLarge.Message, StringComparison.Ordinal);
        await talk.SendTextAsync("Hello.", respond: false).WaitAsync(Talk.Patience);
        Assert.Contains(inner.Sent, e => e is ConversationItemCreate { Item: MessageItem { Text: "Hello." } });
    }

    [Fact]
    public async Task A_session_that_breaks_its_promises_ends_the_conversation_with_a_reason_and_is_closed()
    {
        var inner = new ScriptedRealtimeSession();
        var broken = new ThinLine(inner);
        Task<VoiceConversation> starting = VoiceConversation.StartAsync(broken, new VoiceAgent());
        await inner.WaitForSentAsync<SessionUpdate>();
        inner.Receive(Service.Configured(new ServerVad()));
        await using VoiceConversation talk = await starting.WaitAsync(Talk.Patience);
        broken.Break = new InvalidOperationException("A mistake in somebody's session");
        inner.Receive(new InputAudioBufferCleared());
        ConversationEnd end = await talk.Completion.WaitAsync(Talk.Patience);
        Assert.Equal((ConversationEndReason.Failed, "The conversation failed with InvalidOperationException: A mistake in somebody's session."), (end.Reason, end.Detail));
        Assert.Equal(SessionEndReason.ClosedLocally, (await inner.Completion.WaitAsync(Talk.Patience)).Reason);
        Assert.Same(end, ((EndUpdate)(await talk.ReadUpdatesAsync().ToListAsync())[^1]).End);
    }

    [Fact]
    public async Task Closing_hangs_up()
    {
        await using Talk talk = await Talk.StartAsync(Agent);
        await talk.Conversation.CloseAsync().WaitAsync(Talk.Patience);
        Assert.Equal(SessionState.Closed, talk.Session.State);
        Assert.Equal(ConversationEndReason.ClosedLocally, (await talk.Conversation.Completion).Reason);
    }

    [Fact]
    public async Task Whatever_is_asked_of_a_conversation_that_was_disposed_of_is_told_that_it_has_ended()
    {
        Talk talk = await Talk.StartAsync(Agent);
        VoiceConversation over = talk.Conversation;
        Task changing = over.ChangeAgentAsync(new VoiceAgent { Name = "next" });
        Task behind = over.ChangeAgentAsync(new VoiceAgent { Name = "the one after" });
        await talk.DisposeAsync();
        await over.DisposeAsync();
        foreach (Task told in new[] { changing, behind, over.ChangeAgentAsync(Agent), over.SendTextAsync("Hello?"), over.RespondAsync(), over.RespondAsync("Greet."), over.BeginUserTurnAsync(), over.EndUserTurnAsync() })
            await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => told.WaitAsync(Talk.Patience));
        Assert.False(await over.InterruptAsync());
    }
}
