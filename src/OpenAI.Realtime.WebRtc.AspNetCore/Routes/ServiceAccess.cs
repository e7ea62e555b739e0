using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>The way to the service with the options of one registered client.</summary>
internal sealed class ServiceAccess
{
    private readonly IEphemeralKeyProvider? _ownProvider;
    private readonly RealtimeHttp _http;
    private readonly RealtimeHttp _keyServerHttp;

    private ServiceAccess(IServiceProvider services, string name)
    {
        string key = OpenAIRealtimeWebRtcServiceCollectionExtensions.ServiceKey(name);
        Options = services.GetRequiredService<IOptionsMonitor<OpenAIRealtimeWebRtcOptions>>().Get(name);
        TimeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
        ILogger logger = GuardedLogger.Create(services.GetService<ILoggerFactory>(), Telemetry.Name);
        IHttpClientFactory clients = services.GetRequiredService<IHttpClientFactory>();
        _http = new RealtimeHttp(() => clients.CreateClient(key), TimeProvider, logger);
        _keyServerHttp = new RealtimeHttp(
            () => clients.CreateClient(OpenAIRealtimeWebRtcServiceCollectionExtensions.KeyServerKey(name)), TimeProvider, logger);
        _ownProvider = services.GetKeyedService<IEphemeralKeyProvider>(key);
        Signaling = new CallSignaling(Options, _http, logger);
        Calls = new RealtimeCalls(Options, _http);
    }

    public OpenAIRealtimeWebRtcOptions Options { get; }

    public bool HasApiKey => Options.ApiKeyProvider is not null || !string.IsNullOrEmpty(Options.ApiKey);

    public TimeProvider TimeProvider { get; }

    /// <summary>Calls with the API key, and hang-ups whose failure nobody waits for.</summary>
    public CallSignaling Signaling { get; }

    /// <summary>Hang-ups that tell whether they worked.</summary>
    public RealtimeCalls Calls { get; }

    /// <summary>Where fresh keys come from: the application's provider or our own, never through a cache. Null when there is only a key given once.</summary>
    public IEphemeralKeyProvider? CreateKeyMint()
    {
        IEphemeralKeyProvider? provider = _ownProvider;
        while (provider is CachingEphemeralKeyProvider cache)
            provider = cache.Inner;
        if (provider is not null)
            return provider is StaticEphemeralKeyProvider ? null : provider;
        if (Options.KeyUrl is { } url)
            return new ServerEphemeralKeyProvider(url, Options.KeyTimeout, _keyServerHttp);
        return HasApiKey ? new OpenAIEphemeralKeyProvider(Options, _http) : null;
    }

    /// <summary>The one place where the session configuration is looked at: it is passed on as JSON, with the client's model where it names none.</summary>
    public (byte[] Json, string Model) Write(SessionConfig session)
    {
        string model = session.ModelName ?? Options.Model;
        return (session.ForCall(model).ToUtf8Json(Options.Dialect), model);
    }

    /// <summary>Makes each name's access once.</summary>
    internal sealed class Cache(IServiceProvider services)
    {
        private readonly ConcurrentDictionary<string, Lazy<ServiceAccess>> _byName = new(StringComparer.Ordinal);

        public ServiceAccess Get(string name) => _byName.GetOrAdd(name, n => new Lazy<ServiceAccess>(() => new ServiceAccess(services, n))).Value;
    }
}
