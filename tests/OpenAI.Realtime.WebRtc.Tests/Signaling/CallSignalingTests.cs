using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using OpenAI.Realtime.WebRtc.Signaling;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Signaling;

public sealed class CallSignalingTests : IAsyncLifetime, IDisposable
{
    private const string Offer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=é\r\n";

    private readonly HttpClient _http = new(RealtimeWebRtcClient.CreateHandler());
    private readonly FakeLogCollector _log = new();
    private readonly List<string> _created = [];
    private HttpEndpoint _endpoint = null!;

    public async Task InitializeAsync() => _endpoint = await HttpEndpoint.StartAsync();

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    public void Dispose()
    {
        _http.Dispose();
    }

    [Fact]
    public async Task A_call_with_an_ephemeral_key_posts_the_offer_as_it_is_and_nothing_else()
    {
        _endpoint.AnswersCalls("rtc_abc");
        RealtimeCallAnswer answer = await Signaling().CallAsync(Offer, "ek_1", "m", _created.Add, default);

        HttpRequestSeen seen = Assert.Single(_endpoint.Requests);
        Assert.Equal("/v1/realtime/calls", seen.Path);
        Assert.Equal("", seen.Query);
        Assert.Equal("application/sdp", seen.Header("Content-Type"));
        Assert.Equal("Bearer ek_1", seen.Header("Authorization"));
        Assert.Null(seen.Header("OpenAI-Beta"));
        Assert.Equal(Encoding.UTF8.GetBytes(Offer), seen.Body);
        Assert.Equal("rtc_abc", answer.CallId);
        Assert.Equal(["rtc_abc"], _created);
    }

    [Theory]
    [InlineData("v=0\r\n")]
    [InlineData("v=0\r\n\r\n  \r\n")]
    [InlineData("v=0\n")]
    [InlineData("v=0")]
    public async Task The_answer_comes_through_byte_for_byte(string body)
    {
        _endpoint.AnswersCalls(answer: body);
        Assert.Equal(body, (await Signaling().CallAsync(Offer, "ek_1", "m", _created.Add, default)).Sdp);
    }

    [Fact]
    public async Task The_unified_interface_sends_two_parts_with_quoted_names_and_no_file_names()
    {
        _endpoint.AnswersCalls();
        OpenAIRealtimeWebRtcOptions options = Options();
        options.ApiKey = "sk-1";
        options.Organization = "org-1";
        RealtimeCallAnswer answer = await Signaling(options).CallUnifiedAsync(
            Offer, Encoding.UTF8.GetBytes("""{"type":"realtime"}"""), "alice", _created.Add, default);

        HttpRequestSeen seen = Assert.Single(_endpoint.Requests);
        string type = seen.Header("Content-Type")!;
        Assert.StartsWith("multipart/form-data; boundary=", type, StringComparison.Ordinal);
        string boundary = type["multipart/form-data; boundary=".Length..];
        Assert.DoesNotContain('"', boundary);
        Assert.Equal(
            $"--{boundary}\r\n" +
            "Content-Disposition: form-data; name=\"sdp\"\r\nContent-Type: application/sdp\r\n\r\n" +
            $"{Offer}\r\n" +
            $"--{boundary}\r\n" +
            "Content-Disposition: form-data; name=\"session\"\r\nContent-Type: application/json\r\n\r\n" +
            "{\"type\":\"realtime\"}\r\n" +
            $"--{boundary}--\r\n",
            seen.Text);
        Assert.Equal("Bearer sk-1", seen.Header("Authorization"));
        Assert.Equal("org-1", seen.Header("OpenAI-Organization"));
        Assert.Equal("alice", seen.Header("OpenAI-Safety-Identifier"));
        Assert.Equal("rtc_1", answer.CallId);
    }

