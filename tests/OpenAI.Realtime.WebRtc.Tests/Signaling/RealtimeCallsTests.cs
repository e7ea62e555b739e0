using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Signaling;

public sealed class RealtimeCallsTests : IAsyncLifetime, IDisposable
{
    private readonly HttpClient _http = new(RealtimeWebRtcClient.CreateHandler());
    private HttpEndpoint _endpoint = null!;

    public async Task InitializeAsync() => _endpoint = await HttpEndpoint.StartAsync();

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Each_request_goes_to_its_place_with_the_api_key()
    {
        foreach (string what in new[] { "hangup", "accept", "reject", "refer" })
            _endpoint.Routes["/v1/realtime/calls/rtc_1/" + what] = _ => Task.CompletedTask;
        var calls = new RealtimeCalls(Options(), _http);
        await calls.AcceptAsync("rtc_1", new RealtimeSessionConfig { Voice = "marin" });
        await calls.RejectAsync("rtc_1");
        await calls.RejectAsync("rtc_1", 486);
        await calls.ReferAsync("rtc_1", "tel:+14155550123");
        await calls.HangUpAsync("rtc_1");
        Assert.Equal(
            ["""{"type":"realtime","model":"gpt-realtime-2.1","audio":{"output":{"voice":"marin"}}}""", """{"status_code":603}""", """{"status_code":486}""", """{"target_uri":"tel:+14155550123"}""", ""],
            _endpoint.Requests.Select(request => request.Text.Replace("\\u002B", "+", StringComparison.Ordinal)));
        Assert.All(_endpoint.Requests, request => Assert.Equal("Bearer sk-key", request.Header("Authorization")));
        Assert.All(_endpoint.Requests.Take(4), request => Assert.Equal("application/json", request.Header("Content-Type")));
    }

    [Fact]
    public async Task A_call_that_is_gone_is_hung_up_and_can_be_neither_accepted_nor_handed_on()
    {
        var calls = new RealtimeCalls(Options(), _http);
        await calls.HangUpAsync("rtc_gone");
        var e = await Assert.ThrowsAsync<RealtimeCallException>(() => calls.RejectAsync("rtc_gone"));
        Assert.Equal((RealtimeCallOperation.Reject, "rtc_gone", HttpStatusCode.NotFound), (e.Operation, e.CallId, e.HttpStatus));
        Assert.StartsWith("Reject of rtc_gone failed.", e.Message, StringComparison.Ordinal);
        Assert.Contains("no such call", e.Message, StringComparison.Ordinal);
        Assert.Equal(RealtimeCallOperation.Refer, (await Assert.ThrowsAsync<RealtimeCallException>(() => calls.ReferAsync("rtc_gone", "sip:a@b"))).Operation);
        Assert.Equal(RealtimeCallOperation.Accept, (await Assert.ThrowsAsync<RealtimeCallException>(() => calls.AcceptAsync("rtc_gone", new RealtimeSessionConfig()))).Operation);
    }

