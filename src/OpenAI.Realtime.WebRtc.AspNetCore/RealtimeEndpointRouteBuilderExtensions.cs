using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.AspNetCore.Routes;
using OpenAI.Realtime.WebRtc.AspNetCore.Webhooks;

namespace Microsoft.AspNetCore.Builder;

/// <summary>
/// Routes for pages that talk to a Realtime service. All are POST, store nothing, serve pages of the host's own origin unless told otherwise, and answer failures with
/// <c>application/problem+json</c>. Each needs an authorization policy or <c>AllowAnonymous()</c>: without, the host does not start outside Development.
/// </summary>
public static class RealtimeEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Mints an ephemeral key for a page that calls the service itself. Answers JSON: <c>value</c>, <c>expires_at</c> (seconds since 1970, or null), <c>calls_url</c> to
    /// post the SDP offer to, and <c>model</c>. The API key stays here, and no key goes to two callers.
    /// </summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <param name="pattern">The route. Default: <c>/session</c>.</param>
    /// <param name="configure">Sets the options. Default: null, all defaults.</param>
    /// <returns>For <c>RequireAuthorization()</c>, <c>AllowAnonymous()</c>, <c>RequireRateLimiting()</c> and the like.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRealtimeEndpoints</c> or <c>AddOpenAIRealtimeWebRtc</c> has not been called.</exception>
    public static IEndpointConventionBuilder MapRealtimeEphemeralKey(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/session", Action<RealtimeEndpointOptions>? configure = null)
    {
        IServiceProvider services = ServicesOf(endpoints, pattern);
        var options = new RealtimeEndpointOptions();
        configure?.Invoke(options);
        var route = new EphemeralKeyRoute(NameOf(pattern, nameof(MapRealtimeEphemeralKey)), options, services, services.GetRequiredService<HandedOutKeys>());
        return Map(endpoints, pattern, route, route.HandleAsync);
    }

    /// <summary>
    /// Opens a call for a page through this host, which holds the API key and the session configuration (the unified interface). The page posts its offer as
    /// <c>application/sdp</c>; the answer is 201 with the service's SDP, the call's id in <c>X-Realtime-Call-Id</c>, and a <c>Location</c>. A POST to
    /// <c>{Location}/hangup</c> by the same user ends the call, at another host too if the hosts share an <c>IDistributedCache</c>.
    /// </summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <param name="pattern">The route. Default: <c>/calls</c>.</param>
    /// <param name="configure">Sets the options. Default: null, all defaults.</param>
    /// <returns>For <c>RequireAuthorization()</c>, <c>AllowAnonymous()</c>, <c>RequireRateLimiting()</c> and the like; the hang-up gets the same, but no rate limit.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRealtimeEndpoints</c> or <c>AddOpenAIRealtimeWebRtc</c> has not been called.</exception>
    public static IEndpointConventionBuilder MapRealtimeCalls(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/calls", Action<RealtimeCallsOptions>? configure = null)
    {
        IServiceProvider services = ServicesOf(endpoints, pattern);
        var options = new RealtimeCallsOptions();
        configure?.Invoke(options);
        var route = new CallsRoute(NameOf(pattern, nameof(MapRealtimeCalls)), options, services);
        return new RouteConventions(Map(endpoints, pattern, route, route.HandleAsync), (Map(endpoints, PatternOfCall(pattern, "hangup"), route, route.HandleHangUpAsync), ".HangUp"));
    }

    /// <summary>
    /// Takes a page's call itself and holds the conversation with the service on its behalf: the host sees and shapes the events, can listen in, and keeps instructions and
    /// tools to itself. The page posts its offer as <c>application/sdp</c>; the answer is 201 with this host's SDP, the call's id in <c>X-Realtime-Call-Id</c>, and a
    /// <c>Location</c>. A POST to <c>{Location}/hangup</c> by the same user ends the call. A page whose network has changed restarts ICE: it posts its new offer to <c>{Location}/restart</c> and gets the
    /// answer for it with 200, and the call goes on. See <see cref="RealtimeBridge"/> for the calls that are live.
    /// </summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <param name="pattern">The route. Default: <c>/bridge</c>.</param>
    /// <param name="configure">Sets the options. Default: null, all defaults.</param>
    /// <returns>For <c>RequireAuthorization()</c>, <c>AllowAnonymous()</c>, <c>RequireRateLimiting()</c> and the like; the hang-up and the restart get the same, but no rate limit.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRealtimeEndpoints</c> or <c>AddOpenAIRealtimeWebRtc</c> has not been called.</exception>
    public static IEndpointConventionBuilder MapRealtimeBridge(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/bridge", Action<RealtimeBridgeOptions>? configure = null)
    {
        IServiceProvider services = ServicesOf(endpoints, pattern);
        var options = new RealtimeBridgeOptions();
        configure?.Invoke(options);
        var route = new BridgeRoute(NameOf(pattern, nameof(MapRealtimeBridge)), options, services);
        return new RouteConventions(
            Map(endpoints, pattern, route, route.HandleAsync),
            (Map(endpoints, PatternOfCall(pattern, "hangup"), route, route.HandleHangUpAsync), ".HangUp"),
            (Map(endpoints, PatternOfCall(pattern, "restart"), route, route.HandleRestartAsync), ".Restart"));
    }

    /// <summary>
    /// Takes the service's webhooks: calls that come in by telephone, and whatever else it tells. Each is checked by its signature (Standard Webhooks), its time and its id, and handled once. Open to everyone, whatever
    /// the host's fallback policy, because the signature is what admits; so it stands beside the routes for pages and needs no policy of its own.
    /// </summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <param name="pattern">The route. Default: <c>/webhooks</c>.</param>
    /// <param name="configure">Sets the options; the secret and one handler are needed.</param>
    /// <returns>For <c>RequireRateLimiting()</c>, <c>RequireHost()</c> and the like.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRealtimeEndpoints</c> or <c>AddOpenAIRealtimeWebRtc</c> has not been called.</exception>
    /// <exception cref="ArgumentException">An option is missing or out of its range; no message repeats a secret.</exception>
    public static IEndpointConventionBuilder MapRealtimeWebhooks(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/webhooks", Action<RealtimeWebhookOptions>? configure = null)
    {
        IServiceProvider services = ServicesOf(endpoints, pattern);
        var options = new RealtimeWebhookOptions();
        configure?.Invoke(options);
        var route = new WebhookRoute(NameOf(pattern, nameof(MapRealtimeWebhooks)), options, services);
        return endpoints.MapMethods(pattern, [HttpMethods.Post], route.HandleAsync).AllowAnonymous();
    }

    /// <summary>
    /// Takes a page's offer and has the application's code answer it, for a service that this package knows nothing of: the Live API (<c>LiveWebRtcClient.CreateForPageAsync</c>), or one of the application's own. The page's
    /// origin, the size and the shape of the offer are checked as by the other routes, and whatever goes wrong is answered as theirs is. The page posts <c>application/sdp</c>; the answer is 201 with the SDP and the id in
    /// <c>X-Realtime-Call-Id</c>.
    /// </summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <param name="pattern">The route, such as <c>/live</c>.</param>
    /// <param name="answer">Answers an offer, which is given byte for byte. A <see cref="RealtimeConnectException"/> becomes the problem that the other routes make of it; a <see cref="BadHttpRequestException"/> refuses
    /// with its own status. The token is cancelled when the page goes.</param>
    /// <param name="configure">Sets the options; of these <see cref="RealtimeEndpointOptions.AllowedOrigins"/> and <see cref="RealtimeEndpointOptions.MaxBodySize"/> count here. Default: null, all defaults.</param>
    /// <returns>For <c>RequireAuthorization()</c>, <c>AllowAnonymous()</c>, <c>RequireRateLimiting()</c> and the like.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRealtimeEndpoints</c> has not been called.</exception>
    public static IEndpointConventionBuilder MapRealtimeOffers(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Func<HttpContext, string, CancellationToken, Task<RealtimeOfferAnswer>> answer,
        Action<RealtimeEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(answer);
        IServiceProvider services = ServicesOf(endpoints, pattern, needsClient: false);
        var options = new RealtimeEndpointOptions();
        configure?.Invoke(options);
        var route = new OffersRoute(NameOf(pattern, nameof(MapRealtimeOffers)), options, services, answer);
        return Map(endpoints, pattern, route, route.HandleAsync);
    }

    private static IServiceProvider ServicesOf(IEndpointRouteBuilder endpoints, string pattern, bool needsClient = true)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        IServiceProvider services = endpoints.ServiceProvider;
        if (services.GetService<HandedOutKeys>() is null)
            throw new InvalidOperationException($"Call builder.Services.{nameof(RealtimeEndpointServiceCollectionExtensions.AddRealtimeEndpoints)}() before the host is built.");
        if (needsClient && services.GetService<IHttpClientFactory>() is null)
            throw new InvalidOperationException("Call builder.Services.AddOpenAIRealtimeWebRtc(…) before the host is built: it says where the service is, and holds the API key.");
        return services;
    }

    private static string NameOf(string pattern, string method) => $"POST {pattern} ({method})";

    private static string PatternOfCall(string pattern, string verb) => pattern.TrimEnd('/') + "/{callId}/" + verb;

    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string pattern, RealtimeRoute route, RequestDelegate handle) =>
        endpoints.MapMethods(pattern, [HttpMethods.Post], handle).WithMetadata(new RealtimeRouteMetadata(route));
}
