using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>Connects spoken conversations to a Realtime service. Thread-safe; make one and keep it.</summary>
public sealed class RealtimeWebRtcClient : IDisposable
{
    private readonly OpenAIRealtimeWebRtcOptions _options;
    private readonly IEphemeralKeyProvider? _keys;
    private readonly bool _keysAreOwn;
    private readonly IPeerConnectionFactory _peerFactory;
    private readonly IOpusCodecFactory? _codecs;
    private readonly ILoggerFactory? _loggerFactory;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly CallSignaling _signaling;
    private readonly List<HttpClient> _ownedHttpClients = [];
    private int _holders = 1;       // of the HttpClient: this client, and each attempt, session or request left behind that may have a call to hang up
    private bool _disposed;

    /// <summary>Makes a client of OpenAI's own service from nothing but a key; everything else has its default.</summary>
    /// <param name="apiKey">The API key, <c>sk-…</c>: for programs on trusted machines, never for one that is handed to users.</param>
    /// <exception cref="ArgumentException">It is null or empty.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">It is no key.</exception>
    public RealtimeWebRtcClient(string apiKey)
        : this(new OpenAIRealtimeWebRtcOptions { ApiKey = KeyOf(apiKey) })
    {
    }

    /// <summary>Makes a client of OpenAI's own service from a callback that gives the API key, for a key that may change while the client lives; everything else has its default.</summary>
    /// <param name="apiKeyProvider">Asked each time a key is needed, see <see cref="OpenAIRealtimeWebRtcOptions.ApiKeyProvider"/>.</param>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public RealtimeWebRtcClient(Func<CancellationToken, ValueTask<string>> apiKeyProvider)
        : this(new OpenAIRealtimeWebRtcOptions { ApiKeyProvider = apiKeyProvider ?? throw new ArgumentNullException(nameof(apiKeyProvider)) })
    {
    }

    /// <summary>Makes a client without dependency injection.</summary>
    /// <param name="options">Where the service is and how to prove who we are; not to be changed afterwards.</param>
    /// <param name="httpClient">Asks the service, and nobody else; the caller keeps it alive and disposes it. Default: null, one of the client's own.</param>
    /// <param name="keyProvider">Where ephemeral keys come from. Default: null, as <paramref name="options"/> say.</param>
    /// <param name="peerFactory">The WebRTC engine. Default: null, this package's own.</param>
    /// <param name="loggerFactory">Where log messages go. Default: null, nowhere.</param>
    /// <param name="timeProvider">The clock. Default: null, the system's.</param>
    /// <param name="keyServerHttpClient">Asks <see cref="OpenAIRealtimeWebRtcOptions.KeyUrl"/>, and nobody else, with whatever cookies or headers your server wants; the
    /// caller keeps it alive and disposes it. Default: null, one of the client's own.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is missing or out of its range; the message says what to set.</exception>
    [OverloadResolutionPriority(1)]     // so that "new(new() { … })" goes on to mean options
    public RealtimeWebRtcClient(
        OpenAIRealtimeWebRtcOptions options,
        HttpClient? httpClient = null,
        IEphemeralKeyProvider? keyProvider = null,
        IPeerConnectionFactory? peerFactory = null,
        ILoggerFactory? loggerFactory = null,
        TimeProvider? timeProvider = null,
        HttpClient? keyServerHttpClient = null)
        : this(options, httpClient is null ? null : () => httpClient, keyServerHttpClient is null ? null : () => keyServerHttpClient, keyProvider, peerFactory,
            loggerFactory, timeProvider)
    {
    }

