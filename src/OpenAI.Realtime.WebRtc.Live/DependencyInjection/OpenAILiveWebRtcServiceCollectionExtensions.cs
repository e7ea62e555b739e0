using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc.Live;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Signaling;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="LiveWebRtcClient"/>.</summary>
public static class OpenAILiveWebRtcServiceCollectionExtensions
{
    /// <summary>Registers a singleton <see cref="LiveWebRtcClient"/>. Its options are validated when the host starts, and at the latest when the client is first asked for.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IOpenAILiveWebRtcBuilder AddOpenAILiveWebRtc(this IServiceCollection services, Action<OpenAILiveWebRtcOptions> configure) =>
        services.AddOpenAILiveWebRtc(Options.Options.DefaultName, configure);

    /// <summary>Registers a singleton <see cref="LiveWebRtcClient"/> whose options come from configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">Holds values named as the options are.</param>
    public static IOpenAILiveWebRtcBuilder AddOpenAILiveWebRtc(this IServiceCollection services, IConfigurationSection section) =>
        services.AddOpenAILiveWebRtc(Options.Options.DefaultName, section);

    /// <summary>Registers a client under a name: a keyed singleton, <c>[FromKeyedServices("name")] LiveWebRtcClient</c>. May be called for several names.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of the service and the name of the options; empty for the client without a key.</param>
    /// <param name="configure">Sets the options.</param>
    public static IOpenAILiveWebRtcBuilder AddOpenAILiveWebRtc(this IServiceCollection services, string name, Action<OpenAILiveWebRtcOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<OpenAILiveWebRtcOptions>(name).Configure(configure).ValidateOnStart();
        return Add(services, name);
    }

    /// <summary>Registers a client under a name, with options from configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of the service and the name of the options; empty for the client without a key.</param>
    /// <param name="section">Holds values named as the options are.</param>
    public static IOpenAILiveWebRtcBuilder AddOpenAILiveWebRtc(this IServiceCollection services, string name, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(section);
        services.AddOptions<OpenAILiveWebRtcOptions>(name).Bind(section).ValidateOnStart();
        return Add(services, name);
    }

    private static Builder Add(IServiceCollection services, string name)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OpenAILiveWebRtcOptions>, OpenAILiveWebRtcOptionsValidator>());
        IHttpClientBuilder http = services.AddHttpClient(ServiceKey(name))
            .RemoveAllLoggers() // the factory's own redacts headers in its text alone, and hands their values, the key among them, to whoever stores what is logged
            .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan) // each phase has a limit of its own
            .ConfigurePrimaryHttpMessageHandler(provider => HttpHandlers.Create(provider.GetRequiredService<IOptionsMonitor<OpenAILiveWebRtcOptions>>().Get(name).ToShared()));
        if (name.Length == 0)
            services.TryAddSingleton(provider => Create(provider, name));
        else
            services.TryAddKeyedSingleton(name, (provider, _) => Create(provider, name));
        return new Builder(services, name, http);
    }

    private static LiveWebRtcClient Create(IServiceProvider provider, string name)
    {
        string key = ServiceKey(name);
        IHttpClientFactory http = provider.GetRequiredService<IHttpClientFactory>();
        return new LiveWebRtcClient(
            provider.GetRequiredService<IOptionsMonitor<OpenAILiveWebRtcOptions>>().Get(name),
            () => http.CreateClient(key),
            provider.GetKeyedService<IPeerConnectionFactory>(key) ?? provider.GetService<IPeerConnectionFactory>(),
            provider.GetService<ILoggerFactory>(),
            provider.GetService<TimeProvider>(),
            provider.GetKeyedService<IOpusCodecFactory>(key) ?? provider.GetService<IOpusCodecFactory>());
    }

    /// <summary>The name of the HTTP client, and the key of what the builder registers; apart from keys that an application may use itself.</summary>
    private static string ServiceKey(string name) => name.Length == 0 ? "OpenAI.Realtime.WebRtc.Live" : "OpenAI.Realtime.WebRtc.Live:" + name;

    private sealed class Builder(IServiceCollection services, string name, IHttpClientBuilder http) : IOpenAILiveWebRtcBuilder
    {
        public IServiceCollection Services => services;

        public string Name => name;

        public IHttpClientBuilder HttpClient => http;

        public IOpenAILiveWebRtcBuilder UseApiKeyProvider(Func<IServiceProvider, CancellationToken, ValueTask<string>> getKey)
        {
            ArgumentNullException.ThrowIfNull(getKey);
            services.AddOptions<OpenAILiveWebRtcOptions>(name)
                .Configure<IServiceProvider>((options, provider) => options.ApiKeyProvider = cancellationToken => getKey(provider, cancellationToken));
            return this;
        }

        public IOpenAILiveWebRtcBuilder UsePeerConnectionFactory(Func<IServiceProvider, IPeerConnectionFactory> create)
        {
            ArgumentNullException.ThrowIfNull(create);
            services.AddKeyedSingleton(ServiceKey(name), (provider, _) => Made.By(nameof(UsePeerConnectionFactory), create(provider)));
            return this;
        }

        public IOpenAILiveWebRtcBuilder UseOpusCodecFactory(Func<IServiceProvider, IOpusCodecFactory> create)
        {
            ArgumentNullException.ThrowIfNull(create);
            services.AddKeyedSingleton(ServiceKey(name), (provider, _) => Made.By(nameof(UseOpusCodecFactory), create(provider)));
            return this;
        }
    }
}
