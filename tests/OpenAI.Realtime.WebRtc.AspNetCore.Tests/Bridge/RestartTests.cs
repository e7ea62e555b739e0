using System.Net;
using Microsoft.AspNetCore.Builder;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Bridge;

/// <summary>A page whose network has changed restarts ICE and keeps its call.</summary>
public sealed class RestartTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_call_goes_on_through_restarts_and_is_the_same_call(bool sharesPort)
    {
        PortRange port = FreePorts.Find(1);
        await using Bridged b = await Bridged.StartAsync(o =>
        {
            o.MediaAddresses = [IPAddress.Loopback];
            o.UdpPorts = sharesPort ? port : null;
        });
        for (int i = 1; i <= 3; i++)
        {
            using HttpResponseMessage response = await b.Host.PostAsync($"{b.Page.Location}/restart", await b.Page.Peer.CreateRestartOfferAsync());
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("application/sdp", response.Content.Headers.ContentType?.MediaType);
            Assert.True(response.Headers.CacheControl?.NoStore);
            b.Page.Peer.SetAnswer(await response.Content.ReadAsStringAsync());
            await Wait.UntilAsync(() => b.Bridge.GetStatistics().Page.IceRestarts == i && b.Page.Peer.GetStatistics().IceRestarts == i, $"restart {i} is done on both sides");
            await b.Page.SendAsync("""{"type":"input_audio_buffer.clear"}""");
            await b.Page.WaitForAsync("input_audio_buffer.cleared");
        }

        Assert.Same(b.Bridge, Assert.Single(b.Host.Bridge.Calls));
        Assert.Equal(1, b.Host.Bridge.GetStatistics().StartedCalls);
        Assert.False(b.Call.Completion.IsCompleted);
    }

    [Fact]
    public async Task What_is_no_offer_of_the_calls_own_connection_is_refused_and_the_call_goes_on()
    {
        await using Bridged b = await Bridged.StartAsync();
        string path = $"{b.Page.Location}/restart";
        await using var other = new Page();
        string othersOffer = await other.Peer.CreateOfferAsync();
        using HttpResponseMessage foreign = await b.Host.PostAsync(path, othersOffer);
        await foreign.ShouldBeAsync(422, "offer_refused", b.Host);
        using HttpResponseMessage junk = await b.Host.PostAsync(path, "no SDP");
        await junk.ShouldBeAsync(400, "not_sdp", b.Host);
        using HttpResponseMessage text = await b.Host.PostAsync(path, await b.Page.Peer.CreateRestartOfferAsync(), contentType: "text/plain");
        await text.ShouldBeAsync(415, "wrong_content_type", b.Host);
        using HttpResponseMessage nobodys = await b.Host.PostAsync("/bridge/bridge_0/restart", await b.Page.Peer.CreateRestartOfferAsync());
        await nobodys.ShouldBeAsync(404, "call_not_found", b.Host);
        using HttpResponseMessage elsewhere = await b.Host.PostAsync(path, await b.Page.Peer.CreateRestartOfferAsync(), origin: "https://elsewhere.example", site: "cross-site");
        await elsewhere.ShouldBeAsync(403, "wrong_origin", b.Host);
        await b.Page.SendAsync("""{"type":"input_audio_buffer.clear"}""");
        await b.Page.WaitForAsync("input_audio_buffer.cleared");

        await b.Page.Peer.CloseAsync();
        await b.ShouldEndAsync(RealtimeBridgeEndReason.PageClosed);
        using HttpResponseMessage late = await b.Host.PostAsync(path, othersOffer);
        await late.ShouldBeAsync(404, "call_not_found", b.Host);
    }

    [Fact]
    public async Task Nobody_restarts_the_call_of_somebody_else()
    {
        await using TestHost host = await TestHost.StartAsync(app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapRealtimeBridge("/bridge").RequireAuthorization();
        });
        await using Page ann = await Page.ConnectAsync(host, "/bridge", user: "ann");
        string offer = await ann.Peer.CreateRestartOfferAsync();
        using HttpResponseMessage bobs = await host.PostAsync($"{ann.Location}/restart", offer, user: "bob");
        await bobs.ShouldBeAsync(404, "call_not_found", host);
        using HttpResponseMessage strangers = await host.PostAsync($"{ann.Location}/restart", offer);
        Assert.Equal(HttpStatusCode.Unauthorized, strangers.StatusCode);
        using HttpResponseMessage anns = await host.PostAsync($"{ann.Location}/restart", offer, user: "ann");
        Assert.Equal(HttpStatusCode.OK, anns.StatusCode);
        ann.Peer.SetAnswer(await anns.Content.ReadAsStringAsync());
        await Wait.UntilAsync(() => ann.Peer.GetStatistics().IceRestarts == 1, "ann's restart is done");
    }
}
