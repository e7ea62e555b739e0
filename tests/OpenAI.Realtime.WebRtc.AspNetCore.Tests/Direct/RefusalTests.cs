using System.Globalization;
using System.Net;
using System.Security.Claims;
using System.Text.Json.Serialization.Metadata;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Direct;

/// <summary>What is refused without the service being asked.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("/calls")]
    [InlineData("/bridge")]
    public async Task A_body_that_is_too_large_is_refused_whether_or_not_it_says_so(string route)
    {
        await using TestHost host = await StartAsync();
        string large = Offers.Valid + new string('x', 5000);
        using HttpResponseMessage announced = await host.PostAsync(route, large);
        await announced.ShouldBeAsync(413, "too_large", host);

        using var chunked = new HttpRequestMessage(HttpMethod.Post, route) { Content = new StreamContent(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(large))) };
        chunked.Headers.TransferEncodingChunked = true;
        chunked.Content.Headers.TryAddWithoutValidation("Content-Type", TestHost.SdpType);
        using HttpResponseMessage unannounced = await host.Http.SendAsync(chunked);
        await unannounced.ShouldBeAsync(413, "too_large", host);
        Assert.Empty(host.Service.Requests);
    }

    [Theory]
    [InlineData("/calls", "application/json")]
    [InlineData("/calls", "text/plain")]
    [InlineData("/calls", null)]
    [InlineData("/bridge", "application/json")]
    [InlineData("/bridge", null)]
    public async Task Another_content_type_is_refused(string route, string? contentType)
    {
        await using TestHost host = await StartAsync();
        using HttpResponseMessage response = await host.PostAsync(route, Offers.Valid, contentType);
        await response.ShouldBeAsync(415, "wrong_content_type", host);
        Assert.Empty(host.Service.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("{\"type\":\"offer\"}")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n")]
    [InlineData("v=0\r\ns=-\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=\0\r\n")]
    public async Task What_is_no_offer_is_refused(string body)
    {
        await using TestHost host = await StartAsync();
        foreach (string route in new[] { "/calls", "/bridge" })
        {
            using HttpResponseMessage response = await host.PostAsync(route, body);
            await response.ShouldBeAsync(400, "not_sdp", host);
        }
        Assert.Empty(host.Service.Requests);
    }

    [Fact]
    public async Task A_problem_is_written_where_no_reflection_is()
    {
        await using TestHost host = await TestHost.StartAsync(
            app => app.MapRealtimeCalls("/calls").AllowAnonymous(),
            builder => builder.Services.ConfigureHttpJsonOptions(json =>
            {
                // As in a native program, in which there is no such resolver.
                IJsonTypeInfoResolver byReflection = Assert.Single(json.SerializerOptions.TypeInfoResolverChain.OfType<DefaultJsonTypeInfoResolver>());
                json.SerializerOptions.TypeInfoResolverChain.Remove(byReflection);
            }));
        using HttpResponseMessage response = await host.PostAsync("/calls", "hello");
        await response.ShouldBeAsync(400, "not_sdp", host);
    }

    [Fact]
    public async Task An_offer_that_is_no_UTF_8_is_refused()
    {
        await using TestHost host = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/calls") { Content = new ByteArrayContent([.. System.Text.Encoding.ASCII.GetBytes(Offers.Valid), 0xC3, 0x28]) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", TestHost.SdpType);
        using HttpResponseMessage response = await host.Http.SendAsync(request);
        await response.ShouldBeAsync(400, "not_sdp", host);
        Assert.Empty(host.Service.Requests);
    }

    [Theory]
    [InlineData("https://evil.example", "cross-site")]
    [InlineData("https://evil.example", null)]
    [InlineData("null", null)]
    [InlineData("http://127.0.0.1", null)]
    [InlineData("", "cross-site")]
    [InlineData("", "same-site")]
    [InlineData("own", "cross-site")]
    [InlineData("own, https://evil.example", null)]
    public async Task A_page_of_another_origin_is_refused(string origin, string? site)
    {
        await using TestHost host = await StartAsync();
        foreach (string route in new[] { "/session", "/calls", "/bridge", "/calls/rtc_1/hangup", "/bridge/bridge_1/hangup" })
        {
            using HttpResponseMessage response = await host.PostAsync(
                route, Offers.Valid, origin: origin.Replace("own", host.Origin, StringComparison.Ordinal), site: site);
            await response.ShouldBeAsync(403, "wrong_origin", host);
        }
        Assert.Empty(host.Service.Requests);
    }

    [Theory]
    [InlineData("own", "same-origin")]
    [InlineData("own", null)]
    [InlineData("https://APP.example", "cross-site")]
    [InlineData("https://app.example", null)]
    [InlineData("", null)]
    [InlineData("", "same-origin")]
    public async Task The_hosts_own_pages_listed_origins_and_clients_that_are_no_pages_may_ask(string origin, string? site)
    {
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeEphemeralKey("/session", o => o.AllowedOrigins.Add("https://app.example")).AllowAnonymous());
        using HttpResponseMessage response = await host.PostAsync("/session", origin: origin.Replace("own", host.Origin, StringComparison.Ordinal), site: site);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("/session")]
    [InlineData("/calls")]
    [InlineData("/bridge")]
    public async Task Who_is_not_signed_in_is_refused(string route)
    {
        await using TestHost host = await TestHost.StartAsync(app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapRealtimeEphemeralKey("/session").RequireAuthorization();
            app.MapRealtimeCalls("/calls").RequireAuthorization();
            app.MapRealtimeBridge("/bridge").RequireAuthorization();
        });
        using HttpResponseMessage response = await host.PostAsync(route, Offers.Valid);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Empty(host.Service.Requests);
    }

    [Theory]
    [InlineData("/session")]
    [InlineData("/calls")]
    [InlineData("/bridge")]
    public async Task Who_asks_too_often_is_refused_but_can_always_hang_up(string route)
    {
        await using TestHost host = await TestHost.StartAsync(
            app =>
            {
                app.UseRateLimiter();
                app.MapRealtimeEphemeralKey("/session").AllowAnonymous().RequireRateLimiting("once");
                app.MapRealtimeCalls("/calls").AllowAnonymous().RequireRateLimiting("once");
                app.MapRealtimeBridge("/bridge").AllowAnonymous().RequireRateLimiting("once");
            },
            builder => builder.Services.AddRateLimiter(limiter =>
            {
                limiter.RejectionStatusCode = 429;
                limiter.AddFixedWindowLimiter("once", once => (once.PermitLimit, once.Window) = (1, TimeSpan.FromHours(1)));
            }));
        using HttpResponseMessage first = await host.PostAsync(route, "no offer", origin: "https://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, first.StatusCode);
        using HttpResponseMessage second = await host.PostAsync(route, Offers.Valid);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Empty(host.Service.Requests);
        if (route == "/session")
            return;
        using HttpResponseMessage hangUp = await host.PostAsync($"{route}/rtc_1/hangup");
        await hangUp.ShouldBeAsync(404, "call_not_found", host);
    }

    /// <summary>The rate limiter of the guide, docs/aspnet.md.</summary>
    [Fact]
    public async Task Each_user_has_a_limit_of_their_own_and_is_told_when_to_come_again()
    {
        await using TestHost host = await TestHost.StartAsync(
            app =>
            {
                app.UseAuthentication();
                app.UseRateLimiter();
                app.UseAuthorization();
                app.MapRealtimeEphemeralKey("/session").RequireAuthorization().RequireRateLimiting("calls");
                app.MapRealtimeCalls("/calls").RequireAuthorization().RequireRateLimiting("calls");
            },
            builder => builder.Services.AddRateLimiter(limiter =>
            {
                limiter.RejectionStatusCode = 429;
                limiter.AddPolicy("calls", request => RateLimitPartition.GetFixedWindowLimiter(
                    request.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? request.Connection.RemoteIpAddress?.ToString() ?? "",
                    _ => new FixedWindowRateLimiterOptions { PermitLimit = 1, Window = TimeSpan.FromMinutes(1) }));
                limiter.OnRejected = async (rejected, _) =>
                {
                    HttpResponse response = rejected.HttpContext.Response;
                    response.Headers.CacheControl = "no-store";
                    if (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait))
                        response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                    await Results.Problem("Try again a little later.", statusCode: 429, title: "Too many calls in a short time.",
                        extensions: new Dictionary<string, object?> { ["code"] = "too_many_requests" }).ExecuteAsync(rejected.HttpContext);
                };
            }));
        using HttpResponseMessage anns = await host.PostAsync("/session", user: "ann");
        Assert.Equal(HttpStatusCode.OK, anns.StatusCode);
        using HttpResponseMessage annsSecond = await host.PostAsync("/calls", Offers.Valid, user: "ann");
        await annsSecond.ShouldBeAsync(429, "too_many_requests", host);
        Assert.InRange(annsSecond.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        using HttpResponseMessage bobs = await host.PostAsync("/session", user: "bob");
        Assert.Equal(HttpStatusCode.OK, bobs.StatusCode);
    }

    [Theory]
    [InlineData("/session")]
    [InlineData("/calls")]
    [InlineData("/bridge")]
    public async Task Only_POST_is_served(string route)
    {
        await using TestHost host = await StartAsync();
        using HttpResponseMessage response = await host.Http.GetAsync(new Uri(route, UriKind.Relative));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Empty(host.Service.Requests);
    }

    private static Task<TestHost> StartAsync() => TestHost.StartAsync(app =>
    {
        app.MapRealtimeEphemeralKey("/session", o => o.MaxBodySize = 4096).AllowAnonymous();
        app.MapRealtimeCalls("/calls", o => o.MaxBodySize = 4096).AllowAnonymous();
        app.MapRealtimeBridge("/bridge", o => o.MaxBodySize = 4096).AllowAnonymous();
    });
}
