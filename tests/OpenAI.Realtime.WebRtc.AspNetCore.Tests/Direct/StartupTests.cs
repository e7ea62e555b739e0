using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Direct;

public sealed class StartupTests
{
    public static TheoryData<string, string> Routes => new()
    {
        { "session", "POST /session (MapRealtimeEphemeralKey)" },
        { "calls", "POST /calls (MapRealtimeCalls)" },
        { "bridge", "POST /bridge (MapRealtimeBridge)" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_host_that_has_not_decided_who_may_use_a_route_does_not_start(string route, string name)
    {
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(app => Map(app, route)));
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
        Assert.Contains(".RequireAuthorization()", e.Message, StringComparison.Ordinal);
        Assert.Contains(".AllowAnonymous()", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task In_development_it_starts_and_warns(string route, string name)
    {
        await using TestHost host = await TestHost.StartAsync(app => Map(app, route), environment: "Development");
        Assert.Single(host.Log.GetSnapshot(), e => e.Id.Id == 5005 && e.Text.Contains(name, StringComparison.Ordinal));       // the hang-up is no second route
    }

    [Fact]
    public async Task A_policy_of_a_group_and_a_fallback_policy_count()
    {
        await using TestHost group = await TestHost.StartAsync(app => app.MapGroup("/api").RequireAuthorization().MapRealtimeCalls("/calls"));
        await using TestHost fallback = await TestHost.StartAsync(
            app => app.MapRealtimeCalls("/calls"),
            builder => builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build()));
    }

    [Fact]
    public async Task A_forgotten_registration_is_named()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        await using WebApplication without = builder.Build();
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => without.MapRealtimeCalls());
        Assert.Contains("AddRealtimeEndpoints", e.Message, StringComparison.Ordinal);

        builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddRealtimeEndpoints();
        await using WebApplication withoutClient = builder.Build();
        e = Assert.Throws<InvalidOperationException>(() => withoutClient.MapRealtimeCalls());
        Assert.Contains("AddOpenAIRealtimeWebRtc", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing", "AddAuthorization()")]
    [InlineData("authorization", "AddAuthentication(")]
    [InlineData("authorization, authentication", "AddAuthentication(")]
    [InlineData("authorization, authentication, scheme", null)]
    [InlineData("authorization, assertion", null)]
    public async Task A_policy_without_the_services_that_it_needs_is_named(string registered, string? remedy)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddOpenAIRealtimeWebRtc(o => o.ApiKey = "sk-test");
        builder.Services.AddRealtimeEndpoints();
        if (registered.Contains("authorization", StringComparison.Ordinal))
            builder.Services.AddAuthorization();
        if (registered.Contains("authentication", StringComparison.Ordinal))
            builder.Services.AddAuthentication();
        if (registered.Contains("scheme", StringComparison.Ordinal))
            builder.Services.AddAuthentication().AddCookie();
        await using WebApplication app = builder.Build();
        IEndpointConventionBuilder calls = app.MapRealtimeCalls("/calls");
        if (registered.Contains("assertion", StringComparison.Ordinal))
            calls.RequireAuthorization(policy => policy.RequireAssertion(_ => true));
        else
            calls.RequireAuthorization();
        if (remedy is null)
        {
            await app.StartAsync();
            await app.StopAsync();
            return;
        }
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.StartsWith("POST /calls (MapRealtimeCalls)", e.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_is_not_registered_is_named()
    {
        foreach (Action<WebApplication> map in new Action<WebApplication>[]
        {
            app => app.MapRealtimeEphemeralKey("/s", o => o.ClientName = "azuer").AllowAnonymous(),
            app => app.MapRealtimeCalls("/s", o => o.ClientName = "azuer").AllowAnonymous(),
            app => app.MapRealtimeBridge("/s", o => o.ClientName = "azuer").AllowAnonymous(),
        })
        {
            InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(map));
            Assert.StartsWith("POST /s (MapRealtime", e.Message, StringComparison.Ordinal);
            Assert.Contains("no client named 'azuer' was registered", e.Message, StringComparison.Ordinal);
        }
        await using TestHost right = await TestHost.StartAsync(
            app => app.MapRealtimeCalls("/s", o => o.ClientName = "azure").AllowAnonymous(),
            builder => builder.Services.AddOpenAIRealtimeWebRtc("azure", o => o.ApiKey = "sk-test"));
    }

    [Theory]
    [InlineData("beta", "Dialect Ga")]
    [InlineData("negotiated", "NegotiatedChannelId")]
    [InlineData("no key", "set ApiKey")]
    public async Task A_client_that_cannot_do_what_a_route_needs_is_named(string what, string remedy)
    {
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(
            app => app.MapRealtimeCalls("/calls").AllowAnonymous(),
            client: o => _ = what switch
            {
                "beta" => o.Dialect = RealtimeDialect.Beta,
                "negotiated" => (object?)(o.NegotiatedChannelId = 3),
                _ => (o.ApiKey, o.KeyUrl) = (null, new Uri("https://keys.example/")),
            }));
        Assert.Contains(remedy, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_API_key_in_an_address_that_pages_are_told_keeps_the_host_from_starting()
    {
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(
            app => app.MapRealtimeEphemeralKey("/session").AllowAnonymous(), client: o => o.ExtraQuery["key"] = o.ApiKey!));
        Assert.Contains("ExtraQuery", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_given_once_cannot_be_handed_to_everyone()
    {
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(
            app => app.MapRealtimeEphemeralKey("/session").AllowAnonymous(), client: o => (o.ApiKey, o.EphemeralKey) = (null, "ek_given")));
        Assert.Contains("ApiKey", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_origin_that_is_none_is_named()
    {
        ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(() => TestHost.StartAsync(app =>
            app.MapRealtimeCalls("/calls", o => o.AllowedOrigins.Add("https://app.example/path")).AllowAnonymous()));
        Assert.Contains("https://app.example/path", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_can_be_named_and_linked_to()
    {
        await using TestHost host = await TestHost.StartAsync(app =>
        {
            app.MapRealtimeCalls("/calls").AllowAnonymous().WithName("calls");
            app.MapRealtimeBridge("/bridge").AllowAnonymous().WithName("bridge");
        });
        LinkGenerator links = host.Application.Services.GetRequiredService<LinkGenerator>();
        Assert.Equal("/calls", links.GetPathByName("calls"));
        Assert.Equal("/bridge/b/hangup", links.GetPathByName("bridge.HangUp", new { callId = "b" }));
        using HttpResponseMessage response = await host.PostAsync("/calls", "no offer");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private static void Map(WebApplication app, string route) => _ = route switch
    {
        "session" => app.MapRealtimeEphemeralKey("/session"),
        "calls" => app.MapRealtimeCalls("/calls"),
        _ => app.MapRealtimeBridge("/bridge"),
    };
}
