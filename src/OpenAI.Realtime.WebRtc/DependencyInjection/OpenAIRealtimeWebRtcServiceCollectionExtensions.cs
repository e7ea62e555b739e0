using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Signaling;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="RealtimeWebRtcClient"/>, <see cref="RealtimeCalls"/> and <see cref="EphemeralKeyMint"/>.</summary>
public static class OpenAIRealtimeWebRtcServiceCollectionExtensions
{
    /// <summary>
    /// Registers a singleton <see cref="RealtimeWebRtcClient"/>, and beside it <see cref="RealtimeCalls"/> and <see cref="EphemeralKeyMint"/>. Its options are validated when the host starts, and at the latest when the client is first asked for.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IOpenAIRealtimeWebRtcBuilder AddOpenAIRealtimeWebRtc(this IServiceCollection services, Action<OpenAIRealtimeWebRtcOptions> configure) =>
        services.AddOpenAIRealtimeWebRtc(Options.Options.DefaultName, configure);

    /// <summary>Registers a singleton <see cref="RealtimeWebRtcClient"/> whose options come from configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">Holds values named as the options are.</param>
    public static IOpenAIRealtimeWebRtcBuilder AddOpenAIRealtimeWebRtc(this IServiceCollection services, IConfigurationSection section) =>
        services.AddOpenAIRealtimeWebRtc(Options.Options.DefaultName, section);

    /// <summary>Registers a client under a name: a keyed singleton, <c>[FromKeyedServices("name")] RealtimeWebRtcClient</c>. May be called for several names.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of the service and the name of the options; empty for the client without a key.</param>
    /// <param name="configure">Sets the options.</param>
    public static IOpenAIRealtimeWebRtcBuilder AddOpenAIRealtimeWebRtc(this IServiceCollection services, string name, Action<OpenAIRealtimeWebRtcOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<OpenAIRealtimeWebRtcOptions>(name).Configure(configure).ValidateOnStart();
        return Add(services, name);
    }

    /// <summary>Registers a client under a name, with options from configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of the service and the name of the options; empty for the client without a key.</param>
    /// <param name="section">Holds values named as the options are.</param>
    public static IOpenAIRealtimeWebRtcBuilder AddOpenAIRealtimeWebRtc(this IServiceCollection services, string name, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(section);
        services.AddOptions<OpenAIRealtimeWebRtcOptions>(name).Bind(section).ValidateOnStart();
        return Add(services, name);
    }

