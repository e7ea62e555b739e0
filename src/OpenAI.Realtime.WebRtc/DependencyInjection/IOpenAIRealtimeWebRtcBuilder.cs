using System.Diagnostics.CodeAnalysis;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Media;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sets up one registered <see cref="OpenAI.Realtime.WebRtc.RealtimeWebRtcClient"/> further.</summary>
public interface IOpenAIRealtimeWebRtcBuilder
{
    /// <summary>The services.</summary>
    IServiceCollection Services { get; }

    /// <summary>The name of the client and its options; empty for the one without.</summary>
    string Name { get; }

    /// <summary>
    /// The HTTP client that asks the service, and nobody else: mints keys, exchanges SDP, hangs up. Add handlers, a proxy, resilience. Its name is
    /// <c>OpenAI.Realtime.WebRtc</c>, for a client with a name <c>OpenAI.Realtime.WebRtc:name</c>.
    /// </summary>
    IHttpClientBuilder HttpClient { get; }

    /// <summary>
    /// The HTTP client that asks <see cref="OpenAI.Realtime.WebRtc.OpenAIRealtimeWebRtcOptions.KeyUrl"/>, and nobody else: add the cookie or the token that your server wants. Its name is
    /// <c>OpenAI.Realtime.WebRtc.KeyServer</c>, for a client with a name <c>OpenAI.Realtime.WebRtc.KeyServer:name</c>.
    /// </summary>
    IHttpClientBuilder KeyServerHttpClient { get; }

    /// <summary>Gets ephemeral keys from a provider of your own.</summary>
    IOpenAIRealtimeWebRtcBuilder UseKeyProvider(Func<IServiceProvider, IEphemeralKeyProvider> create);

    /// <summary>Gets ephemeral keys from a provider of your own, made with its constructor's services.</summary>
    IOpenAIRealtimeWebRtcBuilder UseKeyProvider<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProvider>()
        where TProvider : class, IEphemeralKeyProvider;

    /// <summary>
    /// Asks for the API key each time one is needed, so that it may change while the host runs: sets <see cref="OpenAI.Realtime.WebRtc.OpenAIRealtimeWebRtcOptions.ApiKeyProvider"/>, and
    /// leaves <see cref="OpenAI.Realtime.WebRtc.OpenAIRealtimeWebRtcOptions.ApiKey"/> to be empty. The services are the root's: one that is scoped needs a scope of its own.
    /// </summary>
    IOpenAIRealtimeWebRtcBuilder UseApiKeyProvider(Func<IServiceProvider, CancellationToken, ValueTask<string>> getKey);

    /// <summary>Uses another WebRTC engine.</summary>
    IOpenAIRealtimeWebRtcBuilder UsePeerConnectionFactory(Func<IServiceProvider, IPeerConnectionFactory> create);

    /// <summary>Uses another Opus implementation, wherever <see cref="AudioOptions.CodecFactory"/> names none.</summary>
    IOpenAIRealtimeWebRtcBuilder UseOpusCodecFactory(Func<IServiceProvider, IOpusCodecFactory> create);
}