    [Theory]
    [InlineData("hangup", nameof(OpenAIRealtimeWebRtcOptions.HangUpTimeout))]
    [InlineData("reject", nameof(OpenAIRealtimeWebRtcOptions.AnswerTimeout))]
    public async Task A_request_about_a_call_has_the_time_limit_that_its_message_names(string what, string option)
    {
        _endpoint.Routes["/v1/realtime/calls/rtc_1/" + what] = c => Task.Delay(Timeout.Infinite, c.RequestAborted);
        OpenAIRealtimeWebRtcOptions options = Options();
        options.HangUpTimeout = what == "hangup" ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromMinutes(5);
        options.AnswerTimeout = what == "hangup" ? TimeSpan.FromMinutes(5) : TimeSpan.FromMilliseconds(200);
        var calls = new RealtimeCalls(options, _http);
        var e = await Assert.ThrowsAsync<RealtimeCallException>(() => what == "hangup" ? calls.HangUpAsync("rtc_1") : calls.RejectAsync("rtc_1"));
        Assert.Equal(what == "hangup" ? RealtimeCallOperation.HangUp : RealtimeCallOperation.Reject, e.Operation);
        Assert.Contains($"within 0.2 s. Check the address, the network and a proxy; {option} sets the limit.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_service_says_is_in_the_exception_and_the_key_is_not()
    {
        _endpoint.Routes["/v1/realtime/calls/rtc_1/hangup"] = c =>
            HttpEndpoint.FailAsync(c, 401, """{"error":{"message":"Bad key.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}""");
        var e = await Assert.ThrowsAsync<RealtimeCallException>(() => new RealtimeCalls(Options(), _http).HangUpAsync("rtc_1"));
        Assert.Equal((RealtimeFailure.KeyRefused, HttpStatusCode.Unauthorized, "invalid_api_key"), (e.Failure, e.HttpStatus!.Value, e.ErrorCode));
        Assert.Contains("set ApiKey", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-key", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_cannot_lead_elsewhere()
    {
        var calls = new RealtimeCalls(Options(), _http);
        await calls.HangUpAsync("a/../b?c");
        Assert.Contains("a%2F..%2Fb", Assert.Single(_endpoint.Requests).Path, StringComparison.OrdinalIgnoreCase);
        await Assert.ThrowsAsync<ArgumentException>(() => calls.HangUpAsync(".."));
        await Assert.ThrowsAsync<ArgumentException>(() => calls.HangUpAsync(""));
        await Assert.ThrowsAsync<InvalidOperationException>(() => new RealtimeCalls(new OpenAIRealtimeWebRtcOptions(), _http).HangUpAsync("rtc_1"));
    }

    [Fact]
    public async Task An_offer_of_somebody_elses_becomes_a_call_with_this_hosts_key_and_session()
    {
        _endpoint.AnswersCalls();
        OpenAIRealtimeWebRtcOptions options = Options();
        options.SafetyIdentifier = "everybody";
        var calls = new RealtimeCalls(options, _http);
        RealtimeCallAnswer answer = await calls.CreateAsync("v=0\r\nthe page's \r\n", new RealtimeSessionConfig { Voice = "marin" });
        await calls.CreateAsync("v=0\r\n", new RealtimeSessionConfig(), "alice-hash");
        Assert.Equal((HttpEndpoint.Answer, "rtc_1"), (answer.Sdp, answer.CallId));
        Assert.DoesNotContain("ice-pwd", answer.ToString(), StringComparison.Ordinal);

        HttpRequestSeen seen = _endpoint.Requests.First();
        Assert.Equal(("/v1/realtime/calls", "Bearer sk-key"), (seen.Path, seen.Header("Authorization")));
        Assert.Contains("v=0\r\nthe page's \r\n\r\n--", seen.Text, StringComparison.Ordinal);
        Assert.Contains("""{"type":"realtime","model":"gpt-realtime-2.1","audio":{"output":{"voice":"marin"}}}""", seen.Text, StringComparison.Ordinal);
        Assert.Equal(["everybody", "alice-hash"], _endpoint.Requests.Select(request => request.Header("OpenAI-Safety-Identifier")));
    }

    [Fact]
    public async Task A_call_whose_answer_cannot_be_used_is_hung_up()
    {
        _endpoint.AnswersCalls(answer: "<html>");
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => new RealtimeCalls(Options(), _http).CreateAsync("v=0", new RealtimeSessionConfig()));
        Assert.Equal((ConnectPhase.Answer, RealtimeFailure.AnswerUnusable), (e.Phase, e.Failure));
        Assert.Single(_endpoint.To("/v1/realtime/calls/rtc_1/hangup"));
    }

    [Fact]
    public async Task A_call_that_is_made_after_its_caller_has_gone_is_hung_up()
    {
        var asked = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var hungUp = new TaskCompletionSource();
        _endpoint.Routes["/v1/realtime/calls"] = async context =>
        {
            asked.SetResult();
            await goOn.Task;
            await HttpEndpoint.WriteAnswerAsync(context);
        };
        _endpoint.Routes["/v1/realtime/calls/rtc_1/hangup"] = _ =>
        {
            hungUp.SetResult();
            return Task.CompletedTask;
        };
        using var cancel = new CancellationTokenSource();
        Task creating = new RealtimeCalls(Options(), _http).CreateAsync("v=0", new RealtimeSessionConfig(), cancellationToken: cancel.Token);
        await asked.Task.Within();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => creating.Within());
        goOn.SetResult();
        await hungUp.Task.Within();
    }

    [Fact]
    public async Task A_call_that_the_options_do_not_allow_is_not_opened()
    {
        OpenAIRealtimeWebRtcOptions beta = Options();
        beta.Dialect = RealtimeDialect.Beta;
        var session = new RealtimeSessionConfig();
        Assert.Contains("Ga", (await Assert.ThrowsAsync<InvalidOperationException>(() => new RealtimeCalls(beta, _http).CreateAsync("v=0", session))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => new RealtimeCalls(new OpenAIRealtimeWebRtcOptions(), _http).CreateAsync("v=0", session));
        await Assert.ThrowsAsync<ArgumentException>(() => new RealtimeCalls(Options(), _http).CreateAsync("v=0", session, "two\nlines"));
        await Assert.ThrowsAsync<ArgumentException>(() => new RealtimeCalls(Options(), _http).CreateAsync("", session));
        Assert.Empty(_endpoint.Requests);
    }

    [Fact]
    public async Task It_is_registered_beside_the_client()
    {
        _endpoint.Routes["/v1/realtime/calls/rtc_1/reject"] = _ => Task.CompletedTask;
        var services = new ServiceCollection();
        services.AddOpenAIRealtimeWebRtc(options => (options.Endpoint, options.ApiKey) = (_endpoint.Base, "sk-one"));
        services.AddOpenAIRealtimeWebRtc("two", options => (options.Endpoint, options.ApiKey) = (_endpoint.Base, "sk-two"));
        await using ServiceProvider provider = services.BuildServiceProvider();
        await provider.GetRequiredService<RealtimeCalls>().RejectAsync("rtc_1");
        await provider.GetRequiredKeyedService<RealtimeCalls>("two").RejectAsync("rtc_1");
        Assert.Equal(["Bearer sk-one", "Bearer sk-two"], _endpoint.Requests.Select(request => request.Header("Authorization")));
    }

    [Fact]
    public async Task A_translations_key_is_minted_at_a_place_of_its_own()
    {
        _endpoint.Routes["/v1/realtime/translations/client_secrets"] = c => c.Response.WriteAsync("""{"value":"ek_1","expires_at":4102444800}""");
        SessionConfig session = new TranslationSessionConfig { OutputLanguage = "es" };
        EphemeralKey key = await new OpenAIEphemeralKeyProvider(Options(), _http).GetKeyAsync(
            new EphemeralKeyRequest { Session = session.ForCall(session.ModelName!).ToUtf8Json() });
        Assert.Equal("ek_1", key.Value);
        Assert.Equal("""{"session":{"model":"gpt-realtime-translate","audio":{"output":{"language":"es"}}}}""", Assert.Single(_endpoint.Requests).Text);
    }

    [Fact]
    public async Task A_translations_call_is_opened_where_the_options_say()
    {
        OpenAIRealtimeWebRtcOptions options = Options();
        foreach (string path in new[] { options.TranslationCallsPath, "realtime/elsewhere" })
        {
            _endpoint.Routes["/v1/" + path] = context => HttpEndpoint.WriteAnswerAsync(context);
            options.TranslationCallsPath = path;
            Assert.Equal("rtc_1", (await new RealtimeCalls(options, _http).CreateAsync("v=0\r\n", new TranslationSessionConfig { OutputLanguage = "es" })).CallId);
        }
        Assert.Equal(["/v1/realtime/translations/calls", "/v1/realtime/elsewhere"], _endpoint.Requests.Select(request => request.Path));
    }

    [Fact]
    public void Requests_and_replies_are_read_as_they_are_written()
    {
        var request = new ClientSecretRequest { ExpiresAfter = TimeSpan.FromSeconds(600), Session = new TranscriptionSessionConfig() };
        Assert.Equal("""{"expires_after":{"anchor":"created_at","seconds":600},"session":{"type":"transcription"}}""", Encoding.UTF8.GetString(request.ToUtf8Json()));
        Assert.Equal(request, ClientSecretRequest.Read(request.ToUtf8Json()));

        const string Reply = """{"value":"ek_secret","expires_at":1756310470,"session":{"type":"realtime","object":"realtime.session","id":"s","expires_at":0},"more":null}""";
        ClientSecretReply reply = ClientSecretReply.Read(Encoding.UTF8.GetBytes(Reply));
        Same(Reply, reply.ToUtf8Json());
        Assert.Equal(("ek_secret", "s"), (reply.Value, reply.Session!.Id));
        Assert.DoesNotContain("ek_secret", reply.ToString(), StringComparison.Ordinal);

        const string Incoming = """{"object":"event","id":"evt_1","type":"realtime.call.incoming","created_at":1719168000,"data":{"call_id":"rtc_1","sip_media_security":"srtp","sip_headers":[{"name":"From","value":"sip:a@b"},{"name":"X","value":null}],"x":1}}""";
        RealtimeCallIncoming incoming = RealtimeCallIncoming.Read(Encoding.UTF8.GetBytes(Incoming));
        Same(Incoming, incoming.ToUtf8Json());
        Assert.Equal(("rtc_1", "From", 1719168000L), (incoming.Data.CallId, incoming.Data.SipHeaders[0].Name, incoming.CreatedAt!.Value.ToUnixTimeSeconds()));

        Assert.Equal(SipMediaSecurity.Srtp, incoming.Data.SipMediaSecurity);

        const string Error = """{"error":{"message":"m","type":"t","param":null,"code":null}}""";
        Same(Error, ApiErrorReply.Read(Encoding.UTF8.GetBytes(Error)).ToUtf8Json());
        Assert.Throws<JsonException>(() => ApiErrorReply.Read("[]"u8));
        Assert.Equal(486, CallRejectRequest.Read("""{"status_code":486}"""u8).StatusCode);
        Assert.Equal("sip:a@b", CallReferRequest.Read("""{"target_uri":"sip:a@b"}"""u8).TargetUri);
        string multipart = Encoding.UTF8.GetString(new CallCreateRequest { Sdp = "v=0\r\n", Session = new RealtimeSessionConfig() }.ToMultipart("b"));
        Assert.Contains("v=0\r\n\r\n--b\r\n", multipart, StringComparison.Ordinal);
        Assert.Contains("{\"type\":\"realtime\"}", multipart, StringComparison.Ordinal);
    }

    private OpenAIRealtimeWebRtcOptions Options() => new() { Endpoint = _endpoint.Base, ApiKey = "sk-key" };

    private static void Same(string expected, byte[] actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"expected {expected}\nactual   {Encoding.UTF8.GetString(actual)}");
}
