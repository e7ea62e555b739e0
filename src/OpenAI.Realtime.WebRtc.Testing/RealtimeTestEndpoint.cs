using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// An OpenAI Realtime endpoint on your own machine: HTTP, and real ICE, DTLS, SRTP and SCTP behind it. Start one in a test, point the client at
/// <see cref="BaseAddress"/> with <see cref="ApiKey"/>, talk. Thread-safe.
/// </summary>
/// <remarks>
/// It speaks the protocol and understands nothing: the default reply plays the caller's own words back, and a "transcription" says what was heard,
/// not which words. <see cref="Script"/> replaces any of it.
/// </remarks>
public sealed class RealtimeTestEndpoint : IAsyncDisposable
{
    private const int MaxRememberedRequests = 1_024;
    private const int MaxRingingCalls = 1_024;

    private readonly Lock _gate = new();
    private readonly MadeCalls<RealtimeTestCall> _calls;
    private readonly MadeCalls<LiveTestSession> _liveSessions;
    private readonly Dictionary<string, RealtimeTestIncomingCall> _incomingCalls = new(StringComparer.Ordinal);
    private readonly Queue<RealtimeTestRequest> _requests = new();
    private readonly Dictionary<RealtimeTestRoute, Queue<RealtimeTestFault>> _faults = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly IPeerConnectionFactory _peers;
    private readonly ILogger _logger;
    private WebApplication? _application;
    private Uri? _baseAddress;
    private Task? _disposing;
    private int _callsReserved;

    internal RealtimeTestEndpoint(RealtimeTestEndpointOptions options)
    {
        options.Validate();
        Options = options;
        ApiKey = options.ApiKey ?? Json.NewId("sk-test-", 40);
        Keys = new KeyStore(options.MaxKeys, options.TimeProvider);
        _peers = options.PeerConnectionFactory ?? new PeerConnectionFactory(options.LoggerFactory);
        _logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("OpenAI.Realtime.WebRtc.Testing");
        _calls = new("call", options.MaxRememberedCalls, call => call.Id, call => call.Completion);
        _liveSessions = new("Live session", options.MaxRememberedCalls, session => session.Id, session => session.Completion);
    }

