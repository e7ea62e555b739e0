using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Direct;

/// <summary>The routes of a host whose API key comes from a callback.</summary>
public sealed class ApiKeyProviderTests
{
    private const string Secret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

    [Fact]
    public async Task A_page_gets_a_key_that_was_minted_with_the_hosts_key_of_that_moment()
    {
        var vault = new Vault();
        await using TestHost host = await StartAsync(vault);
        using HttpResponseMessage response = await host.PostAsync("/session");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("ek_", JsonNode.Parse(await response.Content.ReadAsStringAsync())!["value"]!.GetValue<string>(), StringComparison.Ordinal);

        vault.Key = Secret;
        using HttpResponseMessage refused = await host.PostAsync("/session");
        await refused.ShouldBeAsync(502, "host_refused", host);
        Assert.Equal(2, vault.Asked);
    }

    [Fact]
    public async Task A_page_calls_and_hangs_up_with_it()
    {
        await using TestHost host = await StartAsync(new Vault());
        await using Page page = await Page.ConnectAsync(host, "/calls");
        await page.WaitForAsync("session.created");
        using HttpResponseMessage hangUp = await host.PostAsync($"{page.Location}/hangup");
        Assert.Equal(HttpStatusCode.NoContent, hangUp.StatusCode);
    }

    [Theory]
    [InlineData("/session")]
    [InlineData("/calls")]
    [InlineData("/bridge")]
    public async Task Without_a_key_the_page_hears_that_it_is_the_host_and_the_log_says_why(string route)
    {
        await using TestHost host = await StartAsync(new Vault { Fails = true });
        await using var page = new Page();
        using HttpResponseMessage response = await host.PostAsync(route, await page.Peer.CreateOfferAsync());
        await response.ShouldBeAsync(500, "host_failed", host);
        Assert.Contains(host.Log.GetSnapshot(), e => e.Id.Id == 5002 && e.Text.Contains("ApiKeyProvider threw InvalidOperationException", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Log.GetSnapshot(), e => e.Text.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hang_up_without_a_key_can_be_tried_again()
    {
        var vault = new Vault();
        await using TestHost host = await StartAsync(vault);
        await using Page page = await Page.ConnectAsync(host, "/calls");
        vault.Fails = true;
        using HttpResponseMessage failed = await host.PostAsync($"{page.Location}/hangup");
        await failed.ShouldBeAsync(502, "hang_up_failed", host);
        vault.Fails = false;
        using HttpResponseMessage again = await host.PostAsync($"{page.Location}/hangup");
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
    }

    [Fact]
    public async Task A_key_that_stands_in_the_address_is_not_shown_to_pages()
    {
        var vault = new Vault { Key = Secret };
        await using TestHost host = await StartAsync(vault, o => o.ExtraQuery["key"] = Secret);
        vault.Key = null;
        using (HttpResponseMessage harmless = await host.PostAsync("/session"))
            Assert.Equal(HttpStatusCode.OK, harmless.StatusCode);

        // The same key that the query holds: the endpoint must accept it, so a host of its own.
        await using TestHost careless = await TestHost.StartAsync(
            Map, client: o => (o.ApiKeyProvider, o.ApiKey, o.ExtraQuery["key"]) = (vault.Provider(o.ApiKey!), null, o.ApiKey!));
        using HttpResponseMessage response = await careless.PostAsync("/session");
        await response.ShouldBeAsync(500, "host_failed", careless);
        Assert.Contains(careless.Log.GetSnapshot(), e => e.Id.Id == 5002 && e.Text.Contains("would be shown the API key", StringComparison.Ordinal));
    }

    private static Task<TestHost> StartAsync(Vault vault, Action<OpenAIRealtimeWebRtcOptions>? client = null) => TestHost.StartAsync(Map, client: o =>
    {
        (o.ApiKeyProvider, o.ApiKey) = (vault.Provider(o.ApiKey!), null);
        client?.Invoke(o);
    });

    private static void Map(WebApplication app)
    {
        app.MapRealtimeEphemeralKey("/session").AllowAnonymous();
        app.MapRealtimeCalls("/calls").AllowAnonymous();
        app.MapRealtimeBridge("/bridge").AllowAnonymous();
    }

    /// <summary>Where the host's key comes from.</summary>
    private sealed class Vault
    {
        private int _asked;

        public int Asked => _asked;

        /// <summary>What it gives; null for the key that the service accepts.</summary>
        public string? Key { get; set; }

        public bool Fails { get; set; }

        public Func<CancellationToken, ValueTask<string>> Provider(string accepted) => _ =>
        {
            Interlocked.Increment(ref _asked);
            return Fails ? throw new InvalidOperationException($"No more of {Secret}.") : new(Key ?? accepted);
        };
    }
}
