using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Testing;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Direct;

public sealed class EphemeralKeyTests
{
    [Fact]
    public async Task A_page_gets_a_key_with_which_it_calls_the_service_itself()
    {
        await using TestHost host = await StartAsync(o => o.Session = new RealtimeSessionConfig { Instructions = "Answer in one sentence." });

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
        Assert.DoesNotContain(host.Log.GetSnapshot(), e => e.Text.Contains(host.Service.ApiKey, StringComparison.Ordinal) || e.Text.Contains(session["value"]!.GetValue<string>(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_of_ours_gets_its_keys_from_the_route()
    {
        await using TestHost host = await StartAsync();
        using var client = new RealtimeWebRtcClient(new() { Endpoint = host.Service.BaseAddress, KeyUrl = new Uri(host.Address, "/session") });
        await using RealtimeWebRtcSession session = await client.ConnectAsync();
        Assert.Equal(SessionState.Connected, session.State);
    }

    [Fact]
    public async Task No_key_goes_to_two_callers_though_the_host_caches_keys_for_itself()
    {
        await using TestHost host = await TestHost.StartAsync(
            app => app.MapRealtimeEphemeralKey("/session").AllowAnonymous(),
            client: o => Assert.True(o.CacheKeys));
        string[] keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => KeyAsync(host)));
        Assert.Equal(8, keys.Distinct().Count());
        Assert.Equal(8, host.Service.KeysMinted);
    }

    [Fact]
    public async Task No_key_goes_to_two_callers_though_the_application_registered_the_cache_itself()
    {
        await using TestHost host = await WithProviderAsync(inner => new CachingEphemeralKeyProvider(inner));
        Assert.NotEqual(await KeyAsync(host), await KeyAsync(host));
    }

    [Fact]
    public async Task A_provider_that_keeps_keys_is_told_to_make_another()
    {
        var provider = new KeepingProvider { MakesAnother = true };
        await using TestHost host = await WithProviderAsync(_ => provider);
        Assert.Equal(["ek_1", "ek_2", "ek_3"], [await KeyAsync(host), await KeyAsync(host), await KeyAsync(host)]);
    }

    [Fact]
    public async Task A_key_that_somebody_has_had_is_never_handed_out_again()
    {
        await using TestHost host = await WithProviderAsync(_ => new KeepingProvider());
        Assert.Equal("ek_1", await KeyAsync(host));
        using HttpResponseMessage second = await host.PostAsync("/session");
        await second.ShouldBeAsync(502, "key_not_fresh", host);
    }

    [Theory]
    [InlineData(401, 502, "host_refused")]
    [InlineData(403, 502, "host_refused")]
    [InlineData(429, 503, "service_busy")]
    [InlineData(400, 502, "call_refused")]
    [InlineData(500, 502, "service_failed")]
    [InlineData(503, 503, "service_busy")]
    public async Task What_the_service_refuses_becomes_a_problem_without_a_secret(int fromService, int status, string code)
    {
        await using TestHost host = await StartAsync();
        host.Service.FailNext(RealtimeTestRoute.ClientSecrets, RealtimeTestFault.Status(fromService, $"No: {host.Service.ApiKey} and sk-proj-abcdef1234.", "some_code"));
        using HttpResponseMessage response = await host.PostAsync("/session");
        JsonObject problem = await response.ShouldBeAsync(status, code, host);
        Assert.Equal("some_code", problem["service_code"]!.GetValue<string>());
        Assert.Contains(host.Log.GetSnapshot(), e => e.Id.Id == 5002 && !e.Text.Contains(host.Service.ApiKey, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_a_timeout()
    {
        await using TestHost host = await TestHost.StartAsync(
            app => app.MapRealtimeEphemeralKey("/session").AllowAnonymous(), client: o => o.KeyTimeout = TimeSpan.FromMilliseconds(300));
        host.Service.FailNext(RealtimeTestRoute.ClientSecrets, RealtimeTestFault.Hang);
        using HttpResponseMessage response = await host.PostAsync("/session");
        await response.ShouldBeAsync(504, "service_timeout", host);
    }

    [Fact]
    public async Task A_service_that_cannot_be_reached_is_a_bad_gateway()
    {
        await using TestHost host = await TestHost.StartAsync(
            app => app.MapRealtimeEphemeralKey("/session").AllowAnonymous(), client: o => o.Endpoint = new Uri("http://127.0.0.1:9/v1"));
        using HttpResponseMessage response = await host.PostAsync("/session");
        await response.ShouldBeAsync(502, "service_unreachable", host);
    }

    [Fact]
    public async Task The_services_wish_to_be_left_alone_for_a_while_is_passed_on()
    {
        var busy = new StubService { Status = HttpStatusCode.TooManyRequests, RetryAfter = TimeSpan.FromSeconds(7) };
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeEphemeralKey("/session").AllowAnonymous(), busy.Register);
        using HttpResponseMessage response = await host.PostAsync("/session");
        await response.ShouldBeAsync(503, "service_busy", host);
        Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter?.Delta);
    }

    private static Task<TestHost> StartAsync(Action<RealtimeEndpointOptions>? configure = null) =>
        TestHost.StartAsync(app => app.MapRealtimeEphemeralKey("/session", configure).AllowAnonymous());

    private static Task<TestHost> WithProviderAsync(Func<IEphemeralKeyProvider, IEphemeralKeyProvider> create) => TestHost.StartAsync(
        app => app.MapRealtimeEphemeralKey("/session").AllowAnonymous(),
        builder => builder.Services.AddOpenAIRealtimeWebRtc(_ => { }).UseKeyProvider(_ => create(new CountingProvider())));

    private static async Task<string> KeyAsync(TestHost host)
    {
        using HttpResponseMessage response = await host.PostAsync("/session");
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonNode.Parse(body)!["value"]!.GetValue<string>();
    }

    private sealed class CountingProvider : IEphemeralKeyProvider
    {
        private int _made;

        public ValueTask<EphemeralKey> GetKeyAsync(EphemeralKeyRequest request, CancellationToken cancellationToken = default) =>
            new(new EphemeralKey($"ek_{Interlocked.Increment(ref _made)}", DateTimeOffset.UtcNow.AddMinutes(10)));
    }

    /// <summary>Gives the same key again, and another only when it is told that this one is of no use.</summary>
    private sealed class KeepingProvider : IEphemeralKeyProvider
    {
        private int _made = 1;

        public bool MakesAnother { get; init; }

        public ValueTask<EphemeralKey> GetKeyAsync(EphemeralKeyRequest request, CancellationToken cancellationToken = default)
        {
            if (MakesAnother && request.Refused is not null)
                _made++;
            return new(new EphemeralKey($"ek_{_made}"));
        }
    }
}
