using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Direct;

public sealed class EphemeralKeyTests
{
    [Fact]
    public async Task A_page_gets_a_key_with_which_it_calls_the_service_itself()
    {
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeEphemeralKey("/session", o =>
        {
            o.Session.Instructions = "Answer in one sentence.";
        }).AllowAnonymous());

        using HttpResponseMessage response = await host.PostAsync("/session");
        string body = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.DoesNotContain(host.Service.ApiKey, body, StringComparison.Ordinal);
        JsonObject session = JsonNode.Parse(body)!.AsObject();
        Assert.StartsWith("ek_", session["value"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(session["expires_at"]!.GetValue<long>() > DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        Assert.Equal(host.Service.BaseAddress + "/realtime/calls", session["calls_url"]!.GetValue<string>());
        Assert.Equal("gpt-realtime-2.1", session["model"]!.GetValue<string>());
        Assert.Equal(["calls_url", "expires_at", "model", "value"], session.Select(member => member.Key).Order(StringComparer.Ordinal));

        await using Page page = await Page.ConnectWithKeyAsync(host.Http, session);
        JsonObject created = await page.WaitForAsync("session.created");
        Assert.Equal("Answer in one sentence.", created["session"]!["instructions"]!.GetValue<string>());
    }
}
