using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Direct;

/// <summary>The host beside the calls that it opens for pages.</summary>
public sealed class AttendedCallsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_host_runs_the_tools_of_a_page_that_knows_nothing_of_them_and_knows_who_opened_the_call()
    {
        var seen = new TaskCompletionSource<(string CallId, string? UserId, object? State, bool HasServices)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestHost host = await StartAsync(o =>
        {
            o.UserId = http => http.Request.Headers["X-User"];
            o.ForUser = http => new(new RealtimeUserSession { State = "tenant of " + http.Request.Headers["X-User"] });
            o.OnCall = async (call, stopping) =>
            {
                seen.TrySetResult((call.CallId, call.UserId, call.UserSession.State, call.Services.GetService<ILoggerFactory>() is not null));
                await using RealtimeSideband beside = await call.AttachAsync(cancellationToken: stopping);
                await foreach (ServerEvent e in beside.ReadEventsAsync(stopping))
                {
                    if (e is not ResponseDone { Response: { } response } || response.FunctionCalls.FirstOrDefault() is not { } asked)
                        continue;
                    await beside.SendAsync(new ConversationItemCreate(ConversationItem.FunctionOutput(asked.CallId!, "twelve")), stopping);
                    await beside.SendAsync(new ResponseCreate(), stopping);
                }
            };
        });
        host.Service.Script.OnResponse = (turn, _) => ValueTask.FromResult(turn.FunctionOutputs.Count == 0
            ? RealtimeTestReply.CallFunction("stock", "{}")
            : RealtimeTestReply.Say($"We have {turn.FunctionOutputs.Values.Single()}.", RealtimeTestAudio.Silence(TimeSpan.FromMilliseconds(100))));
        await using Page page = await Page.ConnectAsync(host, "/calls", user: "ann");
        await Wait.UntilAsync(() => host.Service.Calls.Single().SidebandCount == 1, "the host is beside the call");
        Assert.Equal((page.CallId!, "ann", "tenant of ann", true), await seen.Task.WaitAsync(Patience));

        await page.SendAsync("""{"type":"response.create"}""");
        JsonObject said = await page.WaitForAsync("response.output_audio_transcript.done");
        Assert.Equal("We have twelve.", (string?)said["transcript"]);
        RealtimeTestCall call = host.Service.Calls.Single();
        Assert.All(call.ReceivedEvents.Where(e => e.Type == "conversation.item.create"), e => Assert.True(e.IsFromSideband));
    }

    [Fact]
    public async Task What_the_host_does_ends_with_the_call_and_its_scope_with_it()
    {
        var ended = new TaskCompletionSource<SessionEnd>(TaskCreationOptions.RunContinuationsAsynchronously);
        var scoped = new TaskCompletionSource<Scoped>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestHost host = await StartAsync(o => o.OnCall = async (call, stopping) =>
        {
            await using RealtimeSideband beside = await call.AttachAsync(cancellationToken: stopping);
            scoped.TrySetResult(call.Services.GetRequiredService<Scoped>());
            ended.TrySetResult(await beside.Completion);
            await beside.SendAsync(new ResponseCreate(), stopping);      // too late, and no failure of the host's
        });
        await using Page page = await Page.ConnectAsync(host, "/calls");
        Scoped service = await scoped.Task.WaitAsync(Patience);
        using HttpResponseMessage hungUp = await host.PostAsync($"{page.Location}/hangup");
        Assert.Equal(HttpStatusCode.NoContent, hungUp.StatusCode);
        Assert.Equal(SessionEndReason.ClosedByPeer, (await ended.Task.WaitAsync(Patience)).Reason);
        await service.Disposed.Task.WaitAsync(Patience);
        await LoggedAsync(host, 5017);
        Assert.DoesNotContain(host.Log.GetSnapshot(), r => r.Id.Id == 5016);
    }

    [Fact]
    public async Task A_call_whose_host_fails_is_hung_up_and_the_log_says_why()
    {
        await using TestHost host = await StartAsync(o => o.OnCall = (_, _) => throw new InvalidOperationException("A mistake."));
        await using Page page = await OfferAsync(host);
        RealtimeTestCall call = await host.Service.WaitForCallAsync();
        await call.Completion.WaitAsync(Patience);
        await LoggedAsync(host, 5017);
        Assert.Equal("A mistake.", Assert.Single(host.Log.GetSnapshot(), r => r.Id.Id == 5016).Exception!.Message);
    }

    [Fact]
    public async Task A_page_that_offers_and_goes_away_is_no_error_of_the_hosts()
    {
        await using TestHost host = await StartAsync(o => o.OnCall = (call, stopping) => call.AttachAsync(new() { WaitForCall = TimeSpan.Zero }, stopping));
        host.Service.FailNext(RealtimeTestRoute.Sideband, RealtimeTestFault.Status(404, "No call with this id.", "call_id_not_found"));
        await using Page page = await OfferAsync(host);
        RealtimeTestCall call = await host.Service.WaitForCallAsync();
        await call.Completion.WaitAsync(Patience);
        await LoggedAsync(host, 5017);
        FakeLogRecord said = Assert.Single(host.Log.GetSnapshot(), r => r.Id.Id == 5018);
        Assert.Equal((LogLevel.Information, null), (said.Level, said.Exception));
        Assert.DoesNotContain(host.Log.GetSnapshot(), r => r.Id.Id == 5016);
    }

    [Fact]
    public async Task A_call_that_the_host_may_not_attach_to_is_hung_up()
    {
        await using TestHost host = await StartAsync(o => o.OnCall = (call, stopping) => call.AttachAsync(cancellationToken: stopping));
        host.Service.FailNext(RealtimeTestRoute.Sideband, RealtimeTestFault.Status(403, "This key may not attach.", "forbidden"));
        await using Page page = await OfferAsync(host);
        RealtimeTestCall call = await host.Service.WaitForCallAsync();
        await call.Completion.WaitAsync(Patience);
        await LoggedAsync(host, 5017);
        Assert.Equal(HttpStatusCode.Forbidden, Assert.IsType<RealtimeCallException>(Assert.Single(host.Log.GetSnapshot(), r => r.Id.Id == 5016).Exception).HttpStatus);
    }

    [Fact]
    public async Task A_host_that_is_full_opens_no_call_and_takes_one_again_when_one_has_ended()
    {
        var letGo = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestHost host = await StartAsync(o =>
        {
            o.MaxAttendedCalls = 1;
            o.OnCall = (_, stopping) => letGo.Task.WaitAsync(stopping);
        });
        await using Page first = await Page.ConnectAsync(host, "/calls");
        using HttpResponseMessage refused = await host.PostAsync("/calls", Offers.Valid);
        await refused.ShouldBeAsync(503, "calls_full", host);
        Assert.Equal(TimeSpan.FromSeconds(10), refused.Headers.RetryAfter?.Delta);
        Assert.Single(host.Service.Calls);

        letGo.SetResult();
        await LoggedAsync(host, 5017);
        await using Page second = await Page.ConnectAsync(host, "/calls");
        Assert.False(host.Service.Calls[0].Completion.IsCompleted);       // it was let go of, not hung up
    }

    [Fact]
    public async Task An_offer_that_the_service_refuses_leaves_its_place_to_the_next()
    {
        await using TestHost host = await StartAsync(o =>
        {
            o.MaxAttendedCalls = 1;
            o.OnCall = (_, stopping) => Task.Delay(Timeout.Infinite, stopping);
        });
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage refused = await host.PostAsync("/calls", Offers.Valid);
            Assert.NotEqual("calls_full", (string?)JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["code"]);
        }
        await using Page page = await Page.ConnectAsync(host, "/calls");
    }

    [Fact]
    public async Task A_host_that_stops_waits_for_what_it_does_in_calls_and_the_calls_go_on()
    {
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool saved = false;
        TestHost host = await StartAsync(o => o.OnCall = async (_, stopping) =>
        {
            running.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, stopping);
            }
            finally
            {
                await Task.Yield();
                saved = true;       // what an application writes down when it has to go
            }
        });
        await using (host)
        {
            await using Page page = await Page.ConnectAsync(host, "/calls");
            await running.Task.WaitAsync(Patience);
            await host.Application.StopAsync();
            Assert.True(saved);
            Assert.False(host.Service.Calls.Single().Completion.IsCompleted);
            Assert.DoesNotContain(host.Log.GetSnapshot(), r => r.Id.Id == 5016);
        }
    }

    [Fact]
    public async Task A_service_that_does_not_say_the_calls_id_leaves_the_page_without_a_call()
    {
        var service = new StubService { Answer = Encoding.UTF8.GetBytes(Offers.Valid) };
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeCalls("/calls", o => o.OnCall = (_, _) => Task.CompletedTask).AllowAnonymous(), service.Register);
        using HttpResponseMessage response = await host.PostAsync("/calls", Offers.Valid);
        await response.ShouldBeAsync(502, "call_without_id", host);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_001)]
    public async Task A_number_of_calls_that_cannot_be_is_refused_when_the_route_is_mapped(int max) =>
        Assert.Contains("MaxAttendedCalls", (await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(o => o.MaxAttendedCalls = max))).Message, StringComparison.Ordinal);

    private static Task<TestHost> StartAsync(Action<RealtimeCallsOptions> configure) =>
        TestHost.StartAsync(app => app.MapRealtimeCalls("/calls", configure).AllowAnonymous(), builder => builder.Services.AddScoped<Scoped>());

    private static Task LoggedAsync(TestHost host, int id) => Wait.UntilAsync(() => host.Log.GetSnapshot().Any(r => r.Id.Id == id), $"{id} is logged");

    /// <summary>A page that has its answer, and whose call may be over before it has connected.</summary>
    private static async Task<Page> OfferAsync(TestHost host)
    {
        var page = new Page();
        using HttpResponseMessage response = await host.PostAsync("/calls", await page.Peer.CreateOfferAsync());
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return page;
    }

    private sealed class Scoped : IDisposable
    {
        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose() => Disposed.TrySetResult();
    }
}
