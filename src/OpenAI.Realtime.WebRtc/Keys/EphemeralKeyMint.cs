using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Keys;

/// <summary>
/// Mints ephemeral keys to be handed out: for a server whose pages or programs open their calls at the service themselves. Each request makes a key; none comes from a cache. Registered
/// beside the client, under the same name. Thread-safe.
/// </summary>
/// <remarks>
/// It asks whom the client would ask, the cache left out: an <see cref="IEphemeralKeyProvider"/> of one's own, <see cref="OpenAIRealtimeWebRtcOptions.KeyUrl"/>, or the service, with the API key.
/// </remarks>
public sealed class EphemeralKeyMint
{
    private readonly OpenAIRealtimeWebRtcOptions _options;
    private readonly IEphemeralKeyProvider _keys;
    private readonly bool _keysAreOwn;
    private readonly TimeProvider _timeProvider;

    /// <summary>Mints without dependency injection.</summary>
    /// <param name="options">Where keys come from, and what they are for. Read at each request.</param>
    /// <param name="httpClient">Asks the service, or with <see cref="OpenAIRealtimeWebRtcOptions.KeyUrl"/> that server; the caller keeps it alive and disposes it.</param>
    /// <param name="keyProvider">Asked instead, if there is one. Default: null, as <paramref name="options"/> say.</param>
    /// <param name="timeProvider">The clock of timeouts. Default: the system's.</param>
    /// <param name="loggerFactory">Where log messages go. Default: nowhere.</param>
    /// <exception cref="ArgumentException">There is nobody to mint a key, or the address that callers are told would show them the API key.</exception>
    public EphemeralKeyMint(
        OpenAIRealtimeWebRtcOptions options, HttpClient httpClient, IEphemeralKeyProvider? keyProvider = null, TimeProvider? timeProvider = null, ILoggerFactory? loggerFactory = null)
        : this(options, OpenAIEphemeralKeyProvider.Http(httpClient, timeProvider, loggerFactory), null, keyProvider)
    {
    }

    internal EphemeralKeyMint(OpenAIRealtimeWebRtcOptions options, RealtimeHttp http, RealtimeHttp? keyServerHttp, IEphemeralKeyProvider? keyProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _timeProvider = http.TimeProvider;
        while (keyProvider is CachingEphemeralKeyProvider cache)
            keyProvider = cache.Inner;
        _keysAreOwn = keyProvider is null;
        Uri told = CallsAddress("model", translation: false);
        _keys = keyProvider switch
        {
            null when options.KeyUrl is { } url => new ServerEphemeralKeyProvider(url, options.KeyTimeout, keyServerHttp ?? http),
            null when options.HasApiKey => new OpenAIEphemeralKeyProvider(options, http) { ToldAddress = told },
            null or StaticEphemeralKeyProvider => throw new ArgumentException(
                "A key that is given once cannot be handed out to many: set ApiKey, ApiKeyProvider or KeyUrl, or use a key provider that makes keys.", nameof(options)),
            _ => keyProvider,
        };
        if (!string.IsNullOrEmpty(options.ApiKey) && Credential.Api(options.ApiKey, options).StandsIn(told))
            throw new ArgumentException(Credential.ShownMessage, nameof(options));
    }

    /// <summary>Mints a key for one call of somebody else's.</summary>
    /// <param name="session">What the session is to be, bound to the key by the service, or by the key provider if it does that. Default of its model: <see cref="OpenAIRealtimeWebRtcOptions.Model"/>.</param>
    /// <param name="safetyIdentifier">The end user's stable, hashed identifier: visible ASCII. Default: null, <see cref="OpenAIRealtimeWebRtcOptions.SafetyIdentifier"/>.</param>
    /// <param name="refused">A key that is of no use, because somebody has had it already: a key provider that keeps keys is told to make another. Default: null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeConnectException">No key came, within <see cref="OpenAIRealtimeWebRtcOptions.KeyTimeout"/> or at all; its phase is <see cref="ConnectPhase.Key"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ArgumentException">The safety identifier cannot stand in an HTTP header.</exception>
    public async Task<MintedKey> MintAsync(
        SessionConfig session, string? safetyIdentifier = null, EphemeralKey? refused = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        OpenAIRealtimeWebRtcOptionsValidator.ThrowIfNoHeaderValue(safetyIdentifier, nameof(safetyIdentifier));
        string model = session.ModelName ?? _options.Model;
        var request = new EphemeralKeyRequest
        {
            Session = session.ForCall(model).ToUtf8Json(_options.Dialect),
            Dialect = _options.Dialect,
            SafetyIdentifier = safetyIdentifier ?? _options.SafetyIdentifier,
            Refused = refused,
        };
        EphemeralKey key = _keysAreOwn
            ? await _keys.GetKeyAsync(request, cancellationToken).ConfigureAwait(false)
            : await ForeignProvider.AskAsync(_keys, request, _options.KeyTimeout, _timeProvider, cancellationToken).ConfigureAwait(false);
        return new MintedKey(key, CallsAddress(model, session is TranslationSessionConfig), model);
    }

    // Without the channel's id of the options: that is the client's own, and whoever gets the key opens its channel as it likes.
    private Uri CallsAddress(string model, bool translation) => _options.Dialect == RealtimeDialect.Beta
        ? ApiAddress.Of(_options, "realtime", ("model", model))
        : ApiAddress.Of(_options, translation ? _options.TranslationCallsPath : "realtime/calls");
}
