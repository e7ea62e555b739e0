using OpenAI.Realtime.WebRtc.Media;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sets up one registered <see cref="OpenAI.Realtime.WebRtc.Live.LiveWebRtcClient"/> further.</summary>
public interface IOpenAILiveWebRtcBuilder
{
    /// <summary>The services.</summary>
    IServiceCollection Services { get; }

    /// <summary>The name of the client and its options; empty for the one without.</summary>
    string Name { get; }

    /// <summary>
    /// The HTTP client that asks the service, or your broker, and nobody else. Add handlers or a proxy, but nothing that repeats requests: each session that is created is charged for. Its name is
    /// <c>OpenAI.Realtime.WebRtc.Live</c>, for a client with a name <c>OpenAI.Realtime.WebRtc.Live:name</c>.
    /// </summary>
    IHttpClientBuilder HttpClient { get; }

    /// <summary>
    /// Asks for the API key each time one is needed, so that it may change while the host runs: sets <see cref="OpenAI.Realtime.WebRtc.Live.OpenAILiveWebRtcOptions.ApiKeyProvider"/>. The services are the
    /// root's: one that is scoped needs a scope of its own.
    /// </summary>
    IOpenAILiveWebRtcBuilder UseApiKeyProvider(Func<IServiceProvider, CancellationToken, ValueTask<string>> getKey);

    /// <summary>Uses another WebRTC engine.</summary>
    IOpenAILiveWebRtcBuilder UsePeerConnectionFactory(Func<IServiceProvider, IPeerConnectionFactory> create);

    /// <summary>Uses another Opus implementation, wherever <see cref="AudioOptions.CodecFactory"/> names none.</summary>
    IOpenAILiveWebRtcBuilder UseOpusCodecFactory(Func<IServiceProvider, IOpusCodecFactory> create);
}
