using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Http;

public sealed class ClientSecretTests
{
    private const string Path = "/realtime/client_secrets";

    [Fact]
    public async Task A_key_comes_with_its_expiry_and_the_effective_session()
    {
        var clock = new FakeTimeProvider();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new() { TimeProvider = clock });
        using Api api = Api.For(endpoint);

        Reply reply = await api.PostJsonAsync(Path, """{"session":{"type":"realtime","model":"gpt-x","instructions":"Be brief.","audio":{"output":{"voice":"cedar"}}}}""");

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.StartsWith("ek_", (string)reply.Json["value"]!, StringComparison.Ordinal);
        Assert.Equal(clock.GetUtcNow().ToUnixTimeSeconds() + 600, (long)reply.Json["expires_at"]!);
        JsonNode session = reply.Json["session"]!;
        Assert.Equal("gpt-x", (string?)session["model"]);
        Assert.Equal("Be brief.", (string?)session["instructions"]);
        Assert.Equal("cedar", (string?)session["audio"]!["output"]!["voice"]);
        Assert.Equal("server_vad", (string?)session["audio"]!["input"]!["turn_detection"]!["type"]);
        Assert.Equal(1, endpoint.KeysMinted);
    }

    [Fact]
    public async Task An_empty_body_gives_a_key_with_all_defaults()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);

        Reply reply = await api.PostAsync(Path);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("realtime", (string?)reply.Json["session"]!["type"]);
    }

    [Fact]
    public async Task A_key_is_refused_once_it_has_expired()
    {
        var clock = new FakeTimeProvider();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new() { TimeProvider = clock });
        using Api api = Api.For(endpoint);
        string offer = await Api.OfferAsync();
        api.Key = await api.MintAsync("""{"expires_after":{"anchor":"created_at","seconds":30}}""");

        clock.Advance(TimeSpan.FromSeconds(29));
        Reply inTime = await api.PostSdpAsync("/realtime/calls", offer);
        clock.Advance(TimeSpan.FromSeconds(1));
        Reply late = await api.PostSdpAsync("/realtime/calls", offer);

        Assert.Equal(HttpStatusCode.Created, inTime.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, late.Status);
        Assert.Equal("token_expired", late.Code);
    }

    [Theory]
    [InlineData("""{"expires_after":{"seconds":5}}""", "expires_after.seconds", "decimal_below_min_value")]
    [InlineData("""{"expires_after":{"seconds":7201}}""", "expires_after.seconds", "decimal_above_max_value")]
    [InlineData("""{"expires_after":{"anchor":"last_used"}}""", "expires_after.anchor", "invalid_value")]
    [InlineData("""{"expires_after":3}""", "expires_after", "invalid_type")]
    [InlineData("""{"sesion":{}}""", "sesion", "unknown_parameter")]
    [InlineData("""{"session":{"model":"gpt-x"}}""", "session.type", "missing_required_parameter")]
    [InlineData("""{"session":{"type":"realtime","modalities":["audio"]}}""", "session.modalities", "unknown_parameter")]
    [InlineData("""{"session":{"type":"realtime","audio":{"output":{"speed":9}}}}""", "session.audio.output.speed", "decimal_above_max_value")]
    [InlineData("""{"session":{"type":"realtime","output_modalities":["audio","text"]}}""", "session.output_modalities", "invalid_value")]
    public async Task A_wrong_body_is_answered_with_the_field_that_is_wrong(string body, string param, string code)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);

        Reply reply = await api.PostJsonAsync(Path, body);

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal((param, code), (reply.Param, reply.Code));
        Assert.Equal("invalid_request_error", (string?)reply.Error["type"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"session\":{\"type\":\"\\ud800\"}}")]
    public async Task What_is_no_JSON_object_is_answered_with_an_error(string body)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);

        Reply reply = await api.PostJsonAsync(Path, body);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_json"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new() { MaxBodySize = 2_000 });
        using Api api = Api.For(endpoint);

        Reply reply = await api.PostJsonAsync(Path, $$$"""{"session":{"type":"realtime","instructions":"{{{new string('x', 2_000)}}}"}}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, reply.Status);
    }

    [Fact]
    public async Task Keys_are_bounded_and_expired_ones_make_room()
    {
        var clock = new FakeTimeProvider();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new() { MaxKeys = 2, TimeProvider = clock });
        using Api api = Api.For(endpoint);
        await api.MintAsync();
        await api.MintAsync();

        Reply full = await api.PostJsonAsync(Path, "{}");
        clock.Advance(TimeSpan.FromMinutes(11));
        Reply later = await api.PostJsonAsync(Path, "{}");

        Assert.Equal((HttpStatusCode)429, full.Status);
        Assert.Equal(HttpStatusCode.OK, later.Status);
    }
}
