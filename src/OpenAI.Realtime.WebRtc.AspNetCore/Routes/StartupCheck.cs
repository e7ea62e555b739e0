using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>Marks an endpoint as one of ours.</summary>
internal sealed record RealtimeRouteMetadata(RealtimeRoute Route);

/// <summary>
/// Looks at the finished routes, groups and all, before the server listens. A route that spends the host's money and is open to everyone without having been
/// declared so keeps the host from starting, outside Development.
/// </summary>
internal sealed class StartupCheck(IHostEnvironment environment, ILoggerFactory loggers) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        Check(app.ApplicationServices);
    };

    private void Check(IServiceProvider services)
    {
        bool hasFallback = services.GetService<IOptions<AuthorizationOptions>>()?.Value.FallbackPolicy is not null;
        foreach (Endpoint endpoint in services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints))
        {
            if (endpoint.Metadata.GetMetadata<RealtimeRouteMetadata>() is not { Route: var route })
                continue;
            route.CheckClient();
            route.Check();
            if (hasFallback || IsDecided(endpoint.Metadata))
                continue;
            if (!environment.IsDevelopment())
            {
                throw new InvalidOperationException(
                    $"{route.Name} would open sessions at this host's expense for everyone who reaches it: it has neither an authorization policy nor AllowAnonymous(). "
                    + "Add .RequireAuthorization() to it, or .AllowAnonymous() if it is meant for everyone. Only in Development does the host start without.");
            }
            loggers.CreateLogger(AspNetLog.Category).OpenInDevelopment(route.Name);
        }
    }

    private static bool IsDecided(EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<IAllowAnonymous>() is not null || metadata.GetMetadata<IAuthorizeData>() is not null
        || metadata.GetMetadata<AuthorizationPolicy>() is not null || metadata.GetMetadata<IAuthorizationRequirementData>() is not null;
}
