using System.Text.Json;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Session;

/// <summary>Sessions that a host creates for pages.</summary>
public sealed class PageTests : LiveHarness
{
    private const string Offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n";

    [Fact]
    public async Task The_service_gets_the_pages_offer_byte_for_byte_and_the_hosts_configuration()
    {
        Options.SafetyIdentifier = "hash";
        LiveSessionReply reply = await Client().CreateForPageAsync(Offer, new LiveSessionConfig
        {
            Instructions = "Be brief.",
            Client = new LiveClientConfig { DataChannel = new LiveDataChannelConfig { AllowedClientEvents = new LiveAllowedClientEvents("session.close") } },
        }).Within();
        Assert.Equal(("live_1", HttpEndpoint.Answer, "webrtc"), (reply.Session.Id, reply.Transport!.Sdp, reply.Transport.Type));

        using JsonDocument posted = JsonDocument.Parse(Endpoint.Requests.Single().Body);
        JsonElement session = posted.RootElement.GetProperty("session");
        Assert.Equal(Offer, posted.RootElement.GetProperty("transport").GetProperty("sdp").GetString());
        Assert.Equal(("Be brief.", "gpt-live-1", "hash"), (session.GetProperty("instructions").GetString(), session.GetProperty("model").GetString(), session.GetProperty("safety_identifier").GetString()));
        Assert.Equal("session.close", session.GetProperty("client").GetProperty("data_channel").GetProperty("allowed_client_events")[0].GetString());
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(404, true)]     // it has ended already
    [InlineData(409, false)]
    public async Task A_session_whose_page_never_got_the_answer_can_be_ended(int status, bool isEnded)
    {
        Endpoint.Routes[$"{Path}/live_1/hangup"] = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        Task ending = Client().HangUpAsync("live_1");
        if (isEnded)
            await ending.Within();
        else
            Assert.Equal((RealtimeCallOperation.HangUp, "live_1"), (await Assert.ThrowsAsync<RealtimeCallException>(() => ending.Within())) is { } e ? (e.Operation, e.CallId) : default);
        Assert.Equal("Bearer sk-test-api-key", Assert.Single(Endpoint.Requests).Header("Authorization"));
        await Assert.ThrowsAsync<ArgumentException>(() => Client().HangUpAsync(".."));
    }

    [Fact]
    public async Task A_refusal_names_its_three_causes_and_nothing_is_asked_twice()
    {
        Endpoint.Routes[Path] = context =>
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        };
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => Client().CreateForPageAsync(Offer).Within());
        Assert.Equal(RealtimeFailure.KeyRefused, e.Failure);
        Assert.Contains("three known causes", e.Message, StringComparison.Ordinal);
        Assert.Single(Endpoint.Requests);
        await Assert.ThrowsAsync<ArgumentException>(() => Client().CreateForPageAsync(""));
    }
}
