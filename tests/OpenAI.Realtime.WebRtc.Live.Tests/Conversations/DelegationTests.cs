using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Conversations;

/// <summary>Work that is handed over, in each of the three modes, over real HTTP, ICE, DTLS, SRTP and SCTP, with the endpoint of the Testing package as the service.</summary>
public sealed class DelegationTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private RealtimeTestEndpoint _endpoint = null!;
    private LiveWebRtcClient _client = null!;

    public async Task InitializeAsync()
    {
        _endpoint = await RealtimeTestEndpoint.StartAsync();
        _client = new LiveWebRtcClient(new OpenAILiveWebRtcOptions { Endpoint = _endpoint.BaseAddress, ApiKey = _endpoint.ApiKey, CloseTimeout = Patience, CommandTimeout = Patience, StartTimeout = Patience });
    }

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task The_programs_code_answers_and_the_voice_says_it()
    {
        await using LiveWebRtcSession session = await _client.ConnectAsync(new LiveConnectOptions
        {
            Greeting = "Good morning",
            Delegation = new LiveClientHandler(async (task, token) =>
            {
                await task.TellProgressAsync("Looking it up.", token);
                return "Red roses are in stock";
            })
            {
                Settle = TimeSpan.Zero,
            },
        }).WaitAsync(Patience);
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        await atService.WaitForSentEventAsync("session.output_transcript.delta", e => (string?)e["delta"] == " morning", Patience);
        string id = atService.Delegate();
        await atService.WaitForEventAsync("session.thinking.append", e => (string?)e["delegation_id"] == id, Patience);
        await atService.WaitForEventAsync("session.commentary.append", e => (string?)e["delegation_id"] == id, Patience);
        await atService.WaitForSentEventAsync("session.output_transcript.delta", e => (string?)e["delta"] == " stock", Patience);
        await SaidAsync(session, "Red roses are in stock");
    }

    [Fact]
    public async Task A_models_functions_are_run_and_the_voice_says_what_it_makes_of_them()
    {
        _endpoint.LiveScript.OnResponse = (_, items) => items.Count == 0
            ? new LiveTestResponse { Calls = [("stock", """{"flower":"roses"}"""), ("stock", """{"flower":"tulips"}""")] }
            : new LiveTestResponse { Text = string.Join(" and ", items.Select(item => (string?)item!["output"])) };
        await using LiveWebRtcSession session = await _client.ConnectAsync(new LiveConnectOptions
        {
            Session = new LiveSessionConfig { Delegation = new LiveResponsesDelegation { Responses = new LiveResponsesConfig { Model = "gpt-5.5" } } },
            Delegation = new LiveToolHandler { Tools = [AIFunctionFactory.Create((string flower) => $"12 {flower}", "stock")] },
        }).WaitAsync(Patience);
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        atService.Delegate();
        atService.Delegate();       // one behind the other
        for (int i = 0; i < 2; i++)
            await atService.WaitForSentEventAsync("session.output_transcript.delta", e => (string?)e["delta"] == " tulips", Patience);
        await SaidAsync(session, "12 roses and 12 tulips");
        await session.CloseAsync().WaitAsync(Patience);
        Assert.Equal(4, atService.ReceivedEvents.Count(e => e.Type == "response.item.create"));
        Assert.Equal(2, atService.ReceivedEvents.Count(e => e.Type == "response.create"));
        Assert.DoesNotContain(atService.SentEvents, e => e.Type == "error");
        Assert.Equal(4, session.GetStatistics().BackendItems);
    }

    [Fact]
    public async Task Results_beyond_the_models_budget_do_not_end_it()
    {
        int rounds = 0;
        _endpoint.LiveScript.OnResponse = (_, _) => ++rounds <= 12 ? LiveTestResponse.Call("read") : new LiveTestResponse { Text = "Read all" };
        await using LiveWebRtcSession session = await _client.ConnectAsync(new LiveConnectOptions
        {
            Session = new LiveSessionConfig { Delegation = new LiveResponsesDelegation { Responses = new LiveResponsesConfig { Model = "gpt-5.5" } } },
            Delegation = new LiveToolHandler { Tools = [AIFunctionFactory.Create(() => new string('x', 30_000), "read")], ToolOptions = { MaxRounds = 100 }, MaxBackendBytes = 1_000_000 },      // counts too much
        }).WaitAsync(Patience);
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        atService.Delegate();
        await atService.WaitForSentEventAsync("session.output_transcript.delta", e => (string?)e["delta"] == " all", Patience);
        Assert.Contains(atService.SentEvents, e => e.Type == "error");
    }

    [Fact]
    public async Task A_decision_is_acted_on()
    {
        await using LiveWebRtcSession session = await _client.ConnectAsync(new LiveConnectOptions
        {
            Session = new LiveSessionConfig
            {
                Delegation = new LiveDecisionsDelegation { Decisions = new LiveDecisionsConfig { Model = "gpt-6-luna", Questions = [LiveDecisionQuestion.Predicate("Is it an order?", "order")] } },
            },
            Delegation = new LiveDecisionHandler((decision, _) => Task.FromResult<string?>(decision.Event.Decision!.Answers[0].Probability > 0.5 ? "Ordered" : null)),
        }).WaitAsync(Patience);
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        string id = atService.Delegate();
        atService.SendDecision(new JsonObject
        {
            ["model"] = "gpt-6-luna",
            ["answers"] = new JsonArray(new JsonObject { ["type"] = "predicate", ["name"] = "order", ["probability"] = 0.9 }),
            ["usage"] = new JsonObject(),
        }, id);
        await atService.WaitForSentEventAsync("session.output_transcript.delta", e => (string?)e["delta"] == "Ordered", Patience);
    }

    [Fact]
    public async Task Who_speaks_is_heard_and_an_interruption_is_an_order()
    {
        await using LiveWebRtcSession session = await _client.ConnectAsync(new LiveConnectOptions { Greeting = "Good morning to you all" }).WaitAsync(Patience);
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        using var limit = new CancellationTokenSource(Patience);
        LiveSpeechChange begun = await session.SpeechChanges.ReadAsync(limit.Token);
        Assert.Equal((LiveRole.Assistant, true), (begun.Speaker, begun.IsSpeaking));
        await session.InterruptAsync(cancellationToken: limit.Token);
        RealtimeTestEvent order = await atService.WaitForEventAsync("session.instructions.append", timeout: Patience);
        Assert.Contains("Stop", (string?)order.Parse()!["content"], StringComparison.Ordinal);
        LiveSpeechChange ended = await session.SpeechChanges.ReadAsync(limit.Token);
        Assert.Equal((LiveRole.Assistant, false), (ended.Speaker, ended.IsSpeaking));

        session.OutputMuted = true;
        Assert.True(session.OutputMuted);
    }

    [Fact]
    public async Task A_model_that_a_script_has_stopped_says_no_more_of_what_it_said_and_goes_on_with_what_comes_then()
    {
        _endpoint.LiveScript.OnEvent = (session, e) =>
        {
            if ((string?)e["type"] == "session.instructions.append")
                session.StopSpeaking();
            return false;
        };
        await using LiveWebRtcSession session = await _client.ConnectAsync().WaitAsync(Patience);
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        Assert.True(atService.TrySay("This goes on until the end", RealtimeTestAudio.Tone(440, TimeSpan.FromMinutes(2))));
        Assert.True(atService.TrySay("And further"));
        using var limit = new CancellationTokenSource(Patience);
        Assert.True((await session.SpeechChanges.ReadAsync(limit.Token)).IsSpeaking);
        await session.InterruptAsync(cancellationToken: limit.Token);
        Assert.False((await session.SpeechChanges.ReadAsync(limit.Token)).IsSpeaking);
        Assert.True(atService.TrySay("Yes?"));
        await atService.WaitForSentEventAsync("session.output_transcript.delta", e => (string?)e["delta"] == " Yes?", Patience);
        Assert.DoesNotContain(atService.SentEvents, e => e.Type == "session.output_transcript.delta" && (string?)e.Parse()!["delta"] is " end" or "And");
    }

    /// <summary>Waits until the model has said this; on a machine that is held up, in more than one turn.</summary>
    private static async Task SaidAsync(LiveWebRtcSession session, string text)
    {
        using var limit = new CancellationTokenSource(Patience);
        await foreach (LiveTurn _ in session.Transcript.ReadAsync(limit.Token))
        {
            if (string.Join(' ', session.Transcript.Turns.Where(turn => turn.Speaker == LiveRole.Assistant).Select(turn => turn.Text.Trim())).Contains(text, StringComparison.Ordinal))
                return;
        }
        Assert.Fail($"Nobody said: {text}");
    }
}
