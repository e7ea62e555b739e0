using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Live.Signaling;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Sideband;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>Connects spoken conversations to the Live API. Thread-safe; make one and keep it.</summary>
public sealed class LiveWebRtcClient : IDisposable
{
    private readonly OpenAILiveWebRtcOptions _options;
    private readonly OpenAIRealtimeWebRtcOptions _shared;
    private readonly IPeerConnectionFactory _peerFactory;
    private readonly IOpusCodecFactory? _codecs;
    private readonly ILoggerFactory? _loggerFactory;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly RealtimeHttp _http;
    private readonly LiveSignaling _signaling;
    private readonly LiveRecordings _recordings;
    private readonly HttpClient? _ownedHttpClient;
    private int _holders = 1;       // of the HttpClient: this client, and each session or request left behind that may have a session to end
    private bool _disposed;

    /// <summary>Makes a client of OpenAI's own service from nothing but a key; everything else has its default.</summary>
    /// <param name="apiKey">The API key of a project, <c>sk-…</c>: for programs on trusted machines, never for one that is handed to users.</param>
    /// <exception cref="ArgumentException">It is null or empty.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">It is no key.</exception>
    public LiveWebRtcClient(string apiKey)
        : this(new OpenAILiveWebRtcOptions { ApiKey = KeyOf(apiKey) })
    {
    }

    /// <summary>Makes a client without dependency injection.</summary>
    /// <param name="options">Where the service is and how to prove who we are; not to be changed afterwards.</param>
    /// <param name="httpClient">Asks the service, or your broker where <see cref="OpenAILiveWebRtcOptions.BrokerUrl"/> is set, and nobody else; the caller keeps it alive and disposes it. It must repeat no
    /// request by itself, since each session that is created is charged for. Default: null, one of the client's own.</param>
    /// <param name="peerFactory">The WebRTC engine. Default: null, the SDK's own.</param>
    /// <param name="loggerFactory">Where log messages go. Default: null, nowhere.</param>
    /// <param name="timeProvider">The clock. Default: null, the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is missing or out of its range; the message says what to set.</exception>
    [OverloadResolutionPriority(1)]     // so that "new(new() { … })" goes on to mean options
    public LiveWebRtcClient(
        OpenAILiveWebRtcOptions options,
        HttpClient? httpClient = null,
        IPeerConnectionFactory? peerFactory = null,
        ILoggerFactory? loggerFactory = null,
        TimeProvider? timeProvider = null)
        : this(options, httpClient is null ? null : () => httpClient, peerFactory, loggerFactory, timeProvider)
    {
    }

    internal LiveWebRtcClient(
        OpenAILiveWebRtcOptions options,
        Func<HttpClient>? httpClient,
        IPeerConnectionFactory? peerFactory,
        ILoggerFactory? loggerFactory,
        TimeProvider? timeProvider,
        IOpusCodecFactory? codecs = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        OpenAILiveWebRtcOptionsValidator.ThrowIfInvalid(options);
        _options = options;
        _shared = options.ToShared();
        _loggerFactory = loggerFactory;
        _logger = GuardedLogger.Create(loggerFactory, LiveTelemetry.Name);
        _timeProvider = timeProvider ?? TimeProvider.System;
        _codecs = options.Codec == OpusCodecChoice.Auto ? codecs : OpusCodecs.For(options.Codec);
        _peerFactory = peerFactory ?? DefaultPeerFactory.Create(loggerFactory, _timeProvider);
        if (httpClient is null)
        {
            HttpClient owned = _ownedHttpClient = new HttpClient(HttpHandlers.Create(_shared)) { Timeout = Timeout.InfiniteTimeSpan };
            httpClient = () => owned;
        }
        _http = new RealtimeHttp(httpClient, _timeProvider, _logger);
        _signaling = new LiveSignaling(options, _shared, _http, _logger, HoldUntil);
        _recordings = new LiveRecordings(options, _shared, httpClient, _timeProvider);
        if ((options.BrokerUrl ?? options.Endpoint) is { IsLoopback: false } address && address.Scheme == Uri.UriSchemeHttp)
            _logger.KeysInClearText(Redaction.Show(address));
    }

    private static string KeyOf(string? apiKey) => !string.IsNullOrWhiteSpace(apiKey) ? apiKey
        : throw new ArgumentException("There is no API key. OpenAI's platform makes one (API keys); programs take it from the environment, such as OPENAI_API_KEY.", nameof(apiKey));

