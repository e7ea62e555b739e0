using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Conversation;

/// <summary>An agent beside a call: the sound is somebody else's, and a WebSocket to the endpoint on this machine is all that the agent has.</summary>
public sealed class SidebandTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Ear _loudspeaker = new();
    private readonly HttpClient _http = new();
    private RealtimeTestEndpoint _endpoint = null!;
    private RealtimeWebRtcClient _client = null!;
    private RealtimeWebRtcSession _page = null!;

    public async Task InitializeAsync()
    {
        _endpoint = await RealtimeTestEndpoint.StartAsync();
        _client = new RealtimeWebRtcClient(Options);
        _page = await _client.ConnectAsync(new RealtimeConnectOptions { Audio = new AudioOptions { Sink = _loudspeaker } }).WaitAsync(Patience);
    }

    public async Task DisposeAsync()
    {
        await _page.DisposeAsync();
        await _endpoint.DisposeAsync();
    }

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
    }

    private OpenAIRealtimeWebRtcOptions Options => new() { Endpoint = _endpoint.BaseAddress, ApiKey = _endpoint.ApiKey };

    private RealtimeTestCall Call => _endpoint.Calls[^1];

    [Fact]
    public async Task An_agent_leads_a_call_whose_sound_is_elsewhere()
    {
        _endpoint.Script.OnResponse = Weather;
        await using VoiceConversation talk = await StartAsync(WeatherAgent("sunny"));
        Assert.Equal("You tell the weather.", (string?)Call.Session["instructions"]);
        await _page.SendAsync(new ConversationItemCreate(ConversationItem.UserText("How is the weather in Oslo?")));
        await _page.SendAsync(new ResponseCreate());       // the page speaks for itself, and knows no tool
        await UntilAsync(talk, u => u is TranscriptUpdate { IsFinal: true, Text: "It is sunny in Oslo." });
        await UntilAsync(talk, u => u is TurnUpdate);
        Assert.Equal("""get_weather({"city":"Oslo"}) = sunny in Oslo""", talk.History.Items.OfType<HistoryToolCall>().Single().ToString());
        Assert.True(talk.Usage.TotalTokenCount > 0);
        await _loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(300));
        Assert.Equal(["conversation.item.create", "response.create"], Call.ReceivedEvents.Where(e => !e.IsFromSideband).Select(e => e.Type));
        Assert.DoesNotContain(Call.SentEvents, e => e.Type == "error");
    }

    [Fact]
    public async Task A_configuration_that_the_call_was_opened_with_is_not_sent_again()
    {
        await using VoiceConversation talk = await StartAsync(WeatherAgent("sunny"), new VoiceConversationOptions { IsConfigured = true });
        await talk.RespondAsync().WaitAsync(Patience);
        Assert.DoesNotContain(Call.ReceivedEvents, e => e.Type == "session.update");
    }

    [Fact]
    public async Task What_the_assistant_says_is_interrupted_from_beside_the_call()
    {
        _endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say(string.Join(' ', Enumerable.Repeat("once upon a time", 60)), RealtimeTestAudio.Voice(TimeSpan.FromSeconds(60))));
        await using VoiceConversation talk = await StartAsync(new VoiceAgent());
        Task<ResponseSnapshot> telling = talk.RespondAsync();
        await _loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(500));
        Assert.True(await talk.InterruptAsync());
        Assert.Equal(ResponseState.Cancelled, (await telling.WaitAsync(Patience)).Status);
        await _loudspeaker.QuietAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task The_agent_goes_on_when_its_WebSocket_was_broken_and_has_attached_again()
    {
        _endpoint.Script.OnResponse = Weather;
        await using VoiceConversation talk = await StartAsync(WeatherAgent("cloudy"));
        await UntilChangeAsync(talk.Session, SessionState.Disconnected, Call.BreakSidebands);
        await UntilChangeAsync(talk.Session, SessionState.Connected);
        await talk.SendTextAsync("How is the weather in Oslo?");
        await UntilAsync(talk, u => u is TranscriptUpdate { IsFinal: true, Text: "It is cloudy in Oslo." });
        Assert.Equal("You tell the weather.", (string?)Call.Session["instructions"]);      // the session is the call's, and was not lost
    }

    [Fact]
    public async Task The_conversation_ends_with_the_call_and_the_call_not_with_the_conversation()
    {
        VoiceConversation left = await StartAsync(new VoiceAgent());
        await left.DisposeAsync();
        Assert.Equal(ConversationEndReason.ClosedLocally, (await left.Completion).Reason);
        Assert.False(Call.Completion.IsCompleted);

        await using VoiceConversation talk = await StartAsync(new VoiceAgent());
        await Call.HangUpAsync();
        ConversationEnd end = await talk.Completion.WaitAsync(Patience);
        Assert.Equal((ConversationEndReason.SessionEnded, SessionEndReason.ClosedByPeer), (end.Reason, end.Session!.Reason));
    }

    private static ValueTask<RealtimeTestReply> Weather(RealtimeTestTurn turn, CancellationToken cancellationToken) => ValueTask.FromResult(turn.FunctionOutputs.Count == 0
        ? RealtimeTestReply.CallFunction("get_weather", """{"city":"Oslo"}""")
        : RealtimeTestReply.Say($"It is {turn.FunctionOutputs.Values.Last()}.", RealtimeTestAudio.Tone(600, TimeSpan.FromMilliseconds(500))));

    private static VoiceAgent WeatherAgent(string weather) => new()
    {
        Instructions = "You tell the weather.",
        Tools = [AIFunctionFactory.Create((string city) => $"{weather} in {city}", "get_weather")],
    };

    private async Task<VoiceConversation> StartAsync(VoiceAgent agent, VoiceConversationOptions? options = null)
    {
        RealtimeSideband sideband = await new RealtimeCalls(Options, _http).AttachAsync(_page.CallId!).WaitAsync(Patience);
        return await VoiceConversation.StartAsync(sideband, agent, options).WaitAsync(Patience);
    }

    private static async Task UntilChangeAsync(IRealtimeSession session, SessionState state, Action? cause = null)
    {
        cause?.Invoke();
        using var patience = new CancellationTokenSource(Patience);
        while ((await session.StateChanges.ReadAsync(patience.Token)).State != state)
        {
        }
    }

    private static async Task<ConversationUpdate> UntilAsync(VoiceConversation talk, Func<ConversationUpdate, bool> matches)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (ConversationUpdate update in talk.ReadUpdatesAsync(patience.Token))
        {
            if (matches(update))
                return update;
        }

        throw new InvalidOperationException($"The conversation ended first: {await talk.Completion}");
    }
}
