using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Http;

public sealed class BetaRouteTests
{
    [Fact]
    public async Task A_beta_key_comes_inside_the_flat_session_and_lives_60_seconds()
    {
        var clock = new FakeTimeProvider();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new() { TimeProvider = clock });
        using Api api = Api.For(endpoint);
        string offer = await Api.OfferAsync();

        Reply reply = await api.PostJsonAsync("/realtime/sessions", """{"model":"gpt-4o-realtime-preview","voice":"verse","modalities":["audio","text"]}""");
        JsonNode secret = reply.Json["client_secret"]!;
        api.Key = (string)secret["value"]!;
        Reply call = await api.PostSdpAsync("/realtime?model=gpt-4o-realtime-preview", offer);
        clock.Advance(TimeSpan.FromSeconds(61));
        Reply late = await api.PostSdpAsync("/realtime?model=gpt-4o-realtime-preview", offer);

        Assert.Equal("realtime.session", (string?)reply.Json["object"]);
        Assert.Equal("verse", (string?)reply.Json["voice"]);
        Assert.StartsWith("ek_", api.Key, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, call.Status);
        Assert.True((await endpoint.WaitForCallAsync()).IsBeta);
        Assert.Equal(HttpStatusCode.Unauthorized, late.Status);
    }

    [Fact]
    public async Task A_GA_field_is_unknown_to_the_beta()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);

        Reply reply = await api.PostJsonAsync("/realtime/sessions", """{"type":"realtime"}""");

        Assert.Equal((HttpStatusCode.BadRequest, "unknown_parameter", "type"), (reply.Status, reply.Code, reply.Param));
    }
}