    [Fact]
    public async Task A_server_reads_the_multipart_body_as_a_form_with_two_fields()
    {
        // ASP.NET Core's own parser is the judge here.
        IFormCollection? form = null;
        await using WebForm server = await WebForm.StartAsync(f => form = f);
        var options = new OpenAIRealtimeWebRtcOptions { Endpoint = server.Base, ApiKey = "sk-1" };
        await Signaling(options).CallUnifiedAsync(Offer, Encoding.UTF8.GetBytes("{}"), null, _created.Add, default);
        Assert.Equal(Offer, form!["sdp"]);
        Assert.Equal("{}", form["session"]);
        Assert.Empty(form.Files);
    }

    [Fact]
    public async Task The_beta_names_the_model_in_the_query_and_may_have_no_call_id()
    {
        _endpoint.Routes["/v1/realtime"] = c => c.Response.WriteAsync(HttpEndpoint.Answer);
        OpenAIRealtimeWebRtcOptions options = Options();
        options.Dialect = RealtimeDialect.Beta;
        options.ExtraQuery["x"] = "1";
        RealtimeCallAnswer answer = await Signaling(options).CallAsync(Offer, "ek_1", "gpt-4o realtime", _created.Add, default);
        Assert.Equal("?x=1&model=gpt-4o%20realtime", Assert.Single(_endpoint.Requests).Query);
        Assert.Null(answer.CallId);
        Assert.Empty(_created);
    }

    [Fact]
    public async Task A_negotiated_channel_is_announced_and_the_endpoints_own_query_is_kept()
    {
        _endpoint.AnswersCalls();
        OpenAIRealtimeWebRtcOptions options = Options();
        options.Endpoint = new Uri(_endpoint.Base + "/?api-version=1");
        options.NegotiatedChannelId = 5;
        await Signaling(options).CallAsync(Offer, "ek_1", "m", _created.Add, default);
        HttpRequestSeen seen = Assert.Single(_endpoint.Requests);
        Assert.Equal("/v1/realtime/calls", seen.Path);
        Assert.Equal("?api-version=1&dcid=5", seen.Query);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(202)]
    public async Task Any_2xx_is_success(int status)
    {
        _endpoint.Routes["/v1/realtime/calls"] = c => HttpEndpoint.FailAsync(c, status, HttpEndpoint.Answer, "text/plain");
        Assert.Equal(HttpEndpoint.Answer, (await Signaling().CallAsync(Offer, "ek_1", "m", _created.Add, default)).Sdp);
    }