    internal RealtimeWebRtcClient(
        OpenAIRealtimeWebRtcOptions options,
        Func<HttpClient>? httpClient,
        Func<HttpClient>? keyServerHttpClient,
        IEphemeralKeyProvider? keyProvider,
        IPeerConnectionFactory? peerFactory,
        ILoggerFactory? loggerFactory,
        TimeProvider? timeProvider,
        IOpusCodecFactory? codecs = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        OpenAIRealtimeWebRtcOptionsValidator.ThrowIfInvalid(options, keyProvider is not null);
        _options = options;
        _loggerFactory = loggerFactory;
        _logger = GuardedLogger.Create(loggerFactory, Telemetry.Name);
        _timeProvider = timeProvider ?? TimeProvider.System;
        _codecs = options.Codec == OpusCodecChoice.Auto ? codecs : OpusCodecs.For(options.Codec);
        _peerFactory = peerFactory ?? DefaultPeerFactory.Create(loggerFactory, _timeProvider);
        var http = new RealtimeHttp(httpClient ?? OwnHttpClient(), _timeProvider, _logger);
        _signaling = new CallSignaling(options, http, _logger, HoldUntil);
        _keysAreOwn = keyProvider is null;
        _keys = options.UseUnifiedInterface ? null : keyProvider ?? CreateKeyProvider(http, keyServerHttpClient);
        foreach (Uri address in new[] { options.Endpoint, options.KeyUrl }.OfType<Uri>())
        {
            if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback)
                _logger.KeysInClearText(Redaction.Show(address));
        }
    }

    private static string KeyOf(string? apiKey) => !string.IsNullOrWhiteSpace(apiKey) ? apiKey
        : throw new ArgumentException("There is no API key. OpenAI's platform makes one (API keys); programs take it from the environment, such as OPENAI_API_KEY.", nameof(apiKey));

    /// <summary>The WebRTC engine of its sessions: for a peer of another kind on the same engine, such as the far side of a relay. Stays usable after the client was disposed. Thread-safe.</summary>
    public IPeerConnectionFactory PeerConnectionFactory => _peerFactory;

    /// <summary>Whether it only warms up: its calls are not measured.</summary>
    internal bool IsRehearsal { get; init; }

    /// <summary>Makes the audio of a session; replaced by tests that need none.</summary>
    internal Func<AudioOptions, IOpusTrack, MediaPort>? AudioFactory { get; set; }

    /// <summary>Connects a conversation: gets a key, exchanges offer and answer, and waits until the data channel is open.</summary>
    /// <param name="options">What the session is to be. Default: null, all defaults.</param>
    /// <param name="cancellationToken">Cancels at every phase. Like a failure, it returns only when nothing is left behind: the call that the service has created
    /// is hung up, sockets are closed. One thing may go on: a request for a call that the service has not answered yet gets 10 s more, so that its call can be hung up.</param>
    /// <returns>A session to be disposed by the caller.</returns>
    /// <exception cref="RealtimeConnectException">A phase failed; says which, why, and what to do.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ArgumentException">The options contradict each other, or one that must not be null is.</exception>
    /// <exception cref="OpusLibraryNotFoundException"><see cref="AudioOptions.Codec"/> asks for libopus, and it is not on this machine; the message names the package that has it. Or the
    /// environment variable <c>OPUS_LIBRARY_PATH</c> names a file that cannot be loaded.</exception>
    /// <exception cref="ObjectDisposedException">The client, or the <see cref="SharedAudio"/>, has been disposed.</exception>
    public async Task<RealtimeWebRtcSession> ConnectAsync(RealtimeConnectOptions? options = null, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        options ??= new RealtimeConnectOptions();
        options.Validate();
        OpenAIRealtimeWebRtcOptionsValidator.ThrowIfNoHeaderValue(options.SafetyIdentifier, nameof(options));
        cancellationToken.ThrowIfCancellationRequested();

        var clock = new ConnectClock(_timeProvider, options.Progress);
        string model = options.Session.ModelName ?? _options.Model;
        using Activity? activity = StartActivity(model);
        _logger.Connecting(Redaction.Show(_options.Endpoint), _options.Dialect, model);
        try
        {
            RealtimeWebRtcSession session = await ConnectCoreAsync(options, model, clock, cancellationToken).ConfigureAwait(false);
            Report(activity, clock, session.CallId);
            return session;
        }
        catch (RealtimeConnectException e)
        {
            _logger.ConnectFailed(e.Phase, clock.Elapsed.TotalMilliseconds, e.Failure, e.Message);
            ReportFailure(activity, clock, e.Failure.ToString());
            throw;
        }
        catch (OperationCanceledException)
        {
            _logger.ConnectCancelled(clock.Elapsed.TotalMilliseconds);
            ReportFailure(activity, clock, "cancelled");
            throw;
        }
    }

    /// <summary>
    /// Makes the first <see cref="ConnectAsync"/> of a process about as quick as a later one: holds a short call with itself, so that .NET has compiled and loaded what a call needs. For programs that
    /// have a moment before their first call, such as a host that starts; a program that is published natively needs none (docs/performance.md).
    /// </summary>
    /// <remarks>
    /// Nobody outside is asked: both ends of the call are in this process, on the loopback interface, and no key of yours is used or fetched. It takes what a first call takes, a second or so of
    /// one core, and leaves nothing behind. Where it is not possible, because a sandbox has no loopback, say, it ends without an exception, and the first call is as slow as without. A second time does no harm.
    /// </remarks>
    /// <param name="options">What the first session is to be: its configuration and its codec are used; sources, sinks, progress and trace are left alone. Default: null, all defaults.</param>
    /// <param name="cancellationToken">Cancels; returns when nothing is left behind.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ArgumentException">The audio options contradict each other.</exception>
    /// <exception cref="OpusLibraryNotFoundException"><see cref="AudioOptions.Codec"/> asks for libopus, and it is not on this machine; or the environment variable
    /// <c>OPUS_LIBRARY_PATH</c> names a file that cannot be loaded.</exception>
    /// <exception cref="ObjectDisposedException">The client has been disposed.</exception>
    public async Task WarmUpAsync(RealtimeConnectOptions? options = null, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        options ??= new RealtimeConnectOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        var rehearsal = new Rehearsal(_peerFactory, _codecs, _options, mintsKeys: _keysAreOwn && _options.HasApiKey);
        try
        {
            await rehearsal.RunAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RealtimeException or SocketException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            _logger.WarmUpFailed(Redaction.Hide(e.Message));
        }
    }

    /// <summary>
    /// Makes a microphone and a loudspeaker that several sessions of this client take turns on, so that they go on while one call is exchanged for another: pass it as
    /// <see cref="RealtimeConnectOptions.SharedAudio"/>, and call <see cref="IRealtimeSession.TakeAudio"/> of the session that is to have the sound.
    /// </summary>
    /// <param name="audio">Microphone, loudspeaker, codec; the caller keeps what is in it. Default: null, silence.</param>
    /// <returns>The sound, to be disposed by the caller after the last session.</returns>
    /// <exception cref="ArgumentException">The audio options contradict each other.</exception>
    /// <exception cref="OpusLibraryNotFoundException"><see cref="AudioOptions.Codec"/> asks for libopus, and it is not on this machine.</exception>
    /// <exception cref="ObjectDisposedException">The client has been disposed.</exception>
    public SharedAudio CreateSharedAudio(AudioOptions? audio = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new SharedAudio(track => CreatePort(audio ?? new AudioOptions(), track));
    }

    /// <summary>No more sessions can be connected. Those that are live on, and can still hang up: an HttpClient of the client's own goes with the last of them.</summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _disposed, true))
            Release();
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            _ownedHttpClients.ForEach(owned => owned.Dispose());
    }

    private void HoldUntil(Task ended)
    {
        Interlocked.Increment(ref _holders);
        _ = ReleaseAfterAsync(ended);
    }

    private async Task ReleaseAfterAsync(Task ended)
    {
        await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Release();
    }

    private async Task<RealtimeWebRtcSession> ConnectCoreAsync(RealtimeConnectOptions options, string model, ConnectClock clock, CancellationToken cancellationToken)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        byte[] sessionJson = options.Session.ForCall(model).ToUtf8Json(_options.Dialect);
        bool translation = options.Session is TranslationSessionConfig;
        string? safetyIdentifier = options.SafetyIdentifier ?? _options.SafetyIdentifier;
        var request = new EphemeralKeyRequest { Session = sessionJson, Dialect = _options.Dialect, SafetyIdentifier = safetyIdentifier };

        // The key is on its way while sockets are opened and the offer is written.
        Task<EphemeralKey>? fetching = _keys is null ? null : FetchKeyAsync(request, clock, abandon.Token);
        EphemeralKey? key = null;
        SessionAudio? audio = null;
        RealtimeConnection? connection = null;
        try
        {
            connection = await RealtimeConnection.ConnectAsync(new RealtimeConnectionSetup(
                _peerFactory, PeerOptions(), ExchangeAsync, callId => _signaling.HangUpAsync(callId, key?.Value), clock, _logger)
            {
                OnPeerCreated = AttachAudio,
            }, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await abandon.CancelAsync().ConfigureAwait(false);
            if (audio is not null)
                await audio.DisposeAsync().ConfigureAwait(false);
            if (fetching is not null)
                await ((Task)fetching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        var session = new RealtimeWebRtcSession(new SessionParts(connection, audio!, clock, _options, options.EventTrace, _logger, _timeProvider));
        HoldUntil(session.Stopped);
        bool carried = _keys is null || key!.CarriesSession;
        if (!carried && options.Session.ForUpdate() is { HasSettings: true } update)
            await ConfigureAsync(session, update, cancellationToken).ConfigureAwait(false);
        return session;

        async Task<RealtimeCallAnswer> ExchangeAsync(string offer, Action<string> callCreated, CancellationToken token)
        {
            if (fetching is null)
                return await _signaling.CallUnifiedAsync(offer, sessionJson, safetyIdentifier, callCreated, token, translation).ConfigureAwait(false);
            key = await fetching.ConfigureAwait(false);
            try
            {
                return await _signaling.CallAsync(offer, key.Value, model, callCreated, token, translation).ConfigureAwait(false);
            }
            catch (RealtimeConnectException e) when (e.HttpStatus == System.Net.HttpStatusCode.Unauthorized && key.IsCached)
            {
                // A kept key may have been revoked, or the service's clock may run ahead of ours: one more try with a new one.
                _logger.KeyRefusedOnce();
                EphemeralKey refused = key;
                key = await FetchKeyAsync(
                    new EphemeralKeyRequest { Session = request.Session, Dialect = request.Dialect, SafetyIdentifier = request.SafetyIdentifier, Refused = refused },
                    clock, token).ConfigureAwait(false);
                if (key.Value == refused.Value)
                    throw;
                return await _signaling.CallAsync(offer, key.Value, model, callCreated, token, translation).ConfigureAwait(false);
            }
        }

        void AttachAudio(IPeerConnection peer)
        {
            var observed = new ObservedTrack(peer.Audio, packet => clock.Reach(ConnectStep.FirstAudio, clock.ElapsedAt(packet.Arrival)));
            audio = new SessionAudio(options.SharedAudio?.Port ?? CreatePort(options.Audio, observed), observed, options.SharedAudio);
            if (options.SharedAudio is null)
                audio.Port.StartReceiving();
        }
    }

    private MediaPort CreatePort(AudioOptions audio, IOpusTrack track) => AudioFactory?.Invoke(audio, track) ?? new MediaPort(audio, track, _timeProvider, _logger, _codecs);

    /// <summary>Sends the configuration where neither the key nor the call carried it. First of all events, so that it is in effect from the start.</summary>
    private static async Task ConfigureAsync(RealtimeWebRtcSession session, SessionConfig config, CancellationToken cancellationToken)
    {
        try
        {
            await session.SendAsync(new SessionUpdate(config), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await session.DisposeAsync().ConfigureAwait(false);
            if (e is RealtimeSessionEndedException)
                throw new RealtimeConnectException(ConnectPhase.Channel, RealtimeFailure.ClosedByPeer,
                    $"The service hung up before the session could be configured. {RealtimeConnection.Remedy(RealtimeFailure.ClosedByPeer)}", e);
            throw;
        }
    }

    private async Task<EphemeralKey> FetchKeyAsync(EphemeralKeyRequest request, ConnectClock clock, CancellationToken cancellationToken)
    {
        EphemeralKey key = _keysAreOwn
            ? await _keys!.GetKeyAsync(request, cancellationToken).ConfigureAwait(false)
            : await ForeignProvider.AskAsync(_keys!, request, _options.KeyTimeout, _timeProvider, cancellationToken).ConfigureAwait(false);
        clock.Reach(ConnectStep.Key);
        return key;
    }

    private PeerConnectionOptions PeerOptions() =>
        PeerOptionsOf.Client(_options, _timeProvider, IsRehearsal ? NullLoggerFactory.Instance : _loggerFactory);     // none would mean the factory's own

    /// <inheritdoc cref="HttpHandlers.Create"/>
    internal static SocketsHttpHandler CreateHandler(OpenAIRealtimeWebRtcOptions? options = null) => HttpHandlers.Create(options);

    private Func<HttpClient> OwnHttpClient()
    {
        var owned = new HttpClient(CreateHandler(_options)) { Timeout = Timeout.InfiniteTimeSpan };
        _ownedHttpClients.Add(owned);
        return () => owned;
    }

    private IEphemeralKeyProvider CreateKeyProvider(RealtimeHttp http, Func<HttpClient>? keyServerHttpClient)
    {
        if (!string.IsNullOrEmpty(_options.EphemeralKey))
            return new StaticEphemeralKeyProvider(_options.EphemeralKey);

        // Never kept: whose key it is depends on what the HTTP client carries at that moment, a cookie or a token, and that nobody here knows.
        if (_options.KeyUrl is { } url)
            return new ServerEphemeralKeyProvider(url, _options.KeyTimeout, new RealtimeHttp(keyServerHttpClient ?? OwnHttpClient(), _timeProvider, _logger));
        var minting = new OpenAIEphemeralKeyProvider(_options, http);

        // Nor one that was minted with a key from a callback: when that key is replaced, what it has made goes with it.
        return _options.CacheKeys && _options.ApiKeyProvider is null ? new CachingEphemeralKeyProvider(minting, _options.KeyExpiryMargin, _timeProvider) : minting;
    }

    private Activity? StartActivity(string model)
    {
        if (IsRehearsal)
            return null;
        Activity? activity = Telemetry.Source.StartActivity("realtime connect", ActivityKind.Client);
        activity?.SetTag("gen_ai.provider.name", "openai");
        activity?.SetTag("gen_ai.operation.name", "realtime");
        activity?.SetTag("gen_ai.request.model", model);
        activity?.SetTag("server.address", _options.Endpoint.Host);
        activity?.SetTag("server.port", _options.Endpoint.Port);
        return activity;
    }

    private void Report(Activity? activity, ConnectClock clock, string? callId)
    {
        _logger.Connected(clock.Elapsed.TotalMilliseconds, callId);
        if (IsRehearsal)
            return;
        activity?.SetTag("gen_ai.conversation.id", callId);
        for (ConnectStep step = ConnectStep.Key; step <= ConnectStep.Channel; step++)
        {
            if (clock[step] is { } at)
                Telemetry.SetupDuration.Record(at.TotalSeconds, new KeyValuePair<string, object?>("phase", step.ToString()));
        }
    }

    private void ReportFailure(Activity? activity, ConnectClock clock, string error)
    {
        if (IsRehearsal)
            return;
        activity?.SetTag("error.type", error);
        activity?.SetStatus(ActivityStatusCode.Error, error);
        Telemetry.SetupDuration.Record(clock.Elapsed.TotalSeconds, new KeyValuePair<string, object?>("phase", "failed"), new KeyValuePair<string, object?>("error.type", error));
    }
}