    private static Builder Add(IServiceCollection services, string name)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OpenAIRealtimeWebRtcOptions>, OpenAIRealtimeWebRtcOptionsValidator>());
        IHttpClientBuilder http = AddHttpClient(services, ServiceKey(name), name);
        IHttpClientBuilder keyServerHttp = AddHttpClient(services, KeyServerKey(name), name);

        if (name.Length == 0)
        {
            services.TryAddSingleton(provider => Create(provider, name));
            services.TryAddSingleton(provider => CreateCalls(provider, name));
            services.TryAddSingleton(provider => CreateMint(provider, name));
        }
        else
        {
            services.TryAddKeyedSingleton(name, (provider, _) => Create(provider, name));
            services.TryAddKeyedSingleton(name, (provider, _) => CreateCalls(provider, name));
            services.TryAddKeyedSingleton(name, (provider, _) => CreateMint(provider, name));
        }
        return new Builder(services, name, http, keyServerHttp);
    }

    private static IHttpClientBuilder AddHttpClient(IServiceCollection services, string key, string name) => services.AddHttpClient(key)
        .RemoveAllLoggers() // the factory's own redacts headers in its text alone, and hands their values, the key among them, to whoever stores what is logged
        .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan) // each phase has a limit of its own
        .ConfigurePrimaryHttpMessageHandler(provider => RealtimeWebRtcClient.CreateHandler(provider.GetRequiredService<IOptionsMonitor<OpenAIRealtimeWebRtcOptions>>().Get(name)));

    private static RealtimeWebRtcClient Create(IServiceProvider provider, string name)
    {
        string key = ServiceKey(name);
        IHttpClientFactory http = provider.GetRequiredService<IHttpClientFactory>();
        return new RealtimeWebRtcClient(
            provider.GetRequiredService<IOptionsMonitor<OpenAIRealtimeWebRtcOptions>>().Get(name),
            () => http.CreateClient(key),
            () => http.CreateClient(KeyServerKey(name)),
            provider.GetKeyedService<IEphemeralKeyProvider>(key),
            provider.GetKeyedService<IPeerConnectionFactory>(key) ?? provider.GetService<IPeerConnectionFactory>(),
            provider.GetService<ILoggerFactory>(),
            provider.GetService<TimeProvider>(),
            provider.GetKeyedService<IOpusCodecFactory>(key) ?? provider.GetService<IOpusCodecFactory>());
    }

    private static RealtimeCalls CreateCalls(IServiceProvider provider, string name) => new(
        provider.GetRequiredService<IOptionsMonitor<OpenAIRealtimeWebRtcOptions>>().Get(name), Http(provider, ServiceKey(name)));

    private static EphemeralKeyMint CreateMint(IServiceProvider provider, string name) => new(
        provider.GetRequiredService<IOptionsMonitor<OpenAIRealtimeWebRtcOptions>>().Get(name),
        Http(provider, ServiceKey(name)), Http(provider, KeyServerKey(name)), provider.GetKeyedService<IEphemeralKeyProvider>(ServiceKey(name)));

    private static RealtimeHttp Http(IServiceProvider provider, string clientName)
    {
        IHttpClientFactory http = provider.GetRequiredService<IHttpClientFactory>();
        return new RealtimeHttp(
            () => http.CreateClient(clientName),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            GuardedLogger.Create(provider.GetService<ILoggerFactory>(), Telemetry.Name));
    }

    /// <summary>The name of the HTTP client, and the key of what the builder registers; apart from keys that an application may use itself.</summary>
    private static string ServiceKey(string name) => name.Length == 0 ? "OpenAI.Realtime.WebRtc" : "OpenAI.Realtime.WebRtc:" + name;

    /// <summary>The name of the HTTP client that asks one's own server, so that what it carries never reaches the service.</summary>
    private static string KeyServerKey(string name) => name.Length == 0 ? "OpenAI.Realtime.WebRtc.KeyServer" : "OpenAI.Realtime.WebRtc.KeyServer:" + name;

    private sealed class Builder(IServiceCollection services, string name, IHttpClientBuilder http, IHttpClientBuilder keyServerHttp) : IOpenAIRealtimeWebRtcBuilder
    {
        public IServiceCollection Services => services;

        public string Name => name;

        public IHttpClientBuilder HttpClient => http;

        public IHttpClientBuilder KeyServerHttpClient => keyServerHttp;

        public IOpenAIRealtimeWebRtcBuilder UseKeyProvider(Func<IServiceProvider, IEphemeralKeyProvider> create)
        {
            ArgumentNullException.ThrowIfNull(create);
            services.AddKeyedSingleton(ServiceKey(name), (provider, _) => Made.By(nameof(UseKeyProvider), create(provider)));
            services.Configure<OpenAIRealtimeWebRtcOptions>(name, options => options.HasOwnKeyProvider = true);
            return this;
        }

        public IOpenAIRealtimeWebRtcBuilder UseKeyProvider<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProvider>()
            where TProvider : class, IEphemeralKeyProvider => UseKeyProvider(provider => ActivatorUtilities.CreateInstance<TProvider>(provider));

        public IOpenAIRealtimeWebRtcBuilder UseApiKeyProvider(Func<IServiceProvider, CancellationToken, ValueTask<string>> getKey)
        {
            ArgumentNullException.ThrowIfNull(getKey);
            services.AddOptions<OpenAIRealtimeWebRtcOptions>(name)
                .Configure<IServiceProvider>((options, provider) => options.ApiKeyProvider = cancellationToken => getKey(provider, cancellationToken));
            return this;
        }

        public IOpenAIRealtimeWebRtcBuilder UsePeerConnectionFactory(Func<IServiceProvider, IPeerConnectionFactory> create)
        {
            ArgumentNullException.ThrowIfNull(create);
            services.AddKeyedSingleton(ServiceKey(name), (provider, _) => Made.By(nameof(UsePeerConnectionFactory), create(provider)));
            return this;
        }

        public IOpenAIRealtimeWebRtcBuilder UseOpusCodecFactory(Func<IServiceProvider, IOpusCodecFactory> create)
        {
            ArgumentNullException.ThrowIfNull(create);
            services.AddKeyedSingleton(ServiceKey(name), (provider, _) => Made.By(nameof(UseOpusCodecFactory), create(provider)));
            return this;
        }
    }
}
