using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

/// <summary>A host on Kestrel and loopback, with the endpoint of the Testing package as the service behind it. A user is who the header <c>X-User</c> names.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    public const string SdpType = "application/sdp";

    private TestHost(WebApplication application, RealtimeTestEndpoint service, FakeLogCollector log)
    {
        Application = application;
        Service = service;
        Log = log;
        Address = new Uri(application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public WebApplication Application { get; }

    public RealtimeTestEndpoint Service { get; }

    public FakeLogCollector Log { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public RealtimeBridge Bridge => Application.Services.GetRequiredService<RealtimeBridge>();

    public string Origin => Address.GetLeftPart(UriPartial.Authority);

    /// <summary>Starts one.</summary>
    /// <param name="map">Maps the routes.</param>
    /// <param name="services">Registers what the test needs besides.</param>
    /// <param name="client">Sets options of the client, whose endpoint and key are set already.</param>
    /// <param name="endpoint">The service's options.</param>
    /// <param name="environment">The host's environment.</param>
    public static async Task<TestHost> StartAsync(
        Action<WebApplication> map, Action<WebApplicationBuilder>? services = null, Action<OpenAIRealtimeWebRtcOptions>? client = null,
        RealtimeTestEndpointOptions? endpoint = null, string environment = "Production")
    {
        RealtimeTestEndpoint service = await RealtimeTestEndpoint.StartAsync(endpoint);
        WebApplication? application = null;
        try
        {
            var log = new FakeLogCollector();
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(log));
            builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, UserHeader>("test", null);
            builder.Services.AddAuthorization();
            builder.Services.AddOpenAIRealtimeWebRtc(options =>
            {
                options.Endpoint = service.BaseAddress;
                options.ApiKey = service.ApiKey;
                client?.Invoke(options);
            });
            builder.Services.AddRealtimeEndpoints();
            services?.Invoke(builder);
            application = builder.Build();
            map(application);
            await application.StartAsync();
            return new TestHost(application, service, log);
        }
        catch
        {
            if (application is not null)
                await application.DisposeAsync();
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Posts as a page of the host's own origin does. An empty origin is none at all.</summary>
    public Task<HttpResponseMessage> PostAsync(
        string path, string? body = null, string? contentType = SdpType, string? user = null, string? origin = null, string? site = "same-origin", CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (contentType is not null)
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }
        if (origin != "")
            request.Headers.TryAddWithoutValidation("Origin", origin ?? Origin);
        if (site is not null)
            request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", site);
        if (user is not null)
            request.Headers.TryAddWithoutValidation("X-User", user);
        return Http.SendAsync(request, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Application.StopAsync();
        await Application.DisposeAsync();
        await Service.DisposeAsync();
    }

    private sealed class UserHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            string user = Request.Headers["X-User"].ToString();
            if (user.Length == 0)
                return Task.FromResult(AuthenticateResult.NoResult());
            var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, user)], Scheme.Name);
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
        }
    }
}

/// <summary>What a response says when something went wrong.</summary>
internal static class Problems
{
    /// <summary>Asserts the status and the form, and that nothing secret stands in it.</summary>
    public static async Task<JsonObject> ShouldBeAsync(this HttpResponseMessage response, int status, string code, TestHost host)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoStore);
        JsonObject problem = JsonNode.Parse(body)!.AsObject();
        Assert.Equal(code, problem["code"]?.GetValue<string>());
        Assert.Equal(status, problem["status"]?.GetValue<int>());
        Assert.False(string.IsNullOrWhiteSpace(problem["title"]?.GetValue<string>()));
        Assert.DoesNotContain(host.Service.ApiKey[..12], body, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-", body, StringComparison.Ordinal);
        Assert.DoesNotContain("ek_", body, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
        return problem;
    }
}