    [Theory]
    [InlineData("""{"client_secret":{"value":"ek_leak_me"},"note":"not sdp"}""", "application/json")]
    [InlineData("", "application/sdp")]
    [InlineData("\r\nv=0\r\n", "application/sdp")]
    public async Task What_is_no_sdp_is_refused_and_quoted_without_keys(string body, string type)
    {
        _endpoint.Routes["/v1/realtime/calls"] = c => HttpEndpoint.FailAsync(c, 201, body, type);
        var e = await CallFails();
        Assert.Equal(RealtimeFailure.AnswerUnusable, e.Failure);
        Assert.Equal(HttpStatusCode.Created, e.HttpStatus);
        Assert.DoesNotContain("leak_me", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_truncated_answer_is_unusable_and_its_call_is_known_all_the_same()
    {
        var headersSeen = new TaskCompletionSource();
        _endpoint.Routes["/v1/realtime/calls"] = async c =>
        {
            c.Response.StatusCode = 201;
            c.Response.ContentLength = 5000;
            c.Response.Headers.Location = "/v1/realtime/calls/rtc_cut";
            await c.Response.WriteAsync("v=0\r\n");
            await c.Response.Body.FlushAsync();
            await headersSeen.Task;
            c.Abort();
        };
        using var http = new HttpClient(new HeadersSeen(201, headersSeen));
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => Signaling(http: http).CallAsync(Offer, "ek_1", "m", _created.Add, default));
        Assert.Equal(RealtimeFailure.AnswerUnusable, e.Failure);
        Assert.Contains("cut off", e.Message, StringComparison.Ordinal);
        Assert.Equal(["rtc_cut"], _created);
    }

    [Theory]
    [InlineData(401, RealtimeFailure.KeyRefused, "ephemeral key")]
    [InlineData(403, RealtimeFailure.KeyRefused, "permissions")]
    [InlineData(404, RealtimeFailure.RequestRejected, "/v1")]
    [InlineData(400, RealtimeFailure.RequestRejected, "configuration")]
    [InlineData(500, RealtimeFailure.RequestRejected, "request id")]
    [InlineData(503, RealtimeFailure.RequestRejected, "request id")]
    public async Task Each_status_says_what_to_do(int status, RealtimeFailure failure, string remedy)
    {
        _endpoint.Routes["/v1/realtime/calls"] = c => HttpEndpoint.FailAsync(c, status, """{"error":{"message":"No.","type":"t","param":null,"code":null}}""");
        var e = await CallFails();
        Assert.Equal(ConnectPhase.Answer, e.Phase);
        Assert.Equal(failure, e.Failure);
        Assert.Equal(status, (int)e.HttpStatus!);
        Assert.Contains(remedy, e.Message, StringComparison.Ordinal);
        Assert.Contains("\"No.\"", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_id_stands_in_the_message_for_whoever_asks_the_support()
    {
        _endpoint.Routes["/v1/realtime/calls"] = c =>
        {
            c.Response.Headers["x-request-id"] = "req_42";
            return HttpEndpoint.FailAsync(c, 500, "{}");
        };
        var e = await CallFails();
        Assert.Equal("req_42", e.RequestId);
        Assert.Contains("(request id req_42)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_without_the_beta_says_how_to_leave_it()
    {
        _endpoint.Routes["/v1/realtime/calls"] = c =>
            HttpEndpoint.FailAsync(c, 400, """{"error":{"message":"gone","type":"invalid_request_error","param":null,"code":"beta_api_shape_disabled"}}""");
        var e = await CallFails();
        Assert.Equal("beta_api_shape_disabled", e.ErrorCode);
        Assert.Contains("Dialect to Ga", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, false)]
    [InlineData(404, false)]
    [InlineData(500, true)]
    public async Task Hanging_up_a_call_that_is_gone_counts_as_hung_up(int status, bool warns)
    {
        _endpoint.Routes["/v1/realtime/calls/rtc_9/hangup"] = c => HttpEndpoint.FailAsync(c, status, "{}");
        await Signaling().HangUpAsync("rtc_9", "ek_1");
        HttpRequestSeen seen = Assert.Single(_endpoint.Requests);
        Assert.Equal("/v1/realtime/calls/rtc_9/hangup", seen.Path);
        Assert.Equal("Bearer ek_1", seen.Header("Authorization"));
        Assert.Equal(warns, _log.GetSnapshot().Any(e => e.Level == LogLevel.Warning));
    }

    [Fact]
    public async Task Hanging_up_at_a_dead_endpoint_does_not_fail()
    {
        var options = new OpenAIRealtimeWebRtcOptions { Endpoint = _endpoint.Base, ApiKey = "sk-1" };
        await _endpoint.DisposeAsync();
        await Signaling(options).HangUpAsync("rtc_9", null);
        Assert.Contains(_log.GetSnapshot(), e => e.Id.Id == 3);
        _endpoint = await HttpEndpoint.StartAsync();
    }

    private OpenAIRealtimeWebRtcOptions Options() => new() { Endpoint = _endpoint.Base };

    private CallSignaling Signaling(OpenAIRealtimeWebRtcOptions? options = null, HttpClient? http = null)
    {
        var logger = new FakeLogger(_log);
        return new CallSignaling(options ?? Options(), new RealtimeHttp(() => http ?? _http, TimeProvider.System, logger), logger);
    }

    private Task<RealtimeConnectException> CallFails() =>
        Assert.ThrowsAsync<RealtimeConnectException>(() => Signaling().CallAsync(Offer, "ek_1", "m", _created.Add, default));
}
