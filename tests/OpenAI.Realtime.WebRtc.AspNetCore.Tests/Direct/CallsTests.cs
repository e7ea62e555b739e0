using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Direct;

public sealed class CallsTests
{
    [Fact]
    public async Task A_pages_offer_goes_on_with_the_hosts_session_and_the_call_is_ended_by_its_page()
    {
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeCalls("/calls", o => o.Session.Instructions = "Be brief.").AllowAnonymous());
        await using Page page = await Page.ConnectAsync(host, "/calls");
        RealtimeTestCall call = await host.Service.WaitForCallAsync();
        Assert.Equal(call.Id, page.CallId);
        Assert.Equal($"/calls/{call.Id}", page.Location!.ToString());
        JsonObject created = await page.WaitForAsync("session.created");
        Assert.Equal("Be brief.", created["session"]!["instructions"]!.GetValue<string>());

        using HttpResponseMessage hungUp = await host.PostAsync($"{page.Location}/hangup");
        Assert.Equal(HttpStatusCode.NoContent, hungUp.StatusCode);
        await call.Completion.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