    /// <summary>Makes the audio of a session; replaced by tests that need none.</summary>
    internal Func<AudioOptions, IOpusTrack, MediaPort>? AudioFactory { get; set; }

    /// <summary>Connects a conversation: creates the session, exchanges offer and answer, and waits until the service says that the session has started.</summary>
    /// <remarks>The request that creates the session is never repeated by itself, because each one is charged for. Where its answer is lost, the exception's message says that a session may exist.</remarks>
    /// <param name="options">What the session is to be. Default: null, all defaults.</param>
    /// <param name="cancellationToken">Cancels at every phase. Like a failure, it returns only when nothing is left behind: the session is asked to end, sockets are closed. One thing may go on: a
    /// request that the service has not answered yet gets 10 s more, so that its session can be ended.</param>
    /// <returns>A session to be disposed by the caller.</returns>
    /// <exception cref="RealtimeConnectException">A phase failed; says which, why, and what to do.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ArgumentException">The audio options contradict each other, or ask for DTX; or <see cref="LiveConnectOptions.Delegation"/> contradicts the session's configuration.</exception>
    /// <exception cref="OpusLibraryNotFoundException"><see cref="AudioOptions.Codec"/> asks for libopus, and it is not on this machine.</exception>
    /// <exception cref="ObjectDisposedException">The client has been disposed.</exception>
    public async Task<LiveWebRtcSession> ConnectAsync(LiveConnectOptions? options = null, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        options ??= new LiveConnectOptions();
        ArgumentNullException.ThrowIfNull(options.Session, nameof(options.Session));
        ArgumentNullException.ThrowIfNull(options.Audio, nameof(options.Audio));
        ArgumentNullException.ThrowIfNull(options.Speech, nameof(options.Speech));
        options.Audio.Validate();
        if (options.Audio.Encoder.Dtx)
            throw new ArgumentException("Audio.Encoder.Dtx cannot be used: the Live API ends a session that hears no audio for 30 s. Leave it off.", nameof(options));
        options.Speech.Validate();
        LiveSessionConfig? config = Configured(options);
        cancellationToken.ThrowIfCancellationRequested();

        var clock = new ConnectClock(_timeProvider, options.Progress);
        string model = options.Session.Model.Value?.Value ?? _options.Model;
        using Activity? activity = LiveTelemetry.Source.StartActivity("live connect", ActivityKind.Client);
        activity?.SetTag("gen_ai.provider.name", "openai");
        activity?.SetTag("gen_ai.operation.name", "live");
        activity?.SetTag("gen_ai.request.model", model);
        activity?.SetTag("server.address", _options.Endpoint.Host);
        activity?.SetTag("server.port", _options.Endpoint.Port);
        _logger.ConnectingLive(Redaction.Show(_options.BrokerUrl ?? _options.Endpoint), model);
        try
        {
            LiveWebRtcSession session = await ConnectCoreAsync(options, config, clock, cancellationToken).ConfigureAwait(false);
            _logger.Started(session.SessionId, clock.Elapsed.TotalMilliseconds);
            activity?.SetTag("gen_ai.conversation.id", session.SessionId);
            LiveTelemetry.SetupDuration.Record(clock.Elapsed.TotalSeconds, new KeyValuePair<string, object?>("phase", "started"));
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
    /// Creates a session for somebody else's connection: a host that answers the offer of a page, with its own key and a configuration that the page cannot change. What the page's data channel may carry is set by
    /// <see cref="LiveSessionSettings.Client"/>. The request is never repeated by itself, as that of <see cref="ConnectAsync"/>.
    /// </summary>
    /// <param name="offer">The page's SDP offer, byte for byte, last line end included.</param>
    /// <param name="session">What the session is to be. Default: null, all defaults.</param>
    /// <param name="forkOf">The id of a stored session to go on from. Default: null, a new one.</param>
    /// <param name="cancellationToken">Cancels; what is created nevertheless within some seconds is ended, as far as the service allows.</param>
    /// <returns>The answer for the page, and the session's id.</returns>
    /// <exception cref="RealtimeConnectException">There is no session, or none that can be used.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The client has been disposed.</exception>
    public async Task<LiveSessionReply> CreateForPageAsync(string offer, LiveSessionConfig? session = null, string? forkOf = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(offer);
        ObjectDisposedException.ThrowIf(_disposed, this);
        LiveSessionConfig? config = Configured(new LiveConnectOptions { Session = session ?? new LiveSessionConfig(), ForkOf = forkOf });
        RealtimeCallAnswer answer = await _signaling.CreateAsync(offer, config, forkOf, cancellationToken).ConfigureAwait(false);
        return new LiveSessionReply { Session = new LiveSessionReference { Id = answer.CallId }, Transport = new LiveTransport { Type = "webrtc", Sdp = answer.Sdp } };
    }

    /// <summary>
    /// Asks the service by a request to end a session (<c>POST live/sessions/{id}/hangup</c>): for one that nobody can close over its channel, nor beside it, because its page never got the answer. The API documents it for telephone
    /// calls, and what it does to others is not known; one that is left alone ends by itself when it has heard nothing for 30 s. A session that is no longer there counts as ended.
    /// </summary>
    /// <param name="sessionId">The session's id, of <see cref="CreateForPageAsync"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeCallException">The service refused, could not be reached, or gave no answer within <see cref="OpenAILiveWebRtcOptions.HangUpTimeout"/>, or there was no usable key.</exception>
    /// <exception cref="InvalidOperationException">The client has no key but a broker.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The client has been disposed.</exception>
    public Task HangUpAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        ThrowIfNotReachable(sessionId, "Ending a session");
        return _signaling.EndAsync(sessionId, cancellationToken);
    }

    /// <summary>
    /// Attaches to a session whose sound is elsewhere, over WebRTC or a telephone, by a WebSocket beside it (<c>GET live/sessions/{id}/attach</c>): events are read and commands sent here. Several may attach to one session. A session that
    /// the service does not know yet is waited for, <see cref="LiveSidebandOptions.WaitForSession"/>.
    /// </summary>
    /// <param name="sessionId">The session's id: of <see cref="CreateForPageAsync"/>, or of a webhook (<see cref="LiveTransportConnected"/>).</param>
    /// <param name="options">How it attaches, and stays. Default: null, all defaults. Not to be changed afterwards.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A sideband to be disposed by the caller. It asks the HTTP client again whenever it has to attach anew, so that one must live as long.</returns>
    /// <exception cref="RealtimeCallException">There is no such session, the service refused, could not be reached, or gave no answer within <see cref="OpenAILiveWebRtcOptions.AnswerTimeout"/>, or there was no usable key.</exception>
    /// <exception cref="InvalidOperationException">The client has no key but a broker.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The client has been disposed.</exception>
    public async Task<LiveSideband> AttachAsync(string sessionId, LiveSidebandOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfNotReachable(sessionId, "Attaching to a session");
        LiveSidebandOptions sideband = options ?? new LiveSidebandOptions();
        sideband.Validate();
        cancellationToken.ThrowIfCancellationRequested();

        var clock = new ConnectClock(_timeProvider, progress: null);
        var connector = new SidebandConnector(_http, sessionId, token => _signaling.AttachRequestAsync(sessionId, token), sideband.Times, _options.MaxEventSize);
        SidebandConnection first = await connector.OpenFirstAsync(cancellationToken).ConfigureAwait(false);
        clock.Reach(ConnectStep.Answer);
        var attached = new LiveSideband(session => Run(session, new SidebandParts(connector, clock, _options.HangUpTimeout, _logger), sideband), first);
        HoldUntil(attached.Completion);
        return attached;
    }

    private void ThrowIfNotReachable(string sessionId, string what)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionId);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (sessionId is "." or "..")
            throw new ArgumentException("That is no session's id.", nameof(sessionId));      // an address would lose it
        if (_options.BrokerUrl is not null)
            throw new InvalidOperationException($"{what} needs the API key, which only your broker has.");
    }

    private LiveSidebandRun Run(LiveSideband session, SidebandParts parts, LiveSidebandOptions sideband)
    {
        LiveSidebandRun? run = null;
        var core = new LiveSessionCore(new LiveCoreParts(session, _options, sideband.EventTrace, parts.Clock, _logger, _timeProvider)
        {
            Delegation = sideband.Delegation,
            LoggerFactory = _loggerFactory,
            IsStarted = true,
        }, (command, token) => run!.WriteAsync(command, token));
        return run = new LiveSidebandRun(parts, core, sideband, _options);
    }

    /// <summary>Fetches what the service keeps of a session that was stored (<see cref="LiveSessionSettings.Store"/>): a WAV file, the user left, the model right. It is kept for 30 days.</summary>
    /// <param name="sessionId">The session's id.</param>
    /// <param name="cancellationToken">Ends the wait for the answer; the stream has tokens of its own.</param>
    /// <returns>The file as it comes, to be disposed by the caller.</returns>
    /// <exception cref="RealtimeException">There is no such recording, or the service cannot be asked; says why, and what to do.</exception>
    /// <exception cref="InvalidOperationException">The client has no key but a broker.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The client has been disposed.</exception>
    public Task<Stream> OpenRecordingAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionId);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _recordings.OpenAsync(sessionId, cancellationToken);
    }

    /// <summary>No more sessions can be connected. Those that are live on; an HttpClient of the client's own goes with the last of them.</summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _disposed, true))
            Release();
    }

    private async Task<LiveWebRtcSession> ConnectCoreAsync(LiveConnectOptions options, LiveSessionConfig? config, ConnectClock clock, CancellationToken cancellationToken)
    {
        MediaPort? audio = null;
        FlowingTrack? flow = null;
        RealtimeConnection connection;
        try
        {
            connection = await RealtimeConnection.ConnectAsync(new RealtimeConnectionSetup(
                _peerFactory, PeerOptionsOf.Client(_shared, _timeProvider, _loggerFactory), ExchangeAsync, _signaling.HangUpAsync, clock, _logger)
            {
                OnPeerCreated = AttachAudio,
                AnswerRemedy = "Check that Endpoint, or BrokerUrl, is the Live service's; a proxy may be changing bodies.",
            }, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            flow?.Dispose();
            if (audio is not null)
                await audio.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        var session = new LiveWebRtcSession(new LiveSessionParts(connection, audio!, flow!, clock, _options, options.EventTrace, _logger, _timeProvider)
        {
            Delegation = options.Delegation,
            Speech = options.Speech,
            LoggerFactory = _loggerFactory,
        });
        HoldUntil(session.Stopped);
        try
        {
            await session.StartAsync(options.StartsOnSpeech, cancellationToken).ConfigureAwait(false);
            if (options.Greeting is { } greeting)
                session.Greet(greeting);
            return session;
        }
        catch
        {
            await session.AbandonAsync().ConfigureAwait(false);
            throw;
        }

        Task<RealtimeCallAnswer> ExchangeAsync(string offer, Action<string> sessionCreated, CancellationToken token) => _signaling.CreateAsync(offer, config, options.ForkOf, token);

        void AttachAudio(IPeerConnection peer)
        {
            flow = new FlowingTrack(peer.Audio, _timeProvider);
            var observed = new ObservedTrack(flow, packet => clock.Reach(ConnectStep.FirstAudio, clock.ElapsedAt(packet.Arrival)));
            audio = AudioFactory?.Invoke(options.Audio, observed) ?? new MediaPort(options.Audio, observed, _timeProvider, _logger, _codecs);
            audio.StartReceiving();
        }
    }

    /// <summary>What is sent: with the client's model and identifier where the session names none. A fork has those of its source.</summary>
    private LiveSessionConfig? Configured(LiveConnectOptions options)
    {
        LiveSessionConfig session = options.Delegation?.Configure(options.Session) ?? options.Session;
        if (options.ForkOf is not null)
        {
            return session.Client.IsSet || session.Delegation.IsSet || session.Store.IsSet || session.AdditionalProperties is { Count: > 0 }
                ? new LiveSessionConfig { Client = session.Client, Delegation = session.Delegation, Store = session.Store, AdditionalProperties = session.AdditionalProperties }
                : null;
        }
        if (!session.Model.IsSet)
            session = session with { Model = _options.Model };
        return session.SafetyIdentifier.IsSet || _options.SafetyIdentifier is null ? session : session with { SafetyIdentifier = _options.SafetyIdentifier };
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

    private void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            _ownedHttpClient?.Dispose();
    }

    private static void ReportFailure(Activity? activity, ConnectClock clock, string error)
    {
        activity?.SetTag("error.type", error);
        activity?.SetStatus(ActivityStatusCode.Error, error);
        LiveTelemetry.SetupDuration.Record(clock.Elapsed.TotalSeconds, new KeyValuePair<string, object?>("phase", "failed"), new KeyValuePair<string, object?>("error.type", error));
    }
}
