using System.Net;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Http;

public sealed class AuthorizationTests
{
    [Theory]
    [InlineData("/realtime/client_secrets")]
    [InlineData("/realtime/calls")]
    [InlineData("/realtime/calls/rtc_x/hangup")]
    [InlineData("/realtime/sessions")]
    [InlineData("/realtime?model=gpt-x")]
    public async Task Every_route_refuses_a_wrong_key_and_none(string path)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);

        api.Key = "sk-test-of-somebody-else";
        Reply wrong = await api.PostJsonAsync(path, "{}");
        api.Key = null;
        Reply none = await api.PostJsonAsync(path, "{}");

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_api_key"), (wrong.Status, wrong.Code));
        Assert.DoesNotContain("of-somebody-else", wrong.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, none.Status);
        Assert.NotNull(none.RequestId);
    }

    [Fact]
    public async Task The_key_is_accepted_in_the_header_of_Azure_as_well()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);
        api.Key = null;

        Reply reply = await api.SendAsync(HttpMethod.Post, "/realtime/client_secrets", null, ("api-key", endpoint.ApiKey));

        Assert.Equal(HttpStatusCode.OK, reply.Status);
    }

    [Fact]
    public async Task An_ephemeral_key_mints_no_keys()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);
        api.Key = await api.MintAsync();

        Reply reply = await api.PostJsonAsync("/realtime/client_secrets", "{}");

        Assert.Equal(HttpStatusCode.Unauthorized, reply.Status);
    }

    [Fact]
    public async Task Keys_of_one_dialect_are_refused_by_the_other()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);
        string offer = await Api.OfferAsync();
        string ga = await api.MintAsync();
        string beta = (string)(await api.PostJsonAsync("/realtime/sessions", "{}")).Json["client_secret"]!["value"]!;

        api.Key = ga;
        Reply gaToBeta = await api.PostSdpAsync("/realtime?model=gpt-x", offer);
        api.Key = beta;
        Reply betaToGa = await api.PostSdpAsync("/realtime/calls", offer);

        Assert.Equal(HttpStatusCode.Unauthorized, gaToBeta.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, betaToGa.Status);
    }

    [Fact]
    public async Task The_log_of_requests_holds_no_key()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);

        await api.SendAsync(HttpMethod.Post, "/realtime/client_secrets", null, ("api-key", endpoint.ApiKey), ("OpenAI-Safety-Identifier", "abc"));

        RealtimeTestRequest request = Assert.Single(endpoint.Requests);
        Assert.Equal("abc", request.Headers["openai-safety-identifier"]);
        Assert.DoesNotContain(request.Headers, header => header.Value.Contains(endpoint.ApiKey, StringComparison.Ordinal));
    }
}
