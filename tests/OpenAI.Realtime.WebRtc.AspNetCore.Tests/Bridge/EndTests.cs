using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Conformance;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Bridge;

/// <summary>However a call ends, it ends on both sides, and nothing of it is left.</summary>
public sealed class EndTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_page_that_closes_ends_the_call_at_the_service()
    {
        await using Bridged b = await Bridged.StartAsync();
        await b.Page.Peer.CloseAsync();
        await b.ShouldEndAsync(RealtimeBridgeEndReason.PageClosed);
    }

    [Fact]
    public async Task A_page_that_hangs_up_over_HTTP_ends_the_call_at_the_service()
    {
        await using Bridged b = await Bridged.StartAsync();
        using HttpResponseMessage response = await b.Host.PostAsync($"{b.Page.Location}/hangup");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        await b.ShouldEndAsync(RealtimeBridgeEndReason.PageClosed);
        using HttpResponseMessage again = await b.Host.PostAsync($"{b.Page.Location}/hangup");
        await again.ShouldBeAsync(404, "call_not_found", b.Host);
    }

    [Fact]
    public async Task A_page_that_vanishes_is_noticed_within_its_time()
    {
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeBridge("/bridge", o =>
        {
            o.PageTimeout = TimeSpan.FromSeconds(8);
            o.MediaAddresses = [IPAddress.Loopback];
        }).AllowAnonymous());
        using var network = new DatagramRelay();
        await using var page = new Page(new PeerConnectionOptions { LocalAddresses = [IPAddress.Loopback] });
        using HttpResponseMessage response = await host.PostAsync("/bridge", network.CarryOffer(await page.Peer.CreateOfferAsync()));
        await page.AcceptAsync(response, network.CarryAnswer);
        RealtimeTestCall call = await host.Service.WaitForCallAsync();
        await page.WaitForAsync("session.created");
        RealtimeBridgeCall bridged = Assert.Single(host.Bridge.Calls);

        network.IsCut = true;
        Assert.Equal(RealtimeBridgeEndReason.PageLost, (await bridged.Completion.WaitAsync(Patience)).Reason);
        await call.Completion.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_page_that_never_connects_ends_the_call_at_the_service()
    {
        var clock = new HeldLimits();
        await using TestHost host = await TestHost.StartAsync(
            app => app.MapRealtimeBridge("/bridge", o => o.PageConnectTimeout = TimeSpan.FromMinutes(7)).AllowAnonymous(),
            builder => builder.Services.AddSingleton<TimeProvider>(clock));
        await using var page = new Page();
        using HttpResponseMessage response = await host.PostAsync("/bridge", await page.Peer.CreateOfferAsync());
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        await clock.ExpireAsync(TimeSpan.FromMinutes(7));
        RealtimeTestCall call = await host.Service.WaitForCallAsync();
        await call.Completion.WaitAsync(Patience);
        await HasEndedAsync(host, RealtimeBridgeEndReason.PageNeverConnected);
    }

    [Fact]
    public async Task A_page_that_closes_its_request_after_the_answer_keeps_its_call()
    {
        var leaving = new LeavingPage(afterTheAnswer: true);
        await using TestHost host = await TestHost.StartAsync(app =>
        {
            leaving.Use(app);
            app.MapRealtimeBridge("/bridge").AllowAnonymous();
        });
        await using Page page = await Page.ConnectAsync(host, "/bridge");
        await leaving.Served;
        await page.WaitForAsync("session.created");
        Assert.Single(host.Bridge.Calls);
    }

    [Fact]
    public async Task A_page_that_closes_its_request_before_the_answer_ends_the_call_at_the_service()
    {
        var leaving = new LeavingPage(afterTheAnswer: false);
        await using TestHost host = await TestHost.StartAsync(app =>
        {
            leaving.Use(app);
            app.MapRealtimeBridge("/bridge").AllowAnonymous();
        });
        await using var page = new Page();
        Task<HttpResponseMessage> asking = host.PostAsync("/bridge", await page.Peer.CreateOfferAsync());
        await leaving.Served;
        RealtimeTestCall call = await host.Service.WaitForCallAsync();
        await call.Completion.WaitAsync(Patience);
        await HasEndedAsync(host, RealtimeBridgeEndReason.PageClosed);
        await ((Task)asking).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
    }

    [Fact]
    public async Task A_service_that_hangs_up_closes_the_page()
    {
        await using Bridged b = await Bridged.StartAsync();
        await b.Call.HangUpAsync();
        await b.ShouldEndAsync(RealtimeBridgeEndReason.ServiceClosed);
    }

    [Fact]
    public async Task A_session_that_expires_tells_the_page_before_it_is_closed()
    {
        await using Bridged b = await Bridged.StartAsync(clock: new HeldLimits());
        await b.Call.ExpireSessionAsync();
        JsonObject error = await b.Page.WaitForAsync("error");
        Assert.Equal("session_expired", error["error"]!["code"]!.GetValue<string>());
        await b.ShouldEndAsync(RealtimeBridgeEndReason.SessionExpired);
    }

    [Fact]
    public async Task A_call_that_has_lasted_as_long_as_it_may_is_ended_with_the_services_own_words()
    {
        var clock = new HeldLimits();
        await using Bridged b = await Bridged.StartAsync(o => o.MaxDuration = TimeSpan.FromMinutes(7), clock: clock);
        await clock.ExpireAsync(TimeSpan.FromMinutes(7));
        JsonObject error = await b.Page.WaitForAsync("error");
        Assert.Equal("session_expired", error["error"]!["code"]!.GetValue<string>());
        await b.ShouldEndAsync(RealtimeBridgeEndReason.TimeLimit);
    }

    [Fact]
    public async Task The_host_can_hang_up()
    {
        await using Bridged b = await Bridged.StartAsync(clock: new HeldLimits());
        await b.Bridge.HangUpAsync("The user has no minutes left.");
        Assert.Equal("hung_up", (await b.Page.WaitForAsync("error"))["error"]!["code"]!.GetValue<string>());
        await b.ShouldEndAsync(RealtimeBridgeEndReason.HungUp);
        Assert.Equal("The user has no minutes left.", (await b.Bridge.Completion).Detail);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await b.Bridge.SendToPageAsync("{}"u8.ToArray()));
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(async () => await b.Bridge.SendToServiceAsync("{}"u8.ToArray()));
    }

    [Fact]
    public async Task A_host_that_stops_ends_its_calls_first()
    {
        await using Bridged b = await Bridged.StartAsync(clock: new HeldLimits());
        await b.Host.Application.StopAsync();
        Assert.True(b.Bridge.Completion.IsCompleted);
        Assert.Equal("host_stopping", (await b.Page.WaitForAsync("error"))["error"]!["code"]!.GetValue<string>());
        await b.ShouldEndAsync(RealtimeBridgeEndReason.HostStopping);
    }

    [Fact]
    public async Task A_page_that_asks_while_the_host_stops_is_refused_and_its_call_is_not_opened()
    {
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeBridge("/bridge").AllowAnonymous());
        host.Service.FailNext(RealtimeTestRoute.ClientSecrets, RealtimeTestFault.Hang);
        await using var page = new Page();
        Task<HttpResponseMessage> asking = host.PostAsync("/bridge", await page.Peer.CreateOfferAsync());
        await Wait.UntilAsync(() => host.Bridge.GetStatistics().ActiveCalls == 1 && host.Service.Requests.Count == 1, "the call is being opened");
        Task stopping = host.Application.StopAsync();
        using HttpResponseMessage response = await asking;
        await response.ShouldBeAsync(503, "host_stopping", host);
        await stopping;
        Assert.Equal(0, host.Service.CallsCreated);
    }

    [Theory]
    [InlineData(401, 502, "host_refused")]
    [InlineData(500, 502, "service_failed")]
    [InlineData(503, 503, "service_busy")]
    public async Task A_call_that_the_service_refuses_is_a_problem_and_gives_its_place_back(int fromService, int status, string code)
    {
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeBridge("/bridge", o => o.MaxCalls = 1).AllowAnonymous());
        await using var page = new Page();
        string offer = await page.Peer.CreateOfferAsync();
        host.Service.FailNext(RealtimeTestRoute.ClientSecrets, RealtimeTestFault.Status(fromService, "No.", "some_code"));
        using HttpResponseMessage refused = await host.PostAsync("/bridge", offer);
        await refused.ShouldBeAsync(status, code, host);
        Assert.Equal(0, host.Bridge.GetStatistics().ActiveCalls);
        using HttpResponseMessage second = await host.PostAsync("/bridge", offer);
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
    }

    [Fact]
    public async Task An_offer_that_cannot_be_answered_costs_the_service_nothing()
    {
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeBridge("/bridge").AllowAnonymous());
        using HttpResponseMessage response = await host.PostAsync("/bridge", Offers.Valid);
        await response.ShouldBeAsync(422, "offer_refused", host);
        Assert.Empty(host.Service.Requests);
        Assert.Equal(0, host.Bridge.GetStatistics().ActiveCalls);
    }

    [Fact]
    public async Task More_calls_than_allowed_are_refused_and_one_that_ends_makes_room()
    {
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeBridge("/bridge", o => o.MaxCalls = 1).AllowAnonymous());
        await using Page first = await Page.ConnectAsync(host, "/bridge");
        int requests = host.Service.Requests.Count;
        await using var second = new Page();
        string offer = await second.Peer.CreateOfferAsync();
        using HttpResponseMessage refused = await host.PostAsync("/bridge", offer);
        await refused.ShouldBeAsync(503, "bridge_full", host);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(requests, host.Service.Requests.Count);
        Assert.Equal(1, host.Bridge.GetStatistics().RefusedCalls);

        await first.Peer.CloseAsync();
        await Wait.UntilAsync(() => host.Bridge.GetStatistics().ActiveCalls == 0, "the first call has ended");
        using HttpResponseMessage accepted = await host.PostAsync("/bridge", offer);
        Assert.Equal(HttpStatusCode.Created, accepted.StatusCode);
    }

    [Fact]
    public async Task One_user_cannot_take_all_places()
    {
        await using TestHost host = await TestHost.StartAsync(app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapRealtimeBridge("/bridge", o => o.MaxCallsPerUser = 1).RequireAuthorization();
        });
        await using Page ann = await Page.ConnectAsync(host, "/bridge", user: "ann");
        await using var again = new Page();
        using HttpResponseMessage refused = await host.PostAsync("/bridge", await again.Peer.CreateOfferAsync(), user: "ann");
        await refused.ShouldBeAsync(429, "too_many_calls", host);
        await using Page bob = await Page.ConnectAsync(host, "/bridge", user: "bob");
        using HttpResponseMessage notHis = await host.PostAsync($"{ann.Location}/hangup", user: "bob");
        await notHis.ShouldBeAsync(404, "call_not_found", host);
        Assert.Equal(["ann", "bob"], host.Bridge.Calls.Select(call => call.UserId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Two_pages_do_not_disturb_each_other()
    {
        await using Bridged b = await Bridged.StartAsync();
        await using Page other = await Page.ConnectAsync(b.Host, "/bridge");
        await other.WaitForAsync("session.created");
        await other.Peer.CloseAsync();
        await Wait.UntilAsync(() => b.Host.Bridge.Calls.Count == 1, "the other's call has ended");
        await b.Page.SendAsync("""{"type":"response.create"}""");
        await b.Page.WaitForAsync("response.done");
        Assert.False(b.Call.Completion.IsCompleted);
        Assert.Equal(PeerState.Connected, b.Page.Peer.State);
    }

    // The log has the last word: a call is counted as ended before it is written.
    private static async Task HasEndedAsync(TestHost host, RealtimeBridgeEndReason reason)
    {
        await Wait.UntilAsync(
            () => host.Log.GetSnapshot().Any(e => e.Id.Id == 5022 && e.Text.Contains(reason.ToString(), StringComparison.Ordinal)), $"the log says that a call has ended as {reason}");
        Assert.True(host.Bridge.GetStatistics() is { ActiveCalls: 0, EndedCalls: 1 });
    }
}