    /// <summary>Starts an endpoint with a web server of its own, by default on 127.0.0.1 and a free port.</summary>
    /// <param name="options">How it is to be. Default: null, all defaults.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>An endpoint to be disposed by the caller.</returns>
    /// <exception cref="IOException">The address is in use.</exception>
    public static async Task<RealtimeTestEndpoint> StartAsync(RealtimeTestEndpointOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new RealtimeTestEndpointOptions();
        var endpoint = new RealtimeTestEndpoint(options);
        try
        {
            await endpoint.ListenAsync(cancellationToken).ConfigureAwait(false);
            return endpoint;
        }
        catch
        {
            await endpoint.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static (string Name, string Value)[] DefaultSipHeaders => [("From", "<sip:+14155550123@example.com>"), ("To", "<sip:proj_test@sip.example.com>")];

    /// <summary>What a client is given as the API's base, such as <c>http://127.0.0.1:41234/v1</c>.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is mapped into an application, which alone knows its address.</exception>
    public Uri BaseAddress => _baseAddress
        ?? throw new InvalidOperationException("This endpoint is part of an application: its address is the application's, and the prefix that it was mapped to.");

    /// <summary>The API key that is accepted.</summary>
    public string ApiKey { get; }

    /// <summary>What the endpoint does when it is not to do the ordinary. Can be changed at any time.</summary>
    public RealtimeTestScript Script => Options.Script;

    /// <summary>The newest calls, open and ended, in the order in which they were made.</summary>
    public IReadOnlyList<RealtimeTestCall> Calls => _calls.Newest;

    /// <summary>What the endpoint does in sessions of the Live API when it is not to do the ordinary. Can be changed at any time.</summary>
    public LiveTestScript LiveScript => Options.LiveScript;

    /// <summary>The newest Live sessions, open and ended, in the order in which they were made.</summary>
    public IReadOnlyList<LiveTestSession> LiveSessions => _liveSessions.Newest;

    /// <summary>How many Live sessions are open.</summary>
    public int OpenLiveSessions => _liveSessions.OpenCount;

    /// <summary>How many calls are open.</summary>
    public int OpenCalls => _calls.OpenCount;

    /// <summary>How many calls have been made until now.</summary>
    public int CallsCreated => _calls.Created;

    /// <summary>How many ephemeral keys have been minted until now.</summary>
    public int KeysMinted => Keys.Minted;

    /// <summary>The newest 1,024 HTTP requests.</summary>
    public IReadOnlyList<RealtimeTestRequest> Requests
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    internal RealtimeTestEndpointOptions Options { get; }

    internal KeyStore Keys { get; }

    internal ILogger Logger => _logger;

    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>Waits for the next call that nobody has waited for: each call is given once.</summary>
    /// <param name="timeout">How long to wait. Default: null, 30 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A call whose answer is written; await <see cref="RealtimeTestCall.Connected"/> for the open channel.</returns>
    /// <exception cref="TimeoutException">No call came in time.</exception>
    public Task<RealtimeTestCall> WaitForCallAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) => _calls.WaitForNextAsync(timeout, cancellationToken);

    /// <summary>Waits for the next Live session that nobody has waited for: each session is given once.</summary>
    /// <param name="timeout">How long to wait. Default: null, 30 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A session whose answer is written; await <see cref="LiveTestSession.Connected"/> for the open channel.</returns>
    /// <exception cref="TimeoutException">No session came in time.</exception>
    public Task<LiveTestSession> WaitForLiveSessionAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _liveSessions.WaitForNextAsync(timeout, cancellationToken);

    /// <summary>Makes the next request of a route go wrong. Several wait for their turn.</summary>
    /// <param name="route">Which route.</param>
    /// <param name="fault">What happens.</param>
    /// <param name="times">To how many requests. Default: one.</param>
    public void FailNext(RealtimeTestRoute route, RealtimeTestFault fault, int times = 1)
    {
        ArgumentNullException.ThrowIfNull(fault);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(times);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(times, 10_000);
        lock (_gate)
        {
            if (!_faults.TryGetValue(route, out Queue<RealtimeTestFault>? waiting))
                _faults[route] = waiting = new();
            for (int i = 0; i < times; i++)
                waiting.Enqueue(fault);
        }
    }

    /// <summary>
    /// Has somebody call the project's SIP address, and tells the host by a webhook (<c>realtime.call.incoming</c>). The host answers with accept, reject or refer; once accepted, sidebands can attach to the call.
    /// </summary>
    /// <param name="webhook">Where the host is told, and what is wrong with that.</param>
    /// <param name="sipHeaders">The headers of the invitation. Default: null, a <c>From</c> and a <c>To</c>.</param>
    /// <param name="cancellationToken">Ends the wait for the host's answer to the webhook.</param>
    /// <exception cref="HttpRequestException">The host cannot be reached.</exception>
    /// <exception cref="InvalidOperationException">1,024 calls ring already.</exception>
    public async Task<RealtimeTestIncomingCall> RingAsync(
        RealtimeTestWebhook webhook, IEnumerable<(string Name, string Value)>? sipHeaders = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        webhook = webhook.ForNext();        // a further call with the same webhook is no replay
        var incoming = new RealtimeTestIncomingCall(Json.NewId("rtc_", 24));
        lock (_gate)
        {
            foreach (string over in _incomingCalls.Where(call => call.Value.Outcome.IsCompleted && call.Value.Call is null or { Completion.IsCompleted: true }).Select(call => call.Key).ToList())
                _incomingCalls.Remove(over);
            if (_incomingCalls.Count >= MaxRingingCalls)
                throw new InvalidOperationException($"{MaxRingingCalls} calls ring already.");
            _incomingCalls.Add(incoming.Id, incoming);
        }

        JsonObject json = incoming.ToWebhook(sipHeaders ?? DefaultSipHeaders, Options.TimeProvider.GetUtcNow());
        try
        {
            incoming.WebhookStatus = await WebhookSender.SendAsync(webhook, Json.Write(json), Options.TimeProvider, cancellationToken).ConfigureAwait(false);
            return incoming;
        }
        catch
        {
            incoming.GiveUp();      // nobody knows its id, so nobody else would end it
            throw;
        }
    }

    /// <summary>
    /// Tells a host that somebody calls the project's SIP address, for a Live session (<c>live.transport.incoming</c>). Nothing rings: this endpoint answers no telephone calls of the Live API. A session that has come to be over
    /// WebRTC is told of by <see cref="LiveTestSession.SendConnectedAsync"/>. Each is another caller, so a further one with the same <see cref="RealtimeTestWebhook"/> has another id, unless one was set.
    /// </summary>
    /// <param name="webhook">Where the host is told, and what is wrong with that.</param>
    /// <param name="sipHeaders">The headers of the invitation. Default: null, a <c>From</c> and a <c>To</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What the host answered.</returns>
    /// <exception cref="HttpRequestException">The host cannot be reached.</exception>
    public Task<HttpStatusCode> SendLiveIncomingAsync(RealtimeTestWebhook webhook, IEnumerable<(string Name, string Value)>? sipHeaders = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        JsonObject json = LiveWebhooks.Incoming(Json.NewId("live_", 24), sipHeaders ?? DefaultSipHeaders, Options.TimeProvider.GetUtcNow());
        return WebhookSender.SendAsync(webhook.ForNext(), Json.Write(json), Options.TimeProvider, cancellationToken);
    }

    /// <summary>Sends any webhook.</summary>
    /// <param name="webhook">Where to, and what is wrong with it.</param>
    /// <param name="json">Its body; need not be JSON.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What the host answered.</returns>
    /// <exception cref="HttpRequestException">The host cannot be reached.</exception>
    public Task<HttpStatusCode> SendWebhookAsync(RealtimeTestWebhook webhook, string json, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        ArgumentNullException.ThrowIfNull(json);
        return WebhookSender.SendAsync(webhook, System.Text.Encoding.UTF8.GetBytes(json), Options.TimeProvider, cancellationToken);
    }

    /// <summary>Hangs every call up, and stops the web server where it has one of its own.</summary>
    public async ValueTask DisposeAsync()
    {
        Task disposing;
        lock (_gate)
            disposing = _disposing ??= DisposeCoreAsync();
        await disposing.ConfigureAwait(false);
    }

    /// <summary>Notes a request, and says what goes wrong with it on purpose.</summary>
    internal RealtimeTestFault? OnRequest(RealtimeTestRequest request)
    {
        lock (_gate)
        {
            _requests.Enqueue(request);
            if (_requests.Count > MaxRememberedRequests)
                _requests.Dequeue();
            if (_faults.TryGetValue(request.Route, out Queue<RealtimeTestFault>? waiting) && waiting.TryDequeue(out RealtimeTestFault? fault))
                return fault;
        }

        return Script.OnRequest?.Invoke(request);
    }

    /// <summary>Makes a call and its answer.</summary>
    /// <returns>Null when too many calls are open.</returns>
    /// <exception cref="SdpException">The offer cannot be used.</exception>
    internal async Task<(RealtimeTestCall Call, string Answer)?> CreateCallAsync(
        string offer, EffectiveSession session, IPAddress? reachedAt, int? channelId, string? key, CancellationToken cancellationToken)
    {
        if (!TryReserveCall())
            return null;

        RealtimeTestCall? call = null;
        try
        {
            call = new RealtimeTestCall(Options, session, CreatePeer(reachedAt, channelId), _logger) { Key = key };
            string answer = await call.AnswerAsync(offer, cancellationToken).ConfigureAwait(false);
            Add(call);
            return (call, answer);
        }
        catch
        {
            if (call is not null)
                await call.AbandonAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            lock (_gate)
                _callsReserved--;
        }
    }

    /// <summary>Makes a Live session and its answer.</summary>
    /// <returns>Null when too many calls and sessions are open.</returns>
    /// <exception cref="SdpException">The offer cannot be used.</exception>
    internal async Task<(LiveTestSession Session, string Answer)?> CreateLiveSessionAsync(
        string offer, LiveConfiguration configuration, IPAddress? reachedAt, int? channelId, CancellationToken cancellationToken)
    {
        if (!TryReserveCall())
            return null;

        LiveTestSession? session = null;
        try
        {
            session = new LiveTestSession(Options, configuration, CreatePeer(reachedAt, channelId), _logger);
            string answer = await session.AnswerAsync(offer, cancellationToken).ConfigureAwait(false);
            Add(session);
            return (session, answer);
        }
        catch
        {
            if (session is not null)
                await session.AbandonAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            lock (_gate)
                _callsReserved--;
        }
    }

    /// <summary>Makes the call of somebody who rings and was taken.</summary>
    /// <returns>Null when too many calls are open.</returns>
    internal RealtimeTestCall? AcceptCall(RealtimeTestIncomingCall incoming, EffectiveSession session)
    {
        if (!TryReserveCall())
            return null;
        try
        {
            var call = new RealtimeTestCall(Options, session, new SilentPeer(), _logger) { Id = incoming.Id };
            Add(call);
            incoming.Accept(call);
            return call;
        }
        finally
        {
            lock (_gate)
                _callsReserved--;
        }
    }

    /// <summary>The open Live session with this id.</summary>
    internal LiveTestSession? FindOpenLiveSession(string id) => _liveSessions.FindOpen(id);

    private IPeerConnection CreatePeer(IPAddress? reachedAt, int? channelId) => _peers.Create(new PeerConnectionOptions
    {
        IceLite = true,
        NegotiatedChannelId = channelId,
        MaxIncomingMessageSize = Options.MaxEventSize,
        LocalAddresses = Options.MediaAddresses ?? (Options.UseAllMediaAddresses || Options.Interfaces is not null ? null : [MediaAddress(reachedAt)]),
        Interfaces = Options.Interfaces,
        UdpPorts = Options.UdpPorts,
        AnnouncedAddresses = Options.AnnouncedAddresses,
        AnnounceLocalAddresses = Options.AnnounceLocalAddresses,
        IncludeLoopback = true,
        TcpPort = Options.TcpPort,
        TimeProvider = Options.TimeProvider,
        LoggerFactory = Options.LoggerFactory,
    });

    /// <summary>Who rings, or rang, with this id.</summary>
    internal RealtimeTestIncomingCall? FindIncomingCall(string id)
    {
        lock (_gate)
            return _incomingCalls.GetValueOrDefault(id);
    }

    private bool TryReserveCall()
    {
        lock (_gate)
        {
            if (_calls.OpenCount + _liveSessions.OpenCount + _callsReserved >= Options.MaxCalls || _stopping.IsCancellationRequested)
                return false;
            _callsReserved++;
            return true;
        }
    }

    /// <summary>The open call with this id.</summary>
    internal RealtimeTestCall? FindOpenCall(string id) => _calls.FindOpen(id);

    // Calls go to the address that the client has reached us at.
    private static IPAddress MediaAddress(IPAddress? reachedAt) =>
        reachedAt is null ? IPAddress.Loopback : reachedAt.IsIPv4MappedToIPv6 ? reachedAt.MapToIPv4() : reachedAt;

    private void Add(RealtimeTestCall call)
    {
        _calls.Add(call);
        _logger.CallCreated(call.Id);
        _ = call.RunAsync(_calls.Forget);
    }

    private void Add(LiveTestSession session)
    {
        _liveSessions.Add(session);
        _logger.CallCreated(session.Id);
        _ = session.RunAsync(_liveSessions.Forget);
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        _application = await OwnServer.StartAsync(this, cancellationToken).ConfigureAwait(false);
        _baseAddress = OwnServer.AddressOf(_application);
        _logger.Listening(_baseAddress);
    }

    private async Task DisposeCoreAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_calls.EndAsync(call => call.HangUpAsync()), _liveSessions.EndAsync(session => session.HangUpAsync())).ConfigureAwait(false);
        if (_application is not null)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await _application.StopAsync(patience.Token).ConfigureAwait(false);
            await _application.DisposeAsync().ConfigureAwait(false);
        }
    }
}
