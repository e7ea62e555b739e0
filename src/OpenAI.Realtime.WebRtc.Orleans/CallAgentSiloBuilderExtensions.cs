using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc.Orleans;
using OpenAI.Realtime.WebRtc.Orleans.Grains;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Registers the agents of calls with a silo.</summary>
public static class CallAgentSiloBuilderExtensions
{
    /// <summary>
    /// Has this silo run agents of calls (<see cref="ICallAgent"/>). Beside it the silo needs the client, by <c>AddOpenAIRealtimeWebRtc</c>; grain storage as the default; and reminders: those of its cluster, of Redis say. The silo does not start without them.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets the options; <see cref="CallAgentOptions.CreateAgent"/> at least.</param>
    public static ISiloBuilder AddCallAgents(this ISiloBuilder builder, Action<CallAgentOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure(configure);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CallAgentOptions>, CallAgentOptionsValidator>());
        builder.Services.AddOptionsWithValidateOnStart<CallAgentOptions>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<HandOver>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, HandOver>(services => services.GetRequiredService<HandOver>()));
        return builder;       // AddReminders comes with the service; without one it would fail before the options are looked at, and not say what to do
    }
}
