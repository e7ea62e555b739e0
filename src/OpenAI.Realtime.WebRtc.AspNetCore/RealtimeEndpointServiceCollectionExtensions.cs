using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.AspNetCore.Bridge;
using OpenAI.Realtime.WebRtc.AspNetCore.Routes;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what the routes for pages need.</summary>
public static class RealtimeEndpointServiceCollectionExtensions
{
    /// <summary>
    /// Registers what <c>MapRealtimeEphemeralKey</c>, <c>MapRealtimeCalls</c> and <c>MapRealtimeBridge</c> need; beside <c>AddOpenAIRealtimeWebRtc</c>, which registers the
    /// client. May be called more than once.
    /// </summary>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddRealtimeEndpoints(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<HandedOutKeys>();
        services.TryAddSingleton(provider => new RealtimeBridge(provider.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton<AttendedCalls>();
        services.AddHostedService<BridgeDrain>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, StartupCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<JsonOptions>, ProblemJson.Setup>());
        return services;
    }
}
