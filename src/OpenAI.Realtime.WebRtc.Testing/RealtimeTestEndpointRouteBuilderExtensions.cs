using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenAI.Realtime.WebRtc.Testing;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts a <see cref="RealtimeTestEndpoint"/> into an application.</summary>
public static class RealtimeTestEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the routes of a Realtime endpoint, such as <c>/v1/realtime/calls</c>. It ends with the application.
    /// </summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <param name="prefix">What comes before <c>/realtime</c>. Default: <c>/v1</c>.</param>
    /// <param name="options">How the endpoint is to be. Default: null, all defaults.</param>
    /// <returns>The endpoint: its key, its calls, its script.</returns>
    public static RealtimeTestEndpoint MapRealtimeTestEndpoint(
        this IEndpointRouteBuilder endpoints, string prefix = "/v1", RealtimeTestEndpointOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        var endpoint = new RealtimeTestEndpoint(options ?? new RealtimeTestEndpointOptions());
        HttpRoutes.Map(endpoints, "/" + prefix.Trim('/'), endpoint, isWholeServer: false);
        endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(() => _ = endpoint.DisposeAsync().AsTask());
        return endpoint;
    }
}
