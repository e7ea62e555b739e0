using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
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
        HashSet<RealtimeRoute> warned = [];     // a route and its hang-up are two endpoints, and are told of once
        foreach (Endpoint endpoint in services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints))
        {
            if (endpoint.Metadata.GetMetadata<RealtimeRouteMetadata>() is not { Route: var route })
                continue;
            route.CheckClient();
            route.Check();
            CheckAuthorization(services, route.Name, endpoint.Metadata);
            if (hasFallback || IsDecided(endpoint.Metadata))
                continue;
            if (!environment.IsDevelopment())
            {
                throw new InvalidOperationException(
                    $"{route.Name} would open sessions at this host's expense for everyone who reaches it: it has neither an authorization policy nor AllowAnonymous(). "
                    + "Add .RequireAuthorization() to it, or .AllowAnonymous() if it is meant for everyone. Only in Development does the host start without.");
            }
            if (warned.Add(route))
                loggers.CreateLogger(AspNetLog.Category).OpenInDevelopment(route.Name);
        }
    }

    /// <summary>A policy without the services that it needs would fail each request with 500; said here, where it can be known.</summary>
    private static void CheckAuthorization(IServiceProvider services, string name, EndpointMetadataCollection metadata)
    {
        IReadOnlyList<IAuthorizeData> asked = metadata.GetOrderedMetadata<IAuthorizeData>();
        IReadOnlyList<AuthorizationPolicy> given = metadata.GetOrderedMetadata<AuthorizationPolicy>();
        if (metadata.GetMetadata<IAllowAnonymous>() is not null || (asked.Count == 0 && given.Count == 0))
            return;
        if (services.GetService<IAuthorizationService>() is null)
            throw new InvalidOperationException($"{name} has an authorization policy, and nothing to judge by it: call builder.Services.AddAuthorization() before the host is built.");

        // A name that is not found here may be known to a policy provider of the application's own.
        AuthorizationOptions options = services.GetRequiredService<IOptions<AuthorizationOptions>>().Value;
        // As the framework combines them, the default policy counts where nothing else is asked for.
        AuthorizationPolicy[] policies = [.. given, .. asked.Select(a => a.Policy is { Length: > 0 } policy ? options.GetPolicy(policy)
            : given.Count == 0 && string.IsNullOrEmpty(a.Roles) ? options.DefaultPolicy : null).OfType<AuthorizationPolicy>()];
        bool namesScheme = asked.Any(a => !string.IsNullOrEmpty(a.AuthenticationSchemes)) || policies.Any(p => p.AuthenticationSchemes.Count > 0);
        bool needsUser = asked.Any(a => !string.IsNullOrEmpty(a.Roles)) || policies.Any(p => p.Requirements.OfType<DenyAnonymousAuthorizationRequirement>().Any());
        IAuthenticationSchemeProvider? schemes = services.GetService<IAuthenticationSchemeProvider>();

        // Waited for: a startup filter is synchronous, nothing is served yet, and the framework's own provider answers at once.
        if (needsUser && (schemes is null || (!namesScheme && schemes.GetDefaultChallengeSchemeAsync().GetAwaiter().GetResult() is null)))
        {
            throw new InvalidOperationException(
                $"{name} is for signed-in users, and the host has no default way to sign in: call builder.Services.AddAuthentication(…) with a scheme, such as .AddCookie(), "
                + "or name one in the policy.");
        }
    }

    private static bool IsDecided(EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<IAllowAnonymous>() is not null || metadata.GetMetadata<IAuthorizeData>() is not null
        || metadata.GetMetadata<AuthorizationPolicy>() is not null || metadata.GetMetadata<IAuthorizationRequirementData>() is not null;
}
