using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Keys;

public sealed class KeyProviderTests : IAsyncLifetime, IDisposable
{
    private const string ApiKey = "sk-secret-api-key-0123456789";

    private readonly HttpClient _http = new(RealtimeWebRtcClient.CreateHandler());
    private HttpEndpoint _endpoint = null!;

    public async Task InitializeAsync() => _endpoint = await HttpEndpoint.StartAsync();

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Minting_posts_session_lifetime_and_safety_identifier_with_the_api_key()
    {
        _endpoint.MintsKeys();
        OpenAIRealtimeWebRtcOptions options = Options();
        options.KeyLifetime = TimeSpan.FromSeconds(90);
        options.Organization = "org-1";
        options.Project = "proj-1";
        options.ExtraQuery["api-version"] = "2026 01";
        EphemeralKey key = await new OpenAIEphemeralKeyProvider(options, _http).GetKeyAsync(Request("alice-hash"));

        HttpRequestSeen seen = Assert.Single(_endpoint.Requests);
        Assert.Equal("/v1/realtime/client_secrets", seen.Path);
        Assert.Equal("?api-version=2026%2001", seen.Query);
        Assert.Equal("Bearer " + ApiKey, seen.Header("Authorization"));
        Assert.Equal("application/json", seen.Header("Content-Type"));
        Assert.Equal("org-1", seen.Header("OpenAI-Organization"));
        Assert.Equal("proj-1", seen.Header("OpenAI-Project"));
        Assert.Equal("alice-hash", seen.Header("OpenAI-Safety-Identifier"));
        Assert.Null(seen.Header("OpenAI-Beta"));
        Assert.StartsWith("OpenAI.Realtime.WebRtc/", seen.Header("User-Agent"), StringComparison.Ordinal);
        Assert.Equal("""{"expires_after":{"anchor":"created_at","seconds":90},"session":{"type":"realtime","model":"m"}}""", seen.Text);
        Assert.Equal("ek_test_1", key.Value);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(4102444800), key.ExpiresAt);
        Assert.True(key.CarriesSession);
    }

    [Theory]
    [InlineData("retry-after-ms", "1500", 1.5)]
    [InlineData("Retry-After", "0.25", 0.25)]
    [InlineData("Retry-After", "7", 7)]
    [InlineData("Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT", 0)]
    public async Task How_long_to_wait_is_read_in_every_form_that_services_send(string header, string value, double seconds)
    {
        _endpoint.Routes["/session"] = c =>
        {
            c.Response.Headers[header] = value;
            return HttpEndpoint.FailAsync(c, 429, "{}");
        };
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(
            () => new ServerEphemeralKeyProvider(new Uri(_endpoint.Base, "/session"), _http).GetKeyAsync(Request()).AsTask());
        Assert.Equal(TimeSpan.FromSeconds(seconds), e.RetryAfter);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(500)]
    [InlineData(418)]
    public async Task A_server_of_ones_own_that_fails_is_not_given_the_services_advice(int status)
    {
        _endpoint.Routes["/session"] = c => HttpEndpoint.FailAsync(c, status, "<html>");
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(
            () => new ServerEphemeralKeyProvider(new Uri(_endpoint.Base, "/session"), _http).GetKeyAsync(Request()).AsTask());
        Assert.StartsWith("Your key server answered", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("Check KeyUrl and your server's log: it is sent a POST and must answer {\"value\":\"ek_…\"}.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_api_key_travels_in_the_header_that_azure_wants()
    {
        _endpoint.MintsKeys();
        OpenAIRealtimeWebRtcOptions options = Options();
        options.ApiKeyHeader = ApiKeyHeader.ApiKey;
        await new OpenAIEphemeralKeyProvider(options, _http).GetKeyAsync(Request());
        HttpRequestSeen seen = Assert.Single(_endpoint.Requests);
        Assert.Equal(ApiKey, seen.Header("api-key"));
        Assert.Null(seen.Header("Authorization"));
    }

    [Fact]
    public async Task The_beta_is_minted_at_sessions_with_the_flat_configuration_and_does_not_carry_it()
    {
        _endpoint.Routes["/v1/realtime/sessions"] = c => c.Response.WriteAsync(
            """{"id":"sess_1","object":"realtime.session","client_secret":{"value":"ek_beta","expires_at":1734673378},"tools":[]}""");
        EphemeralKey key = await new OpenAIEphemeralKeyProvider(Options(), _http).GetKeyAsync(new EphemeralKeyRequest
        {
            Dialect = RealtimeDialect.Beta,
            Session = Encoding.UTF8.GetBytes("""{"model":"m","voice":"shimmer"}"""),
        });
        Assert.Equal("""{"model":"m","voice":"shimmer"}""", Assert.Single(_endpoint.Requests).Text);
        Assert.Equal("ek_beta", key.Value);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1734673378), key.ExpiresAt);
        Assert.False(key.CarriesSession);
    }

    [Theory]
    [InlineData("""{"value":"ek_a","expires_at":4102444800}""", "ek_a", true)]
    [InlineData("""{"client_secret":{"value":"ek_b","expires_at":4102444800.5}}""", "ek_b", true)]
    [InlineData("""{"session":{},"value":"ek_c","expires_at":0}""", "ek_c", false)]
    [InlineData("""{"value":"ek_d","expires_at":"tomorrow"}""", "ek_d", false)]
    [InlineData("""{"value":"ek_e"}""", "ek_e", false)]
    [InlineData("""{"value":"ek_f\r\n"}""", "ek_f", false)]
    [InlineData("""{"client_secret":{"value":" ek_g "}}""", "ek_g", false)]
    public async Task Ones_own_server_may_answer_in_either_shape(string reply, string value, bool expires)
    {
        _endpoint.Routes["/session"] = c => c.Response.WriteAsync(reply);
        EphemeralKey key = await new ServerEphemeralKeyProvider(new Uri(_endpoint.Base, "/session"), _http).GetKeyAsync(Request());
        Assert.Equal(value, key.Value);
        Assert.Equal(expires, key.ExpiresAt is not null);
        Assert.False(key.CarriesSession);

        HttpRequestSeen seen = Assert.Single(_endpoint.Requests);
        Assert.Empty(seen.Body);
        Assert.Equal("0", seen.Header("Content-Length"));
        Assert.Null(seen.Header("Authorization"));
    }

    [Theory]
    [InlineData("""{"client_secret":"ek_sneaky"}""")]
    [InlineData("""{"value":""}""")]
    [InlineData("""{"value":42}""")]
    [InlineData("""["ek_sneaky"]""")]
    [InlineData("ek_sneaky")]
    [InlineData("")]
    [InlineData("""{"value":"ek_sneaky\r\nX-Injected: 1"}""")]
    [InlineData("""{"value":"ek_sneaky\ud800"}""")]
    public async Task A_reply_without_a_usable_key_is_named_and_never_quoted(string reply)
    {
        _endpoint.Routes["/session"] = c => c.Response.WriteAsync(reply);
        var provider = new ServerEphemeralKeyProvider(new Uri(_endpoint.Base, "/session"), _http);
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => provider.GetKeyAsync(Request()).AsTask());
        Assert.Equal(ConnectPhase.Key, e.Phase);
        Assert.Equal(RealtimeFailure.KeyUnusable, e.Failure);
        Assert.Equal(HttpStatusCode.OK, e.HttpStatus);
        Assert.DoesNotContain("sneaky", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_api_key_is_told_apart_with_all_that_the_service_said()
    {
        _endpoint.Routes["/v1/realtime/client_secrets"] = c =>
        {
            c.Response.Headers["x-request-id"] = "req_123";
            return HttpEndpoint.FailAsync(c, 401, """{"error":{"message":"Incorrect API key provided: sk-secre*************6789.","type":"invalid_request_error","param":"key","code":"invalid_api_key"}}""");
        };
        var e = await MintFails();
        Assert.Equal(RealtimeFailure.KeyRefused, e.Failure);
        Assert.Equal(HttpStatusCode.Unauthorized, e.HttpStatus);
        Assert.Equal("invalid_api_key", e.ErrorCode);
        Assert.Equal("invalid_request_error", e.ErrorType);
        Assert.Equal("key", e.Param);
        Assert.Equal("req_123", e.RequestId);
        Assert.Contains("set ApiKey", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secre", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_requests_carries_retry_after()
    {
        _endpoint.Routes["/v1/realtime/client_secrets"] = c =>
        {
            c.Response.Headers.RetryAfter = "17";
            return HttpEndpoint.FailAsync(c, 429, """{"error":{"message":"Slow down.","type":"requests","param":null,"code":"rate_limit_exceeded"}}""");
        };
        var e = await MintFails();
        Assert.Equal(RealtimeFailure.RequestRejected, e.Failure);
        Assert.Equal(TimeSpan.FromSeconds(17), e.RetryAfter);
        Assert.Contains("17 s", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-3")]
    [InlineData("1e400")]
    [InlineData("-Infinity")]
    [InlineData("NaN")]
    [InlineData("999999999999")]
    [InlineData("soon")]
    public async Task A_time_to_wait_that_is_none_is_left_out(string value)
    {
        _endpoint.Routes["/v1/realtime/client_secrets"] = c =>
        {
            c.Response.Headers["Retry-After"] = value;
            return HttpEndpoint.FailAsync(c, 429, "{}");
        };
        Assert.Null((await MintFails()).RetryAfter);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_body_compressed_though_nobody_asked_is_read(string encoding)
    {
        _endpoint.Routes["/v1/realtime/client_secrets"] = async c =>
        {
            c.Response.StatusCode = 400;
            c.Response.Headers.ContentEncoding = encoding;
            byte[] body = """{"error":{"message":"The model is asleep.","code":"asleep"}}"""u8.ToArray();
            using Stream compressed = encoding switch
            {
                "gzip" => new GZipStream(c.Response.Body, CompressionLevel.Fastest, leaveOpen: true),
                "deflate" => new ZLibStream(c.Response.Body, CompressionLevel.Fastest, leaveOpen: true),
                _ => new BrotliStream(c.Response.Body, CompressionLevel.Fastest, leaveOpen: true),
            };
            await compressed.WriteAsync(body);
            await compressed.DisposeAsync();
        };
        RealtimeConnectException e = await MintFails();
        Assert.Equal("asleep", e.ErrorCode);
        Assert.Contains("The model is asleep.", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_body_that_only_says_it_is_compressed_is_told_as_that(string encoding)
    {
        _endpoint.Routes["/v1/realtime/client_secrets"] = c =>
        {
            c.Response.Headers.ContentEncoding = encoding;
            return c.Response.WriteAsync("{\"value\":\"ek_1\"}");
        };
        RealtimeConnectException e = await MintFails();
        Assert.Equal(RealtimeFailure.KeyUnusable, e.Failure);
        Assert.Contains(encoding, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_body_that_grows_without_end_when_it_is_decompressed_is_given_up_at_the_bound()
    {
        _endpoint.Routes["/v1/realtime/client_secrets"] = async c =>
        {
            c.Response.Headers.ContentEncoding = "gzip";
            await using var compressed = new GZipStream(c.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
            await compressed.WriteAsync(new byte[64 * 1024 * 1024]);
        };
        Assert.Contains("more than", (await MintFails()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"value\":\"ek_1\\n\"}")]
    [InlineData("{\"client_secret\":{\"value\":\" ek_1\\r\\n\"}}")]
    public async Task A_key_reply_with_a_line_end_behind_the_key_is_taken(string reply)
    {
        _endpoint.Routes["/v1/realtime/client_secrets"] = c => c.Response.WriteAsync(reply);
        Assert.Equal("ek_1", (await new OpenAIEphemeralKeyProvider(Options(), _http).GetKeyAsync(Request())).Value);
    }

    [Fact]
    public async Task A_page_of_html_from_a_proxy_is_quoted_shortly()
    {
        _endpoint.Routes["/v1/realtime/client_secrets"] = c =>
            HttpEndpoint.FailAsync(c, 502, "<html>\r\n<h1>Bad \"gateway\"</h1> Bearer abc.def " + new string('x', 100_000), "text/html");
        var e = await MintFails();
        Assert.Equal(RealtimeFailure.RequestRejected, e.Failure);
        Assert.Equal(HttpStatusCode.BadGateway, e.HttpStatus);
        Assert.Contains("<html> <h1>Bad 'gateway'", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("abc.def", e.Message, StringComparison.Ordinal);
        Assert.InRange(e.Message.Length, 1, 600);
        Assert.Null(e.ErrorCode);
    }

    [Fact]
    public async Task A_redirect_that_keeps_the_post_is_followed_on_the_same_origin()
    {
        _endpoint.MintsKeys();
        _endpoint.Routes["/old/realtime/client_secrets"] = c =>
        {
            c.Response.StatusCode = 307;
            c.Response.Headers.Location = "/v1/realtime/client_secrets";
            return Task.CompletedTask;
        };
        OpenAIRealtimeWebRtcOptions options = Options();
        options.Endpoint = new Uri(_endpoint.Base, "/old");
        Assert.Equal("ek_test_1", (await new OpenAIEphemeralKeyProvider(options, _http).GetKeyAsync(Request())).Value);
        Assert.Equal("Bearer " + ApiKey, _endpoint.Requests.Last().Header("Authorization"));
        Assert.Equal(_endpoint.Requests.First().Text, _endpoint.Requests.Last().Text);
    }

    [Theory]
    [InlineData(302, "same")]
    [InlineData(303, "same")]
    [InlineData(307, "other")]
    [InlineData(308, "loop")]
    [InlineData(308, "nowhere")]
    public async Task No_key_follows_a_redirect_that_loops_changes_the_method_or_leaves_the_origin(int status, string target)
    {
        await using HttpEndpoint other = await HttpEndpoint.StartAsync();
        other.MintsKeys();
        _endpoint.Routes["/v1/realtime/client_secrets"] = c =>
        {
            c.Response.StatusCode = status;
            c.Response.Headers.Location = target switch
            {
                "same" => "/elsewhere",
                "other" => new Uri(other.Base, "/v1/realtime/client_secrets").ToString(),
                "loop" => "/v1/realtime/client_secrets",
                _ => default,
            };
            return Task.CompletedTask;
        };
        var e = await MintFails();
        Assert.Equal(RealtimeFailure.RequestRejected, e.Failure);
        Assert.Equal(status, (int)e.HttpStatus!);
        Assert.Empty(other.Requests);
        Assert.InRange(_endpoint.Requests.Count, 1, 4);
    }

    [Fact]
    public async Task An_endless_reply_is_refused_at_the_named_bound()
    {
        _endpoint.Routes["/v1/realtime/client_secrets"] = async c =>
        {
            byte[] part = new byte[64 * 1024];
            for (int i = 0; i < 64 && !c.RequestAborted.IsCancellationRequested; i++)
                await c.Response.Body.WriteAsync(part);
        };
        var e = await MintFails();
        Assert.Equal(RealtimeFailure.KeyUnusable, e.Failure);
        Assert.Contains("more than", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_that_is_cut_off_is_named()
    {
        var headersSeen = new TaskCompletionSource();
        _endpoint.Routes["/v1/realtime/client_secrets"] = async c =>
        {
            c.Response.ContentLength = 1000;
            await c.Response.WriteAsync("""{"value":"ek_half""");
            await c.Response.Body.FlushAsync();
            await headersSeen.Task;
            c.Abort();
        };
        using var http = new HttpClient(new HeadersSeen(200, headersSeen));
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => new OpenAIEphemeralKeyProvider(Options(), http).GetKeyAsync(Request()).AsTask());
        Assert.Equal(RealtimeFailure.KeyUnusable, e.Failure);
        Assert.DoesNotContain("ek_half", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_endpoint_is_named_with_its_address()
    {
        Uri dead = _endpoint.Base;
        await _endpoint.DisposeAsync();
        OpenAIRealtimeWebRtcOptions options = Options();
        options.Endpoint = dead;
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => new OpenAIEphemeralKeyProvider(options, _http).GetKeyAsync(Request()).AsTask());
        Assert.Equal(RealtimeFailure.EndpointUnreachable, e.Failure);
        Assert.Contains(dead.Authority, e.Message, StringComparison.Ordinal);
        _endpoint = await HttpEndpoint.StartAsync();
    }

    [Fact]
    public async Task A_silent_endpoint_is_given_up_after_the_key_timeout()
    {
        var clock = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        var aborted = new TaskCompletionSource();
        _endpoint.Routes["/v1/realtime/client_secrets"] = c => Hang(c, asked, aborted);
        Task<EphemeralKey> minting = new OpenAIEphemeralKeyProvider(Options(), _http, clock).GetKeyAsync(Request()).AsTask();
        await asked.Task.Within();
        clock.Advance(TimeSpan.FromSeconds(15));
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => minting.Within());
        Assert.Equal(RealtimeFailure.EndpointUnreachable, e.Failure);
        Assert.Contains("KeyTimeout", e.Message, StringComparison.Ordinal);
        await aborted.Task.Within();
    }

    [Fact]
    public async Task Cancelling_ends_the_request_at_once()
    {
        var asked = new TaskCompletionSource();
        var aborted = new TaskCompletionSource();
        _endpoint.Routes["/v1/realtime/client_secrets"] = c => Hang(c, asked, aborted);
        using var cancel = new CancellationTokenSource();
        Task<EphemeralKey> minting = new OpenAIEphemeralKeyProvider(Options(), _http).GetKeyAsync(Request(), cancel.Token).AsTask();
        await asked.Task.Within();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => minting.Within());
        await aborted.Task.Within();
    }

    [Fact]
    public void A_key_shows_itself_nowhere_but_in_its_value()
    {
        var key = new EphemeralKey("ek_secret", DateTimeOffset.UnixEpoch);
        Assert.DoesNotContain("secret", key.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", $"{new EphemeralKeyRequest { Refused = key }}", StringComparison.Ordinal);
        var bad = Assert.Throws<ArgumentException>(() => new EphemeralKey("ek_secret\n"));
        Assert.DoesNotContain("secret", bad.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"b":1,"a":[true,null,{"z":1.50,"y":"\u00e9"}]}""", """{"a":[true,null,{"y":"é","z":1.50}],"b":1}""")]
    [InlineData("", "")]
    [InlineData("not json", "not json")]
    [InlineData("""{ "half of a pair":"\ud800"}""", """{ "half of a pair":"\ud800"}""")]
    public void Canonical_json_sorts_members_and_keeps_values(string json, string canonical)
    {
        byte[] bytes = CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json));
        if (canonical.StartsWith("{\"", StringComparison.Ordinal))
            Assert.Equal(JsonSerializer.Serialize(JsonElement.Parse(canonical)), JsonSerializer.Serialize(JsonElement.Parse(bytes)));
        else
            Assert.Equal(canonical, Encoding.UTF8.GetString(bytes));
        Assert.Equal(bytes, CanonicalJson.Canonicalize(bytes));
    }

    private OpenAIRealtimeWebRtcOptions Options() => new() { Endpoint = _endpoint.Base, ApiKey = ApiKey };

    private static EphemeralKeyRequest Request(string? safetyIdentifier = null) => new()
    {
        Session = Encoding.UTF8.GetBytes("""{"type":"realtime","model":"m"}"""),
        SafetyIdentifier = safetyIdentifier,
    };

    private async Task<RealtimeConnectException> MintFails()
    {
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => new OpenAIEphemeralKeyProvider(Options(), _http).GetKeyAsync(Request()).AsTask());
        Assert.Equal(ConnectPhase.Key, e.Phase);
        Assert.DoesNotContain(ApiKey, e.ToString(), StringComparison.Ordinal);
        return e;
    }

    private static async Task Hang(HttpContext context, TaskCompletionSource asked, TaskCompletionSource aborted)
    {
        asked.TrySetResult();
        var gone = new TaskCompletionSource();
        using CancellationTokenRegistration registration = context.RequestAborted.Register(() => gone.TrySetResult());
        await gone.Task;
        aborted.TrySetResult();
    }
}
