using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Direct;

public sealed class CallsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_pages_offer_goes_on_with_the_hosts_session_and_the_call_is_ended_by_its_page()
    {
        await using TestHost host = await StartAsync(o => o.Session = new RealtimeSessionConfig { Instructions = "Be brief." });
        await using Page page = await Page.ConnectAsync(host, "/calls");
        RealtimeTestCall call = await host.Service.WaitForCallAsync();
        Assert.Equal(call.Id, page.CallId);
        Assert.Equal($"/calls/{call.Id}", page.Location!.ToString());
        JsonObject created = await page.WaitForAsync("session.created");
        Assert.Equal("Be brief.", created["session"]!["instructions"]!.GetValue<string>());
        Assert.Equal(0, host.Service.KeysMinted);

        using HttpResponseMessage hungUp = await host.PostAsync($"{page.Location}/hangup");
        Assert.Equal(HttpStatusCode.NoContent, hungUp.StatusCode);
        await call.Completion.WaitAsync(Patience);
        using HttpResponseMessage again = await host.PostAsync($"{page.Location}/hangup");
        await again.ShouldBeAsync(404, "call_not_found", host);
    }

    [Fact]
    public async Task The_answer_and_the_offer_are_passed_on_byte_for_byte()
    {
        byte[] answer = "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns= \t \r\nt=0 0\r\na=x:é  \r\n\r\n "u8.ToArray();
        var service = new StubService { Answer = answer, Location = "/v1/realtime/calls/rtc_1" };
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeCalls("/calls").AllowAnonymous(), service.Register);
        string offer = Offers.Valid + "a=x:ü \t\r\n";
        using HttpResponseMessage response = await host.PostAsync("/calls", offer);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(TestHost.SdpType, response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal(answer, await response.Content.ReadAsByteArrayAsync());
        Assert.True(service.Requests.Single().Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(offer)) > 0);
    }

    [Fact]
    public async Task Each_user_gets_a_session_of_their_own()
    {
        await using TestHost host = await StartAsync(o => o.ForUser = http => new(new RealtimeUserSession
        {
            Session = new RealtimeSessionConfig { Instructions = $"You talk to {http.Request.Query["name"]}." },
            SafetyIdentifier = "user-" + http.Request.Query["name"],
        }));
        foreach (string name in new[] { "ann", "bob" })
        {
            await using Page page = await Page.ConnectAsync(host, "/calls?name=" + name);
            RealtimeTestCall call = await host.Service.WaitForCallAsync();
            Assert.Equal($"You talk to {name}.", call.Session["instructions"]!.GetValue<string>());
            Assert.Equal("user-" + name, host.Service.Requests.Last(r => r.Route == RealtimeTestRoute.Calls).Headers["OpenAI-Safety-Identifier"]);
        }
    }

    [Fact]
    public async Task Only_who_made_a_call_can_hang_it_up()
    {
        await using TestHost host = await TestHost.StartAsync(app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapRealtimeCalls("/calls").RequireAuthorization();
        });
        await using Page page = await Page.ConnectAsync(host, "/calls", user: "ann");
        RealtimeTestCall call = await host.Service.WaitForCallAsync();

        using HttpResponseMessage nobodys = await host.PostAsync($"{page.Location}/hangup");
        Assert.Equal(HttpStatusCode.Unauthorized, nobodys.StatusCode);
        using HttpResponseMessage bobs = await host.PostAsync($"{page.Location}/hangup", user: "bob");
        await bobs.ShouldBeAsync(404, "call_not_found", host);
        Assert.False(call.Completion.IsCompleted);
        using HttpResponseMessage anns = await host.PostAsync($"{page.Location}/hangup", user: "ann");
        Assert.Equal(HttpStatusCode.NoContent, anns.StatusCode);
        await call.Completion.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task A_hang_up_that_the_service_did_not_take_can_be_tried_again(HttpStatusCode later)
    {
        var service = new StubService { Answer = Encoding.UTF8.GetBytes(Offers.Valid), Location = "/v1/realtime/calls/rtc_1", HangUpStatus = HttpStatusCode.InternalServerError };
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeCalls("/calls").AllowAnonymous(), service.Register);
        using HttpResponseMessage opened = await host.PostAsync("/calls", Offers.Valid);
        Assert.Equal(HttpStatusCode.Created, opened.StatusCode);

        using HttpResponseMessage failed = await host.PostAsync("/calls/rtc_1/hangup");
        await failed.ShouldBeAsync(502, "hang_up_failed", host);
        service.HangUpStatus = later;
        using HttpResponseMessage again = await host.PostAsync("/calls/rtc_1/hangup");
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        using HttpResponseMessage late = await host.PostAsync("/calls/rtc_1/hangup");
        await late.ShouldBeAsync(404, "call_not_found", host);
    }

    [Fact]
    public async Task A_page_that_goes_away_while_its_call_is_opened_leaves_no_call_behind()
    {
        var service = new StubService { Location = "/v1/realtime/calls/rtc_left", WithholdsBody = true };
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeCalls("/calls").AllowAnonymous(), service.Register);
        using var leaving = new CancellationTokenSource();
        Task<HttpResponseMessage> request = host.PostAsync("/calls", Offers.Valid, cancellationToken: leaving.Token);
        await Wait.UntilAsync(() => service.Requests.Count == 1, "the service is asked");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await Wait.UntilAsync(() => service.Requests.Any(r => r.Path == "/v1/realtime/calls/rtc_left/hangup"), "the call is hung up");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_is_its_pages_once_the_answer_is_written_and_is_hung_up_when_the_page_leaves_before(bool afterTheAnswer)
    {
        var service = new StubService { Answer = Encoding.UTF8.GetBytes(Offers.Valid), Location = "/v1/realtime/calls/rtc_1" };
        var leaving = new LeavingPage(afterTheAnswer);
        await using TestHost host = await TestHost.StartAsync(app =>
        {
            leaving.Use(app);
            app.MapRealtimeCalls("/calls").AllowAnonymous();
        }, service.Register);
        Task<HttpResponseMessage> asking = host.PostAsync("/calls", Offers.Valid);
        await leaving.Served;
        Assert.Equal(afterTheAnswer ? 0 : 1, service.Requests.Count(r => r.Path == "/v1/realtime/calls/rtc_1/hangup"));
        await ((Task)asking).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
    }

    [Theory]
    [InlineData(401, null, 502, "host_refused")]
    [InlineData(429, null, 503, "service_busy")]
    [InlineData(400, "session.voice", 502, "call_refused")]
    [InlineData(500, null, 502, "service_failed")]
    public async Task What_the_service_refuses_becomes_a_problem_without_a_secret(int fromService, string? param, int status, string code)
    {
        string error = new JsonObject { ["error"] = new JsonObject { ["message"] = "Not with sk-proj-abcdef1234.", ["code"] = "some_code", ["param"] = param } }.ToJsonString();
        var service = new StubService { Status = (HttpStatusCode)fromService, Answer = Encoding.UTF8.GetBytes(error) };
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeCalls("/calls").AllowAnonymous(), service.Register);
        using HttpResponseMessage response = await host.PostAsync("/calls", Offers.Valid);
        await response.ShouldBeAsync(status, code, host);
    }

    [Fact]
    public async Task An_offer_that_the_service_cannot_use_is_the_pages_fault()
    {
        await using TestHost host = await StartAsync();
        using HttpResponseMessage response = await host.PostAsync("/calls", Offers.Valid);
        await response.ShouldBeAsync(422, "offer_refused", host);
    }

    [Fact]
    public async Task An_answer_that_is_no_SDP_is_a_bad_gateway()
    {
        await using TestHost host = await StartAsync();
        host.Service.FailNext(RealtimeTestRoute.Calls, RealtimeTestFault.JsonInsteadOfSdp);
        await using var page = new Page();
        using HttpResponseMessage response = await host.PostAsync("/calls", await page.Peer.CreateOfferAsync());
        await response.ShouldBeAsync(502, "service_failed", host);
    }

    [Fact]
    public async Task The_application_may_refuse_a_user_in_its_own_words()
    {
        await using TestHost host = await StartAsync(o => o.ForUser = http => http.Request.Query["how"].ToString() switch
        {
            "null" => new((RealtimeUserSession?)null),
            "own" => throw new BadHttpRequestException("Your minutes of today are used up.", StatusCodes.Status402PaymentRequired),
            _ => throw new InvalidOperationException("The database says sk-secret."),
        });
        using HttpResponseMessage refused = await host.PostAsync("/calls?how=null", Offers.Valid);
        await refused.ShouldBeAsync(403, "user_refused", host);
        using HttpResponseMessage own = await host.PostAsync("/calls?how=own", Offers.Valid);
        JsonObject problem = await own.ShouldBeAsync(402, "refused", host);
        Assert.Equal("Your minutes of today are used up.", problem["title"]!.GetValue<string>());
        using HttpResponseMessage failed = await host.PostAsync("/calls?how=fail", Offers.Valid);
        await failed.ShouldBeAsync(500, "host_failed", host);
        Assert.Contains(host.Log.GetSnapshot(), e => e.Id.Id == 5003);
        Assert.Empty(host.Service.Requests);
    }

    private static Task<TestHost> StartAsync(Action<RealtimeEndpointOptions>? configure = null) =>
        TestHost.StartAsync(app => app.MapRealtimeCalls("/calls", configure).AllowAnonymous());
}
