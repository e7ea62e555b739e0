using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Http;

public sealed class CallRouteTests
{
    [Fact]
    public async Task Raw_SDP_with_an_ephemeral_key_makes_a_call_with_the_keys_session()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);
        api.Key = await api.MintAsync("""{"session":{"type":"realtime","instructions":"From the key."}}""");

        Reply reply = await api.PostSdpAsync("/realtime/calls", await Api.OfferAsync());

        RealtimeTestCall call = await endpoint.WaitForCallAsync();
        Assert.Equal((HttpStatusCode.Created, "application/sdp"), (reply.Status, reply.ContentType));
        Assert.Equal("/v1/realtime/calls/" + call.Id, reply.Location);
        Assert.StartsWith("rtc_", call.Id, StringComparison.Ordinal);
        Assert.Equal("From the key.", (string?)call.Session["instructions"]);
        Assert.StartsWith("sess_", (string?)call.Session["id"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_answer_is_shaped_like_productions()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);
        api.Key = await api.MintAsync();

        string answer = (await api.PostSdpAsync("/realtime/calls", await Api.OfferAsync())).Body;

        Assert.EndsWith("\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", answer.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        string[] lines = answer.Split("\r\n");
        Assert.Contains("a=ice-lite", lines);
        Assert.Equal(2, lines.Count(l => l == "a=setup:active"));
        Assert.Contains(lines, l => l.StartsWith("a=fingerprint:sha-256 ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("a=candidate:", StringComparison.Ordinal) && l.Contains(" 127.0.0.1 ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.StartsWith("a=extmap:", StringComparison.Ordinal) || l.StartsWith("a=rtcp-fb", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Multipart_with_the_API_key_carries_the_session()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);

        Reply reply = await api.SendAsync(HttpMethod.Post, "/realtime/calls", Api.Multipart(
            ("sdp", "application/sdp", await Api.OfferAsync()),
            ("session", "application/json", """{"type":"realtime","model":"gpt-realtime-2.1","audio":{"input":{"turn_detection":null}}}""")));

        RealtimeTestCall call = await endpoint.WaitForCallAsync();
        Assert.Equal(HttpStatusCode.Created, reply.Status);
        Assert.Null(call.Session["audio"]!["input"]!["turn_detection"]);
    }

    [Theory]
    [InlineData("sdp", "v=0\r\n", "session", "{}", "session.type")]
    [InlineData("sdp", "v=0\r\n", "session", "{", "session")]
    [InlineData("offer", "v=0\r\n", "session", """{"type":"realtime"}""", "sdp")]
    public async Task A_wrong_multipart_body_is_answered_with_the_part_that_is_wrong(string name1, string value1, string name2, string value2, string param)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);

        Reply reply = await api.SendAsync(HttpMethod.Post, "/realtime/calls", Api.Multipart((name1, "application/sdp", value1), (name2, "application/json", value2)));

        Assert.Equal((HttpStatusCode.BadRequest, param), (reply.Status, reply.Param));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n")]
    public async Task An_offer_that_cannot_be_used_is_refused(string offer)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);

        Reply reply = await api.PostSdpAsync("/realtime/calls", offer);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_offer"), (reply.Status, reply.Code));
        Assert.Equal(0, endpoint.OpenCalls);
    }

    [Fact]
    public async Task Other_content_is_refused_with_what_is_accepted()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);

        Reply reply = await api.PostJsonAsync("/realtime/calls", "{}");

        Assert.Equal((HttpStatusCode.BadRequest, "unsupported_content_type"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task The_beta_header_is_refused_as_the_service_refuses_it()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);

        Reply reply = await api.SendAsync(HttpMethod.Post, "/realtime/client_secrets", null, ("OpenAI-Beta", "realtime=v1"));

        Assert.Equal((HttpStatusCode.BadRequest, "beta_api_shape_disabled"), (reply.Status, reply.Code));
    }

    [Theory]
    [InlineData("65535")]
    [InlineData("-1")]
    [InlineData("one")]
    public async Task A_channel_id_that_is_none_is_refused(string dcid)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);

        Reply reply = await api.PostSdpAsync("/realtime/calls?dcid=" + dcid, await Api.OfferAsync());

        Assert.Equal((HttpStatusCode.BadRequest, "dcid"), (reply.Status, reply.Param));
    }

    [Fact]
    public async Task Calls_are_bounded()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new() { MaxCalls = 1 });
        using Api api = Api.For(endpoint);
        string offer = await Api.OfferAsync();

        Reply first = await api.PostSdpAsync("/realtime/calls", offer);
        Reply second = await api.PostSdpAsync("/realtime/calls", offer);

        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.Equal((HttpStatusCode)429, second.Status);
    }

    [Fact]
    public async Task A_call_is_hung_up_by_its_id_and_then_is_not_there_any_more()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);
        await api.PostSdpAsync("/realtime/calls", await Api.OfferAsync());
        RealtimeTestCall call = await endpoint.WaitForCallAsync();

        Reply first = await api.PostAsync($"/realtime/calls/{call.Id}/hangup");
        await call.Completion.WaitAsync(Caller.Patience);
        Reply second = await api.PostAsync($"/realtime/calls/{call.Id}/hangup");

        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal(HttpStatusCode.NotFound, second.Status);
        Assert.Equal("No session found for the provided call_id", (string?)second.Error["message"]);
    }

    [Fact]
    public async Task A_wrong_method_and_a_wrong_path_are_answered_in_the_same_shape()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);

        Reply method = await api.SendAsync(HttpMethod.Get, "/realtime/calls", null);
        Reply path = await api.SendAsync(HttpMethod.Get, "/chat/completions", null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, method.Status);
        Assert.Equal(HttpStatusCode.NotFound, path.Status);
        Assert.NotNull(method.RequestId);
        Assert.NotNull(path.RequestId);
        Assert.Equal("invalid_request_error", (string?)path.Error["type"]);
    }

    [Fact]
    public async Task The_endpoint_can_be_part_of_an_application()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication application = builder.Build();
        RealtimeTestEndpoint endpoint = application.MapRealtimeTestEndpoint("/fake/v1");
        await application.StartAsync();
        using var api = new Api(new Uri(application.Urls.Single() + "/fake/v1"), endpoint.ApiKey);

        Reply reply = await api.PostSdpAsync("/realtime/calls", await Api.OfferAsync());

        RealtimeTestCall call = await endpoint.WaitForCallAsync();
        Assert.Equal("/fake/v1/realtime/calls/" + call.Id, reply.Location);
        Assert.Throws<InvalidOperationException>(() => endpoint.BaseAddress);
        await application.StopAsync();
        await call.Completion.WaitAsync(Caller.Patience);
    }
}
