using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Sideband;

/// <summary>What the service tells a host of Live sessions by itself: on Kestrel, by the route of the ASP.NET package, with the endpoint of the Testing package as the service.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<LiveWebhook?> _told = Channel.CreateUnbounded<LiveWebhook?>();
    private RealtimeTestEndpoint _endpoint = null!;
    private WebApplication _host = null!;
    private Uri _url = null!;

    public async Task InitializeAsync()
    {
        _endpoint = await RealtimeTestEndpoint.StartAsync();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddOpenAIRealtimeWebRtc(options => options.ApiKey = "sk-1");
        builder.Services.AddRealtimeEndpoints();
        _host = builder.Build();
        _host.MapRealtimeWebhooks("/webhooks", options =>
        {
            options.Secrets.Add(Secret);
            options.OnOther = (webhook, _) =>
            {
                LiveWebhook.TryRead(webhook.Utf8Json.Span, out LiveWebhook? live);
                _told.Writer.TryWrite(live);
                return ValueTask.CompletedTask;
            };
        });
        await _host.StartAsync();
        _url = new Uri(_host.Urls.First() + "/webhooks");
    }

    public async Task DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_session_that_has_come_to_be_is_told_of_and_the_host_attaches_to_it()
    {
        _endpoint.LiveScript.ConnectedWebhook = _ => new RealtimeTestWebhook(_url, Secret);
        using var client = new LiveWebRtcClient(new OpenAILiveWebRtcOptions { Endpoint = _endpoint.BaseAddress, ApiKey = _endpoint.ApiKey, CommandTimeout = Patience, CloseTimeout = Patience });
        await using LiveWebRtcSession page = await client.ConnectAsync().WaitAsync(Patience);
        LiveTransportConnected connected = Assert.IsType<LiveTransportConnected>(await _told.Reader.ReadAsync().AsTask().WaitAsync(Patience));
        Assert.Equal((page.SessionId, "webrtc", "live.transport.connected"), (connected.SessionId, connected.Data.Type, connected.Type));
        Assert.NotNull(connected.CreatedAt);
        await using LiveSideband host = await client.AttachAsync(connected.SessionId).WaitAsync(Patience);
        await host.AppendThinkingAsync("The host is here.").WaitAsync(Patience);
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        Assert.Equal(HttpStatusCode.OK, await atService.SendConnectedAsync(new RealtimeTestWebhook(_url, Secret)));
    }

    [Fact]
    public async Task Somebody_who_calls_is_told_of()
    {
        Assert.Equal(HttpStatusCode.OK, await _endpoint.SendLiveIncomingAsync(new RealtimeTestWebhook(_url, Secret), [("From", "<sip:+15550100@example.com>")]));
        LiveTransportIncoming incoming = Assert.IsType<LiveTransportIncoming>(await _told.Reader.ReadAsync().AsTask().WaitAsync(Patience));
        Assert.StartsWith("live_", incoming.SessionId, StringComparison.Ordinal);
        Assert.Equal(("sip", "From", "<sip:+15550100@example.com>", "srtp"), (incoming.Data.Type, incoming.Data.SipHeaders[0].Name, incoming.Data.SipHeaders[0].Value, incoming.Data.SipMediaSecurity?.Value));
    }

    [Theory]
    [InlineData(RealtimeTestWebhookFlaw.WrongSecret)]
    [InlineData(RealtimeTestWebhookFlaw.ChangedBody)]
    [InlineData(RealtimeTestWebhookFlaw.ChangedId)]
    [InlineData(RealtimeTestWebhookFlaw.ChangedTime)]
    [InlineData(RealtimeTestWebhookFlaw.NoSignature)]
    [InlineData(RealtimeTestWebhookFlaw.TooOld)]
    [InlineData(RealtimeTestWebhookFlaw.FromTheFuture)]
    public async Task A_forged_one_reaches_nobody(RealtimeTestWebhookFlaw flaw)
    {
        var forged = new RealtimeTestWebhook(_url, Secret) { Flaw = flaw };
        Assert.Equal(HttpStatusCode.BadRequest, await _endpoint.SendLiveIncomingAsync(forged));
        Assert.Equal(HttpStatusCode.BadRequest, await _endpoint.SendWebhookAsync(forged, """{"type":"live.transport.connected","data":{"session_id":"live_1","type":"webrtc"}}"""));
        Assert.Equal(HttpStatusCode.OK, await _endpoint.SendLiveIncomingAsync(new RealtimeTestWebhook(_url, Secret)));
        Assert.NotNull(await _told.Reader.ReadAsync().AsTask().WaitAsync(Patience));
        Assert.False(_told.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Two_who_call_are_told_of_by_two_webhooks_though_the_test_has_made_one()
    {
        var webhook = new RealtimeTestWebhook(_url, Secret);
        Assert.Equal(HttpStatusCode.OK, await _endpoint.SendLiveIncomingAsync(webhook));
        Assert.Equal(HttpStatusCode.OK, await _endpoint.SendLiveIncomingAsync(webhook));
        string[] callers = [(await NextAsync()).SessionId, (await NextAsync()).SessionId];
        Assert.NotEqual(callers[0], callers[1]);

        async Task<LiveTransportIncoming> NextAsync() => Assert.IsType<LiveTransportIncoming>(await _told.Reader.ReadAsync().AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task One_that_comes_twice_is_told_once()
    {
        var webhook = new RealtimeTestWebhook(_url, Secret) { Id = "wh_twice" };
        Assert.Equal(HttpStatusCode.OK, await _endpoint.SendLiveIncomingAsync(webhook));
        Assert.Equal(HttpStatusCode.OK, await _endpoint.SendLiveIncomingAsync(webhook));
        Assert.NotNull(await _told.Reader.ReadAsync().AsTask().WaitAsync(Patience));
        Assert.False(_told.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData("""{"id":"evt_1","object":"event","created_at":1790000000,"type":"live.transport.connected","data":{"session_id":"live_1","type":"webrtc","new":1},"later":true}""", typeof(LiveTransportConnected))]
    [InlineData("""{"id":"evt_1","type":"live.transport.incoming","data":{"session_id":"live_1","sip_headers":[{"name":"From","value":"x"}],"type":"sip","sip_media_security":"rtp"}}""", typeof(LiveTransportIncoming))]
    [InlineData("""{"data":{"session_id":"live_1","sip_headers":[]},"type":"live.call.incoming"}""", typeof(LiveTransportIncoming))]
    public void Each_kind_is_read_and_written_with_what_it_does_not_know(string json, Type type)
    {
        Assert.True(LiveWebhook.TryRead(System.Text.Encoding.UTF8.GetBytes(json), out LiveWebhook? read));
        Assert.IsType(type, read);
        Assert.Equal("live_1", read.SessionId);
        Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(System.Text.Json.Nodes.JsonNode.Parse(json), System.Text.Json.Nodes.JsonNode.Parse(read.ToUtf8Json())));
        Assert.Contains("live_1", read.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":5}""")]
    [InlineData("""{"type":"realtime.call.incoming","data":{"call_id":"rtc_1"}}""")]
    [InlineData("""{"type":"live.transport.connected"}""")]
    [InlineData("""{"type":"live.transport.connected","data":{"type":"webrtc"}}""")]
    [InlineData("""{"type":"live.transport.connected","data":{"session_id":null}}""")]
    [InlineData("""{"type":"live.transport.incoming","data":[]}""")]
    [InlineData("{\"type\":\"\\ud800\"}")]
    public void What_is_none_is_not_read_and_throws_nothing(string json) => Assert.False(LiveWebhook.TryRead(System.Text.Encoding.UTF8.GetBytes(json), out _));
}
