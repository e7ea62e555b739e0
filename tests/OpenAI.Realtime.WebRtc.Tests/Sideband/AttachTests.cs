using System.Net;
using Microsoft.AspNetCore.Http;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Sideband;

public sealed class AttachTests : RealtimeSidebandHarness
{
    [Fact]
    public async Task It_asks_for_the_call_with_the_api_key_and_events_go_both_ways()
    {
        Options.Organization = "org-1";
        Options.ExtraQuery["api-version"] = "v1";
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        HttpRequestSeen request = Assert.Single(Server.Requests);
        Assert.Equal(("/v1/realtime", "?api-version=v1&call_id=rtc_1"), (request.Path, request.Query));
        Assert.Equal(("Bearer " + Key, "org-1", "websocket"), (request.Header("Authorization"), request.Header("OpenAI-Organization"), request.Header("Upgrade")));
        Assert.StartsWith("OpenAI.Realtime.WebRtc/", request.Header("User-Agent"), StringComparison.Ordinal);

        await socket.SendAsync("""{"type":"response.output_audio_transcript.delta","event_id":"event_1","response_id":"resp_1","item_id":"item_1","output_index":0,"content_index":0,"delta":"Hello"}""");
        Assert.Equal("Hello", Assert.IsType<ResponseOutputAudioTranscriptDelta>(Assert.Single(await ReadAsync(sideband, 1))).Delta);
        await sideband.SendAsync(new ResponseCreate { EventId = "mine" });
        Assert.Equal("""{"event_id":"mine","type":"response.create"}""", Sorted(await socket.ReceiveAsync()));
        await sideband.SendRawAsync("""{"type":"response.cancel"}"""u8.ToArray());
        Assert.Equal("""{"type":"response.cancel"}""", await socket.ReceiveAsync());

        Assert.Equal(("rtc_1", SessionState.Connected), (sideband.CallId, sideband.State));
        SessionStatistics statistics = sideband.GetStatistics();
        Assert.Equal((1, 2, 0), (statistics.EventsReceived, statistics.EventsSent, statistics.EventsDropped));
        Assert.NotNull(statistics.Timings.Answer);
        Assert.NotNull(statistics.Timings.FirstEvent);
    }

