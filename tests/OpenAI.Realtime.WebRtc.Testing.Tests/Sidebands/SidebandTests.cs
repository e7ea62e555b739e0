using System.Net;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Sidebands;

/// <summary>A call over real WebRTC, and WebSockets beside it.</summary>
public sealed class SidebandTests
{
    [Fact]
    public async Task A_sideband_gets_the_events_of_the_call_and_the_call_those_that_the_sideband_brings_about()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("Hello.", RealtimeTestAudio.Tone(600, TimeSpan.FromMilliseconds(200))));
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        await caller.WaitAsync("session.created");
        await using Beside beside = await Beside.AttachAsync(endpoint, caller.Call.Id);
        Assert.Equal(1, caller.Call.SidebandCount);

        await beside.SendAsync(new SessionUpdate(new RealtimeSessionConfig { Instructions = "The host's own." }));
        Assert.Equal("The host's own.", (string?)(await beside.WaitAsync("session.updated"))["session"]!["instructions"]);
        await caller.WaitAsync("session.updated");

        await caller.SendAsync("""{"type":"response.create"}""");
        await beside.WaitAsync("output_audio_buffer.stopped");
        await caller.WaitAsync("output_audio_buffer.stopped");
        Assert.Contains("response.done", beside.ReceivedTypes);
        await caller.Loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(100));

        // The service tells a late one nothing of what was before.
        Assert.DoesNotContain("session.created", beside.ReceivedTypes);
        Assert.Equal([("session.update", true), ("response.create", false)], caller.Call.ReceivedEvents.Select(e => (e.Type, e.IsFromSideband)));
    }

    [Fact]
    public async Task Tools_can_be_run_beside_a_call_that_knows_nothing_of_them()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(turn.FunctionOutputs.Count == 0
            ? RealtimeTestReply.CallFunction("get_weather", """{"city":"Oslo"}""")
            : RealtimeTestReply.Say($"It is {turn.FunctionOutputs.Values.Single()}.", RealtimeTestAudio.Silence(TimeSpan.FromMilliseconds(100))));
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        await using Beside beside = await Beside.AttachAsync(endpoint, caller.Call.Id);

        await caller.SendAsync("""{"type":"response.create"}""");
        JsonNode call = await beside.WaitAsync("response.function_call_arguments.done");
        await beside.SendAsync(new ConversationItemCreate(new FunctionCallOutputItem { CallId = (string)call["call_id"]!, Output = "sunny" }));
        await beside.WaitAsync("response.done");
        await beside.SendAsync(new ResponseCreate());
        JsonNode said = await caller.WaitAsync("response.output_audio_transcript.done");
        Assert.Equal("It is sunny.", (string?)said["transcript"]);
    }

    [Fact]
    public async Task Several_can_listen_to_one_call_and_one_that_leaves_takes_nobody_with_it()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        await using Beside one = await Beside.AttachAsync(endpoint, caller.Call.Id);
        await using Beside two = await Beside.AttachAsync(endpoint, caller.Call.Id);
        Beside three = await Beside.AttachAsync(endpoint, caller.Call.Id);
        await three.DisposeAsync();
        Assert.Equal(SessionEndReason.ClosedLocally, (await three.Sideband.Completion).Reason);
        await one.SendAsync(new SessionUpdate(new RealtimeSessionConfig { Instructions = "One." }));
        foreach (Beside listener in new[] { one, two })
            await listener.WaitAsync("session.updated");
        await caller.WaitAsync("session.updated");
        Assert.False(caller.Call.Completion.IsCompleted);
    }

    [Fact]
    public async Task An_error_of_what_a_sideband_sent_names_its_event()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        await using Beside beside = await Beside.AttachAsync(endpoint, caller.Call.Id);
        await beside.SendAsync(new ResponseCancel { EventId = "mine" });
        Assert.Equal("response_cancel_not_active", (string?)(await beside.WaitAsync("error", e => (string?)e["error"]!["event_id"] == "mine"))["error"]!["code"]);
        await beside.Sideband.SendRawAsync("no JSON"u8.ToArray());
        Assert.Equal("invalid_event", (string?)(await beside.WaitAsync("error", e => e["error"]!["event_id"] is null))["error"]!["code"]);
    }

    [Fact]
    public async Task A_sideband_ends_with_the_call_whoever_ends_it()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        Caller caller = await Caller.ConnectAsync(endpoint);
        await using Beside beside = await Beside.AttachAsync(endpoint, caller.Call.Id);
        await caller.DisposeAsync();
        SessionEnd end = await beside.Sideband.Completion.WaitAsync(Caller.Patience);
        Assert.Equal(SessionEndReason.ClosedByPeer, end.Reason);
        Assert.Contains("The call has ended", end.Detail, StringComparison.Ordinal);

        await using Caller second = await Caller.ConnectAsync(endpoint);
        await using Beside other = await Beside.AttachAsync(endpoint, second.Call.Id);
        await second.Call.HangUpAsync();
        Assert.Equal(SessionEndReason.ClosedByPeer, (await other.Sideband.Completion.WaitAsync(Caller.Patience)).Reason);
    }

    [Fact]
    public async Task A_session_that_expires_ends_its_sideband_as_such()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        await using Beside beside = await Beside.AttachAsync(endpoint, caller.Call.Id);
        await caller.Call.ExpireSessionAsync();
        Assert.Equal(SessionEndReason.SessionExpired, (await beside.Sideband.Completion.WaitAsync(Caller.Patience)).Reason);
    }

    [Fact]
    public async Task A_sideband_can_hang_the_call_up()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        Beside beside = await Beside.AttachAsync(endpoint, caller.Call.Id, configure: o => o.HangUpOnClose = true);
        await beside.DisposeAsync();
        await caller.Call.Completion.WaitAsync(Caller.Patience);
        Assert.Equal(SessionEndReason.ClosedByPeer, (await caller.Session.Completion.WaitAsync(Caller.Patience)).Reason);
    }

    [Fact]
    public async Task A_broken_WebSocket_is_opened_again_while_the_call_goes_on()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        await using Beside beside = await Beside.AttachAsync(endpoint, caller.Call.Id);
        endpoint.FailNext(RealtimeTestRoute.Sideband, RealtimeTestFault.ServerError(503), times: 2);
        caller.Call.BreakSidebands();
        Assert.Equal(SessionState.Disconnected, (await beside.ChangeAsync()).State);
        Assert.Equal(SessionState.Connected, (await beside.ChangeAsync()).State);
        Assert.Equal(4, endpoint.Requests.Count(request => request.Route == RealtimeTestRoute.Sideband));
        await beside.SendAsync(new SessionUpdate(new RealtimeSessionConfig { Instructions = "Again." }));
        await beside.WaitAsync("session.updated");
        await caller.WaitAsync("session.updated");
    }

    [Fact]
    public async Task A_break_is_seen_at_once_by_a_sideband_that_is_idle()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        await using Beside beside = await Beside.AttachAsync(endpoint, caller.Call.Id, configure: o => o.KeepAliveInterval = TimeSpan.FromMinutes(10));      // it asks for no sign of life
        caller.Call.BreakSidebands();
        Assert.Equal(SessionState.Disconnected, (await beside.ChangeAsync()).State);
        Assert.Equal(SessionState.Connected, (await beside.ChangeAsync()).State);
    }

    [Fact]
    public async Task An_ephemeral_key_reaches_the_call_that_it_has_opened_and_no_other()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);
        string key = await api.MintAsync(), other = await api.MintAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint, o =>
        {
            o.ApiKey = null;
            o.EphemeralKey = key;
        });
        await using Beside own = await Beside.AttachAsync(endpoint, caller.Call.Id, key);
        await using Beside byApiKey = await Beside.AttachAsync(endpoint, caller.Call.Id);
        var e = await Assert.ThrowsAsync<RealtimeCallException>(() => Beside.AttachAsync(endpoint, caller.Call.Id, other, o => o.WaitForCall = TimeSpan.Zero));
        Assert.Equal((HttpStatusCode.NotFound, "call_id_not_found"), (e.HttpStatus, e.ErrorCode));
    }

    [Fact]
    public async Task What_is_documented_is_answered_when_it_cannot_be_attached()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);
        var unknown = await Assert.ThrowsAsync<RealtimeCallException>(() => Beside.AttachAsync(endpoint, "rtc_none", configure: o => o.WaitForCall = TimeSpan.Zero));
        Assert.Equal((RealtimeFailure.RequestRejected, HttpStatusCode.NotFound, "call_id_not_found"), (unknown.Failure, unknown.HttpStatus, unknown.ErrorCode));
        var wrongKey = await Assert.ThrowsAsync<RealtimeCallException>(() => Beside.AttachAsync(endpoint, "rtc_none", "ek_none"));
        Assert.Equal((RealtimeFailure.KeyRefused, "invalid_api_key"), (wrongKey.Failure, wrongKey.ErrorCode));

        await using Caller caller = await Caller.ConnectAsync(endpoint);
        Assert.Equal(HttpStatusCode.UpgradeRequired, (await api.SendAsync(HttpMethod.Get, $"/realtime?call_id={caller.Call.Id}", null)).Status);
        Assert.Equal((HttpStatusCode.BadRequest, "call_id"), await StatusAndParamAsync("/realtime?model=gpt-realtime"));
        Reply beta = await api.SendAsync(HttpMethod.Get, $"/realtime?call_id={caller.Call.Id}", null, ("OpenAI-Beta", "realtime=v1"));
        Assert.Equal("beta_api_shape_disabled", beta.Code);

        async Task<(HttpStatusCode, string?)> StatusAndParamAsync(string path)
        {
            Reply reply = await api.SendAsync(HttpMethod.Get, path, null);
            return (reply.Status, reply.Param);
        }
    }

    [Fact]
    public async Task A_call_is_unknown_until_its_media_are_connected()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);
        api.Key = endpoint.ApiKey;
        Reply reply = await api.SendAsync(HttpMethod.Post, "/realtime/calls", Api.Multipart(("sdp", "application/sdp", await Api.OfferAsync())));
        string id = reply.Location!.Split('/')[^1];
        Assert.NotNull(endpoint.FindOpenCall(id));
        var e = await Assert.ThrowsAsync<RealtimeCallException>(() => Beside.AttachAsync(endpoint, id, configure: o => o.WaitForCall = TimeSpan.Zero));
        Assert.Equal("call_id_not_found", e.ErrorCode);
    }

    [Fact]
    public async Task More_than_sixteen_are_too_many()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        List<Beside> listeners = [];
        for (int i = 0; i < 16; i++)
            listeners.Add(await Beside.AttachAsync(endpoint, caller.Call.Id));
        var e = await Assert.ThrowsAsync<RealtimeCallException>(() => Beside.AttachAsync(endpoint, caller.Call.Id));
        Assert.Equal(HttpStatusCode.TooManyRequests, e.HttpStatus);
        foreach (Beside listener in listeners)
            await listener.DisposeAsync();
    }

    [Fact]
    public async Task An_event_larger_than_the_endpoint_takes_costs_the_sideband_its_WebSocket_and_nobody_else_anything()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new RealtimeTestEndpointOptions { MaxEventSize = 64 * 1024 });
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        await using Beside beside = await Beside.AttachAsync(endpoint, caller.Call.Id);
        await beside.Sideband.SendRawAsync(new byte[100_000]);
        SessionStateChange lost = await beside.ChangeAsync();
        Assert.Equal(SessionState.Disconnected, lost.State);
        Assert.Equal(SessionState.Connected, (await beside.ChangeAsync()).State);
        Assert.False(caller.Call.Completion.IsCompleted);
    }
}
