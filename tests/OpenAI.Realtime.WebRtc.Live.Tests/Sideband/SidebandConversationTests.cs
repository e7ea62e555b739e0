using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Sideband;

/// <summary>A page's session and hosts beside it, over real HTTP, WebSockets, ICE, DTLS, SRTP and SCTP, with the endpoint of the Testing package as the service.</summary>
public sealed class SidebandConversationTests : IAsyncLifetime, IDisposable
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
    public async Task A_host_sees_and_does_what_the_pages_channel_may_not()
    {
        await using LiveWebRtcSession page = await PageAsync();
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        await using LiveSideband host = await _client.AttachAsync(page.SessionId!, new() { IncludeAudio = true }).WaitAsync(Patience);
        Assert.Equal(1, atService.SidebandCount);

        await Assert.ThrowsAsync<LiveCommandException>(() => page.AppendCommentaryAsync("Good morning").WaitAsync(Patience));
        await host.AppendInstructionsAsync("Be brief.").WaitAsync(Patience);
        await host.AppendCommentaryAsync("Good morning to you").WaitAsync(Patience);
        LiveSessionUpdated updated = await host.UpdateAsync(new LiveSessionChanges()).WaitAsync(Patience);
        Assert.Equal("You sell flowers.", updated.Session.Instructions.Value);
        Assert.Same(updated.Session, host.Info);

        bool isHeard = false, isSaid = false, isLoud = false;
        using var limit = new CancellationTokenSource(Patience);
        await foreach (LiveServerEvent e in host.ReadEventsAsync(limit.Token))
        {
            isHeard |= e is LiveInputAudioHeard { Audio.Bytes.Length: 9_600 };
            isLoud |= e is LiveOutputAudioDelta { Delta: var piece } && piece.Bytes.ToArray().Any(sample => sample != 0);
            isSaid |= e is LiveOutputTranscriptDelta { Delta: " you" };
            if (isHeard && isSaid && isLoud)
                break;
        }
        Assert.True(host.GetStatistics().AudioEvents > 0);

        LiveSessionEnd end = await page.CloseAsync().WaitAsync(Patience);
        Assert.True(end.IsConfirmed);
        LiveSessionEnd seen = await host.Completion.WaitAsync(Patience);
        Assert.Equal((true, LiveCloseReason.CloseRequested, end.Usage), (seen.IsConfirmed, seen.ServiceReason!.Value, seen.Usage));
        await foreach (LiveServerEvent e in page.ReadEventsAsync(limit.Token))
            Assert.Contains(e.Type, (string[])["info", "session.started", "error", "session.closed"]);      // what the channel may carry
    }

    [Fact]
    public async Task Several_hosts_see_the_same_and_each_is_told_what_it_has_asked()
    {
        await using LiveWebRtcSession page = await PageAsync();
        await using LiveSideband one = await _client.AttachAsync(page.SessionId!).WaitAsync(Patience);
        await using LiveSideband two = await _client.AttachAsync(page.SessionId!).WaitAsync(Patience);
        await Task.WhenAll(one.AppendThinkingAsync("one"), two.AppendThinkingAsync("two"), two.AppendInstructionsAsync("two")).WaitAsync(Patience);
        await Task.WhenAll(one.MuteInputAsync(), two.UnmuteInputAsync()).WaitAsync(Patience);
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        Assert.All(atService.ReceivedEvents.Where(e => e.Type.EndsWith(".append", StringComparison.Ordinal)), e => Assert.True(e.IsFromSideband));
        LiveSessionEnd end = await two.EndSessionAsync().WaitAsync(Patience);
        Assert.Equal((true, SessionEndReason.ClosedLocally), (end.IsConfirmed, end.Reason));
        Assert.True((await one.Completion.WaitAsync(Patience)).IsConfirmed);
        Assert.True((await page.Completion.WaitAsync(Patience)).IsConfirmed);
        List<string?>[] acknowledged = [await AcknowledgedAsync(one), await AcknowledgedAsync(two)];
        Assert.Equal(acknowledged[0], acknowledged[1]);
        Assert.Equal(5, acknowledged[0].Count);
    }

    [Fact]
    public async Task Work_is_handed_over_past_the_page_to_the_host()
    {
        await using LiveWebRtcSession page = await PageAsync();
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        await using LiveSideband host = await _client.AttachAsync(page.SessionId!, new()
        {
            Delegation = new LiveClientHandler(async (task, token) =>
            {
                await task.TellProgressAsync("Looking it up.", token);
                return "Red roses are in stock";
            })
            {
                Settle = TimeSpan.Zero,
            },
        }).WaitAsync(Patience);
        string id = atService.Delegate();
        RealtimeTestEvent answer = await atService.WaitForEventAsync("session.commentary.append", e => (string?)e["delegation_id"] == id, Patience);
        Assert.True(answer.IsFromSideband);
        await atService.WaitForSentEventAsync("session.output_transcript.delta", e => (string?)e["delta"] == " stock", Patience);
        using var limit = new CancellationTokenSource(Patience);
        await foreach (LiveTurn _ in host.Transcript.ReadAsync(limit.Token))
        {
            // On a machine that is held up it is more than one turn.
            if (string.Join(' ', host.Transcript.Turns.Select(turn => turn.Text.Trim())).Contains("Red roses are in stock", StringComparison.Ordinal))
                break;
        }
    }

    [Fact]
    public async Task A_models_functions_are_the_hosts()
    {
        _endpoint.LiveScript.OnResponse = (_, items) => items.Count == 0 ? LiveTestResponse.Call("stock", """{"flower":"roses"}""") : new LiveTestResponse { Text = (string?)items[0]!["output"] };
        LiveToolHandler tools = new() { Tools = [AIFunctionFactory.Create((string flower) => $"12 {flower}", "stock")] };
        LiveSessionConfig config = tools.Configure(new LiveSessionConfig { Delegation = new LiveResponsesDelegation { Responses = new LiveResponsesConfig { Model = "gpt-5.5" } } });
        await using LiveWebRtcSession page = await PageAsync(config);
        Assert.Equal("stock", Assert.IsType<LiveFunctionTool>(Assert.IsType<LiveResponsesDelegation>(page.Info!.Delegation.Value).Responses.Value!.Tools[0]).Name);
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        await using LiveSideband host = await _client.AttachAsync(page.SessionId!, new() { Delegation = tools }).WaitAsync(Patience);
        atService.Delegate();
        await atService.WaitForSentEventAsync("session.output_transcript.delta", e => (string?)e["delta"] == " roses", Patience);
        Assert.Single(atService.ReceivedEvents, e => e.Type == "response.item.create" && e.IsFromSideband);
        Assert.DoesNotContain(atService.SentEvents, e => e.Type == "error");
    }

    [Fact]
    public async Task Decisions_are_the_hosts()
    {
        await using LiveWebRtcSession page = await PageAsync();
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        await using LiveSideband host = await _client.AttachAsync(page.SessionId!, new() { Delegation = new LiveDecisionHandler((_, _) => Task.FromResult<string?>("Decided")) }).WaitAsync(Patience);
        atService.SendDecision(new JsonObject { ["model"] = "gpt-6-luna", ["answers"] = new JsonArray(), ["usage"] = new JsonObject() }, triggerId: "trg_1");
        await atService.WaitForSentEventAsync("session.output_transcript.delta", e => (string?)e["delta"] == "Decided", Patience);
    }

    [Fact]
    public async Task A_network_that_breaks_in_the_middle_costs_neither_the_session_nor_a_command()
    {
        _endpoint.LiveScript.AttachReplay = TimeSpan.FromMinutes(10);
        await using LiveWebRtcSession page = await PageAsync();
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        await using LiveSideband host = await _client.AttachAsync(page.SessionId!).WaitAsync(Patience);
        for (int i = 0; i < 5; i++)
        {
            atService.BreakSidebands();
            while ((await host.StateChanges.ReadAsync().AsTask().WaitAsync(Patience)).State != SessionState.Disconnected)
            {
                // From the break before.
            }
            await host.AppendThinkingAsync($"{i}").WaitAsync(Patience);
        }
        Assert.Equal("You sell flowers.", host.Info!.Instructions.Value);       // the service has said it again
        Assert.Equal(5, atService.ReceivedEvents.Count(e => e.Type == "session.thinking.append"));
        Assert.True(host.GetStatistics().EventsRepeated > 0);
        Assert.True((await host.EndSessionAsync().WaitAsync(Patience)).IsConfirmed);
        var ids = new List<string?>();
        using var limit = new CancellationTokenSource(Patience);
        await foreach (LiveServerEvent e in host.ReadEventsAsync(limit.Token))
            ids.Add(e.EventId);
        Assert.Distinct(ids);
    }

    [Fact]
    public async Task A_recording_is_played_and_no_text_is_taken_up_meanwhile()
    {
        await using LiveWebRtcSession page = await PageAsync();
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        await using LiveSideband host = await _client.AttachAsync(page.SessionId!).WaitAsync(Patience);
        await host.PlayAsync(new AudioData(new byte[48_000])).WaitAsync(Patience);
        await Assert.ThrowsAsync<LiveCommandException>(() => host.AppendThinkingAsync("x").WaitAsync(Patience));
        await atService.WaitForSentEventAsync("session.output_audio.fixture.played", timeout: Patience);
        await host.AppendThinkingAsync("x").WaitAsync(Patience);
        LiveCommandException e = await Assert.ThrowsAsync<LiveCommandException>(() => host.PlayAsync(new AudioData(new byte[31 * 48_000])).WaitAsync(Patience));
        Assert.Equal("invalid_value", e.ErrorCode);
        await Assert.ThrowsAsync<LiveCommandException>(() => host.PlayAsync(new AudioData(new byte[3])).WaitAsync(Patience));
        await Assert.ThrowsAsync<LiveCommandException>(() => host.SendAndWaitAsync(new LiveDtmfSend("5")).WaitAsync(Patience));      // no telephone
    }

    [Fact]
    public async Task What_the_service_refuses_is_a_failure_that_says_why()
    {
        await using LiveWebRtcSession page = await PageAsync();
        RealtimeCallException e = await Assert.ThrowsAsync<RealtimeCallException>(() => _client.AttachAsync("live_unknown", new() { WaitForSession = TimeSpan.Zero }).WaitAsync(Patience));
        Assert.Equal((HttpStatusCode.NotFound, "session_not_found"), (e.HttpStatus, e.ErrorCode));
        using var stranger = new LiveWebRtcClient(new OpenAILiveWebRtcOptions { Endpoint = _endpoint.BaseAddress, ApiKey = "sk-of-somebody-else" });
        e = await Assert.ThrowsAsync<RealtimeCallException>(() => stranger.AttachAsync(page.SessionId!).WaitAsync(Patience));
        Assert.Equal(RealtimeFailure.KeyRefused, e.Failure);

        LiveSideband[] all = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _client.AttachAsync(page.SessionId!))).WaitAsync(Patience);
        e = await Assert.ThrowsAsync<RealtimeCallException>(() => _client.AttachAsync(page.SessionId!).WaitAsync(Patience));
        Assert.Equal(HttpStatusCode.TooManyRequests, e.HttpStatus);
        await page.CloseAsync().WaitAsync(Patience);
        Assert.All(await Task.WhenAll(all.Select(sideband => sideband.Completion)).WaitAsync(Patience), end => Assert.True(end.IsConfirmed));
        e = await Assert.ThrowsAsync<RealtimeCallException>(() => _client.AttachAsync(page.SessionId!, new() { WaitForSession = TimeSpan.Zero }).WaitAsync(Patience));
        Assert.Equal(HttpStatusCode.NotFound, e.HttpStatus);
    }

    [Theory]
    [InlineData("", 426)]
    [InlineData("?graceful_close=maybe", 400)]
    public async Task The_address_speaks_WebSocket_alone(string query, int status)
    {
        await using LiveWebRtcSession page = await PageAsync();
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _endpoint.ApiKey);
        using HttpResponseMessage response = await http.GetAsync(new Uri($"{_endpoint.BaseAddress}/live/sessions/{page.SessionId}/attach{query}"));
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("?graceful_close=true", "The session has ended.")]
    public async Task The_endpoint_says_goodbye_as_it_is_asked_to(string query, string farewell)
    {
        await using LiveWebRtcSession page = await PageAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + _endpoint.ApiKey);
        var address = new UriBuilder($"{_endpoint.BaseAddress}/live/sessions/{page.SessionId}/attach{query}") { Scheme = "ws" };
        using var limit = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(address.Uri, limit.Token);
        await page.CloseAsync().WaitAsync(Patience);
        byte[] buffer = new byte[64 * 1024];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), limit.Token)).MessageType != WebSocketMessageType.Close)
        {
        }
        Assert.Equal(farewell, socket.CloseStatusDescription);      // .NET takes a goodbye without a status for 1000
    }

    [Fact]
    public async Task Whatever_a_sideband_sends_the_session_goes_on()
    {
        await using LiveWebRtcSession page = await PageAsync();
        await using LiveSideband host = await _client.AttachAsync(page.SessionId!).WaitAsync(Patience);
        foreach (string json in (string[])["", "no JSON", "[]", "{}", """{"type":5}""", """{"type":"session.start","session":{}}""", """{"type":"session.output_audio.fixture.play","audio":"%%%"}""", """{"type":"session.output_audio.fixture.play"}"""])
            await host.SendRawAsync(System.Text.Encoding.UTF8.GetBytes(json));
        await host.AppendThinkingAsync("Still here.").WaitAsync(Patience);
        Assert.Equal(SessionState.Connected, page.State);
    }

    /// <summary>A page whose channel may carry little.</summary>
    private async Task<LiveWebRtcSession> PageAsync(LiveSessionConfig? config = null) => await _client.ConnectAsync(new LiveConnectOptions
    {
        Session = (config ?? new LiveSessionConfig()) with
        {
            Instructions = "You sell flowers.",
            Client = new LiveClientConfig
            {
                DataChannel = new LiveDataChannelConfig
                {
                    AllowedClientEvents = new LiveAllowedClientEvents("session.close"),
                    AllowedServerEvents = new LiveAllowedServerEvents("session.started", "session.closed", "error"),
                },
            },
        },
    }).WaitAsync(Patience);

    private static async Task<List<string?>> AcknowledgedAsync(LiveSideband sideband)
    {
        var ids = new List<string?>();
        using var limit = new CancellationTokenSource(Patience);
        await foreach (LiveServerEvent e in sideband.ReadEventsAsync(limit.Token))
        {
            if (e.ClientEventId is { } id && e is not LiveSessionClosed)
                ids.Add(id);
        }
        return ids;
    }
}