    [Fact]
    public async Task The_trace_sees_both_directions_and_no_log_holds_the_key()
    {
        List<string> seen = [];
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync(new() { EventTrace = (sent, utf8) => seen.Add((sent ? "> " : "< ") + System.Text.Encoding.UTF8.GetString(utf8)) });
        await socket.SendAsync("""{"type":"input_audio_buffer.cleared","event_id":"event_1"}""");
        await ReadAsync(sideband, 1);
        await sideband.SendRawAsync("""{"type":"response.cancel"}"""u8.ToArray());
        await socket.ReceiveAsync();
        await sideband.DisposeAsync().AsTask().Within();
        Assert.Equal(["""< {"type":"input_audio_buffer.cleared","event_id":"event_1"}""", """> {"type":"response.cancel"}"""], seen);
        Assert.Contains("Attached to rtc_1", Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_caller_can_choose_another_key_than_the_api_key()
    {
        await using RealtimeSideband one = await Calls().AttachAsync("rtc_1", new() { EphemeralKey = "ek_chosen" }).Within();
        Options.ApiKey = null;
        Options.EphemeralKey = "ek_options";
        await using RealtimeSideband two = await Calls().AttachAsync("rtc_1").Within();
        Assert.Equal(["Bearer ek_chosen", "Bearer ek_options"], Server.Requests.Select(request => request.Header("Authorization")));
    }

    [Fact]
    public async Task An_api_key_provider_is_asked_each_time_it_attaches()
    {
        int asked = 0;
        Options.ApiKey = null;
        Options.ApiKeyProvider = _ => ValueTask.FromResult($"sk-{++asked}");
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        socket.Break();
        await Server.NextAsync();
        Assert.Equal(["Bearer sk-1", "Bearer sk-2"], Server.Requests.Select(request => request.Header("Authorization")));
    }

    [Fact]
    public async Task A_call_that_is_not_there_yet_is_waited_for()
    {
        Server.EndCall();
        Task<RealtimeSideband> attaching = Calls().AttachAsync("rtc_1", new() { WaitForCall = TimeSpan.FromMinutes(10) });
        await Server.AskedAsync();
        await Server.AskedAsync();
        Server.Instead = _ => Task.FromResult(false);
        await using RealtimeSideband sideband = await attaching.Within();
        await Server.NextAsync();
        Assert.Equal(SessionState.Connected, sideband.State);
    }

    [Fact]
    public async Task A_call_that_never_is_there_fails_after_the_time_that_it_was_waited_for()
    {
        Server.EndCall();
        var time = new ManualTimeProvider();
        Task<RealtimeSideband> attaching = Calls(time).AttachAsync("rtc_1", new() { WaitForCall = TimeSpan.FromSeconds(4) });
        await PassWaitsUntilAsync(time, attaching);
        var e = await Assert.ThrowsAsync<RealtimeCallException>(() => attaching);
        Assert.Equal((RealtimeCallOperation.Attach, "rtc_1", RealtimeFailure.RequestRejected, HttpStatusCode.NotFound, "call_id_not_found"),
            (e.Operation, e.CallId, e.Failure, e.HttpStatus, e.ErrorCode));
        Assert.StartsWith("Attaching to rtc_1 failed.", e.Message, StringComparison.Ordinal);
        Assert.Contains("has not been accepted", e.Message, StringComparison.Ordinal);
        Assert.True(time.Now >= TimeSpan.FromSeconds(4), $"{time.Now}");
        Assert.InRange(Server.Requests.Count, 3, 12);
    }

    [Fact]
    public async Task Waiting_for_a_call_can_be_switched_off()
    {
        Server.EndCall();
        await Assert.ThrowsAsync<RealtimeCallException>(() => Calls().AttachAsync("rtc_1", new() { WaitForCall = TimeSpan.Zero }).Within());
        Assert.Single(Server.Requests);
    }

    [Theory]
    [InlineData(401, RealtimeFailure.KeyRefused)]
    [InlineData(403, RealtimeFailure.KeyRefused)]
    [InlineData(400, RealtimeFailure.RequestRejected)]
    [InlineData(429, RealtimeFailure.RequestRejected)]
    [InlineData(503, RealtimeFailure.RequestRejected)]
    [InlineData(307, RealtimeFailure.RequestRejected)]
    [InlineData(200, RealtimeFailure.AnswerUnusable)]
    public async Task A_refusal_says_why_and_is_not_tried_again(int status, RealtimeFailure failure)
    {
        Server.Fail(status, "some_code");
        var e = await Assert.ThrowsAsync<RealtimeCallException>(() => Calls().AttachAsync("rtc_1").Within());
        Assert.Equal((failure, (HttpStatusCode)status), (e.Failure, e.HttpStatus));
        Assert.Equal(status >= 400 ? "some_code" : null, e.ErrorCode);
        Assert.DoesNotContain(Key, e.ToString(), StringComparison.Ordinal);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task A_service_that_never_answers_is_given_up_after_the_limit()
    {
        Server.Instead = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        var time = new ManualTimeProvider();
        Task<RealtimeSideband> attaching = Calls(time).AttachAsync("rtc_1");
        await Server.AskedAsync();
        time.Advance(Options.AnswerTimeout);
        var e = await Assert.ThrowsAsync<RealtimeCallException>(() => attaching.Within());
        Assert.Equal(RealtimeFailure.EndpointUnreachable, e.Failure);
        Assert.Contains(nameof(Options.AnswerTimeout), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_who_listens_is_an_unreachable_endpoint()
    {
        Options.Endpoint = new Uri("http://127.0.0.1:1/v1");
        var e = await Assert.ThrowsAsync<RealtimeCallException>(() => Calls().AttachAsync("rtc_1").Within());
        Assert.Equal(RealtimeFailure.EndpointUnreachable, e.Failure);
        Assert.Contains("is something listening there", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handshake_that_is_wrong_opens_nothing()
    {
        Server.Instead = async context =>
        {
            context.Response.StatusCode = StatusCodes.Status101SwitchingProtocols;
            context.Response.Headers.Connection = "Upgrade";
            context.Response.Headers.Upgrade = "websocket";
            context.Response.Headers.SecWebSocketAccept = "bm90IHRoaXMgb25l";
            await using Stream stream = await context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpUpgradeFeature>()!.UpgradeAsync();
            return true;
        };
        var e = await Assert.ThrowsAsync<RealtimeCallException>(() => Calls().AttachAsync("rtc_1").Within());
        Assert.Equal(RealtimeFailure.AnswerUnusable, e.Failure);
    }

    [Fact]
    public async Task Attaching_can_be_cancelled_while_the_service_thinks_and_while_the_call_is_waited_for()
    {
        Server.Instead = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        using (var cancel = new CancellationTokenSource())
        {
            Task attaching = Calls().AttachAsync("rtc_1", cancellationToken: cancel.Token);
            await Server.AskedAsync();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attaching.Within());
        }

        Server.EndCall();
        using (var cancel = new CancellationTokenSource())
        {
            Task attaching = Calls(new ManualTimeProvider()).AttachAsync("rtc_1", cancellationToken: cancel.Token);
            await Server.AskedAsync();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attaching.Within());
        }
    }

    [Fact]
    public async Task What_cannot_be_is_said_at_once()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Calls().AttachAsync(""));
        await Assert.ThrowsAsync<ArgumentException>(() => Calls().AttachAsync("rtc_1", new() { EphemeralKey = "ek with blanks" }));
        await Assert.ThrowsAsync<ArgumentException>(() => Calls().AttachAsync("rtc_1", new() { WaitForCall = TimeSpan.FromHours(1) }));
        await Assert.ThrowsAsync<ArgumentException>(() => Calls().AttachAsync("rtc_1", new() { ReconnectTimeout = TimeSpan.FromSeconds(-1) }));
        await Assert.ThrowsAsync<ArgumentException>(() => Calls().AttachAsync("rtc_1", new() { KeepAliveInterval = TimeSpan.Zero }));
        await Assert.ThrowsAsync<ArgumentException>(() => Calls().AttachAsync("rtc_1", new() { KeepAliveTimeout = TimeSpan.Zero }));
        Options.Dialect = RealtimeDialect.Beta;
        await Assert.ThrowsAsync<InvalidOperationException>(() => Calls().AttachAsync("rtc_1"));
        Options.Dialect = RealtimeDialect.Ga;
        Options.ApiKey = null;
        await Assert.ThrowsAsync<InvalidOperationException>(() => Calls().AttachAsync("rtc_1"));
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task The_id_of_a_call_cannot_change_the_address()
    {
        await using RealtimeSideband sideband = await Calls().AttachAsync("rtc_1&model=x#y/../z").Within();
        Assert.Equal("?call_id=rtc_1%26model%3Dx%23y%2F..%2Fz", Assert.Single(Server.Requests).Query);
    }

    [Fact]
    public async Task It_goes_through_the_proxy_of_the_http_client()
    {
        await using var proxy = new TestProxy(ProxyManner.Connects);
        Options.Proxy = proxy.Address;
        using var http = new HttpClient(RealtimeWebRtcClient.CreateHandler(Options));
        await using RealtimeSideband sideband = await Calls(http: http).AttachAsync("rtc_1").Within();
        ServedSocket socket = await Server.NextAsync();
        await sideband.SendAsync(new ResponseCreate());
        Assert.Contains("response.create", await socket.ReceiveAsync(), StringComparison.Ordinal);
        Assert.NotEmpty(proxy.Requests);
    }

    private static string Sorted(string? json) =>
        new System.Text.Json.Nodes.JsonObject(System.Text.Json.Nodes.JsonNode.Parse(json!)!.AsObject().OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))).ToJsonString();
}
