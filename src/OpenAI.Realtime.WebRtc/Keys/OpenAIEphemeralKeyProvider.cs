using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Keys;

/// <summary>
/// Mints keys from the service with the API key: <c>POST realtime/client_secrets</c>, for a <see cref="TranslationSessionConfig"/> (one without a <c>type</c>)
/// <c>POST realtime/translations/client_secrets</c>, or in the beta dialect <c>POST realtime/sessions</c>. For trusted machines. It keeps nothing; see <see cref="CachingEphemeralKeyProvider"/>.
/// </summary>
public sealed class OpenAIEphemeralKeyProvider : IEphemeralKeyProvider
{
    private readonly OpenAIRealtimeWebRtcOptions _options;
    private readonly RealtimeHttp _http;

    /// <summary>Mints with the API key of <paramref name="options"/>.</summary>
    /// <param name="options">Endpoint, API key or <see cref="OpenAIRealtimeWebRtcOptions.ApiKeyProvider"/>, dialect, lifetime of keys. Read at each request.</param>
    /// <param name="httpClient">Sends the requests; the caller keeps it alive and disposes it.</param>
    /// <param name="timeProvider">The clock of timeouts. Default: the system's.</param>
    /// <param name="loggerFactory">Where log messages go. Default: nowhere.</param>
    public OpenAIEphemeralKeyProvider(
        OpenAIRealtimeWebRtcOptions options, HttpClient httpClient, TimeProvider? timeProvider = null, ILoggerFactory? loggerFactory = null)
        : this(options, Http(httpClient, timeProvider, loggerFactory))
    {
    }

    internal OpenAIEphemeralKeyProvider(OpenAIRealtimeWebRtcOptions options, RealtimeHttp http)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.HasApiKey)
            throw new ArgumentException("Minting keys needs ApiKey or ApiKeyProvider.", nameof(options));
        _options = options;
        _http = http;
    }

    /// <summary>An address that whoever gets the key is told, too, so that the API key must not stand in it. A key from a callback is known only when it is used.</summary>
    internal Uri? ToldAddress { get; init; }

    /// <inheritdoc/>
    public async ValueTask<EphemeralKey> GetKeyAsync(EphemeralKeyRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        bool beta = request.Dialect == RealtimeDialect.Beta;
        SessionConfig? session = beta || request.Session.IsEmpty ? null : SessionConfig.Read(request.Session.Span);
        string path = beta ? "realtime/sessions" : session is TranslationSessionConfig ? "realtime/translations/client_secrets" : "realtime/client_secrets";
        var call = new HttpCall(ConnectPhase.Key, ApiAddress.Of(_options, path), _options.KeyTimeout)
        {
            Headers =
            [
                .. CallSignaling.ApiKeyHeaders(_options, request.SafetyIdentifier),
                ("OpenAI-Beta", beta ? "realtime=v1" : null),
            ],
            Body = beta ? BetaBody(request) : GaBody(session),
            ContentType = "application/json",
            Accept = "application/json",
        };
        call = await ApiKeySource.AuthorizeAsync(call, _options, _http.TimeProvider, cancellationToken).ConfigureAwait(false);
        if (ToldAddress is { } told && call.Credential!.StandsIn(told))
            throw call.Failed(RealtimeFailure.KeyUnusable, Credential.ShownMessage);
        HttpReply reply = await _http.PostAsync(call, cancellationToken).ConfigureAwait(false);
        if (!reply.IsSuccess)
            throw ServiceErrors.From(call, reply);

        // The article that started this noticed that the beta ignored what the key carried: there it is sent once more when the channel is open.
        return KeyReply.Read(call, reply, carriesSession: !beta && !request.Session.IsEmpty);
    }

    private byte[] GaBody(SessionConfig? session) => new ClientSecretRequest
    {
        ExpiresAfter = _options.KeyLifetime is { } lifetime ? TimeSpan.FromSeconds((long)lifetime.TotalSeconds) : default(ClientSecretLifetime?),
        Session = session,
    }.ToUtf8Json();

    private static byte[] BetaBody(EphemeralKeyRequest request) => request.Session.IsEmpty ? "{}"u8.ToArray() : request.Session.ToArray();

    internal static RealtimeHttp Http(HttpClient httpClient, TimeProvider? timeProvider, ILoggerFactory? loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(httpClient);
        return new RealtimeHttp(() => httpClient, timeProvider ?? TimeProvider.System, GuardedLogger.Create(loggerFactory, Diagnostics.Telemetry.Name));
    }
}
