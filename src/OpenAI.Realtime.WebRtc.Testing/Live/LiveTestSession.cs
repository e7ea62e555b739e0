using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// One Live session at the endpoint, seen from the service's side: what came, what was sent, and the means to make something happen. Thread-safe. The
/// endpoint owns it; it can be looked at after its end.
/// </summary>
/// <remarks>
/// By itself it starts, acknowledges, says what a commentary asks for, answers the caller's speech with a sentence, runs a Responses model of few words, counts the use, and closes. Work is handed over only where the test does so
/// (<see cref="Delegate"/>, <see cref="SendEvent"/>). <see cref="RealtimeTestEndpointOptions.EmulateNetwork"/> has no effect on it.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A session frees what it holds when it ends, by itself; what it counted can still be read.")]
public sealed class LiveTestSession
{
    private const int MaxQueuedEvents = 1_024;
    private const int MaxDelegations = 1_024;
    private const int LargestCommand = 4 * 1024 * 1024;      // 30 s of sound as base64 have 2 MB
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(2);

    private readonly RealtimeTestEndpointOptions _options;
    private readonly IPeerConnection _peer;
    private readonly LiveConversation _conversation;
    private readonly ILogger _logger;
    private readonly EventLog _received = new();
    private readonly EventLog _sent = new();
    private readonly long _created;
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<PeerEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<byte[]> _outbox = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxQueuedEvents)
    {
        FullMode = BoundedChannelFullMode.Wait,     // with TryWrite: a client that does not read is hung up, see Send
        SingleReader = true,
    });

    private readonly Lock _gate = new();
    private readonly CallSidebands _sidebands = new();
    private readonly HashSet<string> _delegations = new(StringComparer.Ordinal);
    private Task _sending = Task.CompletedTask;
    private Task? _hangingUp;

    internal LiveTestSession(RealtimeTestEndpointOptions options, LiveConfiguration configuration, IPeerConnection peer, ILogger logger)
    {
        _options = options;
        _peer = peer;
        _logger = logger;
        _created = options.TimeProvider.GetTimestamp();
        _conversation = new LiveConversation(this, options, configuration, peer.Audio.Send, () => _ = HangUpAsync(), logger);
    }

    /// <summary>The session's id, <c>live_…</c>.</summary>
    public string Id { get; } = Json.NewId("live_", 24);

    /// <summary>How many WebSockets are beside it now (<c>GET live/sessions/{id}/attach</c>); at most 16.</summary>
    public int SidebandCount => _sidebands.Count;

    /// <summary>What the host answered the webhook with that tells of the session, see <see cref="LiveTestScript.ConnectedWebhook"/>; null before it has, and where it was told nothing.</summary>
    public HttpStatusCode? WebhookStatus { get; private set; }

    /// <summary>Completes when the data channel is open; faults with <see cref="PeerConnectionException"/> when it never was.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Completes when the session has ended, however it ended. Never faults: the result says why.</summary>
    public Task<PeerEnd> Completion => _completion.Task;

    /// <summary>The session as the service describes it, with the configuration in effect; a copy.</summary>
    public JsonObject Description => _conversation.Description;

    /// <summary>The newest 4,096 events that the client sent, or a sideband.</summary>
    public IReadOnlyList<RealtimeTestEvent> ReceivedEvents => _received.Snapshot();

    /// <summary>The newest 4,096 events that the endpoint sent, to its client or to a sideband; without the sound that sidebands get.</summary>
    public IReadOnlyList<RealtimeTestEvent> SentEvents => _sent.Snapshot();

    /// <summary>What was measured of the client's audio until now.</summary>
    public UplinkStatistics Uplink => _conversation.Uplink;

    /// <summary>What the engine has counted until now.</summary>
    public PeerStatistics PeerStatistics => _peer.GetStatistics();

    /// <summary>Waits for an event that the client sends, or takes the first of those that it has sent already.</summary>
    /// <param name="type">The event's name, such as <c>session.commentary.append</c>.</param>
    /// <param name="matches">What else must be true of it. Default: null, nothing.</param>
    /// <param name="timeout">How long to wait. Default: null, 30 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">No such event came in time.</exception>
    /// <exception cref="InvalidOperationException">The session ended before such an event came.</exception>
    public Task<RealtimeTestEvent> WaitForEventAsync(
        string type, Func<JsonNode, bool>? matches = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        WaitAsync(_received, "The client sent no", type, matches, timeout, cancellationToken);

    /// <summary>Waits for an event that the endpoint sends, or takes the first of those that it has sent already.</summary>
    /// <inheritdoc cref="WaitForEventAsync"/>
    public Task<RealtimeTestEvent> WaitForSentEventAsync(
        string type, Func<JsonNode, bool>? matches = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        WaitAsync(_sent, "The endpoint sent no", type, matches, timeout, cancellationToken);

    /// <summary>Says that the session has started, where <see cref="LiveTestScript.StartsAtOnce"/> is false. Once; later calls do nothing.</summary>
    public void Start() => _conversation.Start();

    /// <summary>Makes the model speak: audio on the track, and its words as transcript while it is heard.</summary>
    /// <param name="transcript">What it says.</param>
    /// <param name="audio">What that sounds like. Default: null, a voice-like sound.</param>
    /// <returns>False when the session has not started, is over, or has much to say already.</returns>
    public bool TrySay(string transcript, RealtimeTestAudio? audio = null)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        return _conversation.TrySay(transcript, audio);
    }

    /// <summary>
    /// Makes the model stop: what it says is cut off, and what waits to be said is dropped. It does so when it is given an order (<c>session.instructions.append</c>) or spoken over, which the endpoint by itself does not: a script
    /// decides when.
    /// </summary>
    public void StopSpeaking() => _conversation.StopSpeaking();

    /// <summary>
    /// Hands something over to whom the session's configuration says: sends <c>session.delegation.created</c>. A Responses model then does what <see cref="LiveTestScript.OnResponse"/> says, when what was handed over before is done;
    /// what the Decisions model answers is sent by <see cref="SendDecision"/>.
    /// </summary>
    /// <returns>The delegation's id, which the client's texts may name from now on where the work is the client's.</returns>
    /// <exception cref="InvalidOperationException">The session has 1,024 delegations already, or 64 wait for the Responses model.</exception>
    public string Delegate()
    {
        string id = Json.NewId("del_", 20), target = _conversation.DelegationType;
        lock (_gate)
        {
            if (_delegations.Count >= MaxDelegations)
                throw new InvalidOperationException($"A session of this endpoint has at most {MaxDelegations} delegations.");
            if (target == "client")
                _delegations.Add(id);
        }
        if (target == "responses")
        {
            if (!_conversation.TryDelegateToBackend(id))
                throw new InvalidOperationException("Too much waits for the Responses model.");
            return id;
        }
        SendEvent(new JsonObject
        {
            ["type"] = "session.delegation.created",
            ["event_id"] = Json.NewId("event_", 20),
            ["offset_ms"] = (int)_options.TimeProvider.GetElapsedTime(_created).TotalMilliseconds,
            ["delegation"] = new JsonObject { ["id"] = id, ["type"] = "delegation", ["target"] = target },
        }.ToJsonString());
        return id;
    }

    /// <summary>Sends what the Decisions model has come to: <c>decision.event</c>.</summary>
    /// <param name="decision">The decision, as the API has it: <c>model</c>, <c>answers</c>, <c>usage</c>.</param>
    /// <param name="delegationId">The delegation that asked. Default: null, none.</param>
    /// <param name="triggerId">The trigger that asked. Default: null, none.</param>
    public void SendDecision(JsonObject decision, string? delegationId = null, string? triggerId = null)
    {
        ArgumentNullException.ThrowIfNull(decision);
        SendEvent(new JsonObject
        {
            ["type"] = "decision.event",
            ["event_id"] = Json.NewId("event_", 20),
            ["delegation_id"] = delegationId,
            ["trigger_id"] = triggerId,
            ["source_event_id"] = null,
            ["source_event_type"] = null,
            ["event"] = new JsonObject { ["type"] = "decision.completed", ["decision"] = decision.DeepClone() },
        }.ToJsonString());
    }

    /// <summary>Sends any event, as it is.</summary>
    /// <param name="json">The event. What is not JSON is sent all the same: to see what the client makes of it.</param>
    public void SendEvent(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(json);
        Send(Json.TryParseObject(utf8, out JsonObject? e, out _) ? e.Text("type") ?? "" : "", utf8, LiveAudience.Everybody);
    }

    /// <summary>Sends an <c>error</c> event.</summary>
    /// <param name="code">The error's code; null for none.</param>
    /// <param name="message">The error's message.</param>
    /// <param name="clientEventId">The client's event that it is about. Default: null, none.</param>
    public void SendError(string? code, string message, string? clientEventId = null) => _conversation.ReportError(new ApiError(message, code), clientEventId);

    /// <summary>
    /// Tells a host by a webhook that the session has come to be (<c>live.transport.connected</c>). It has another id each time, unless one was set in <see cref="RealtimeTestWebhook.Id"/>.
    /// </summary>
    /// <param name="webhook">Where to, and what is wrong with it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What the host answered.</returns>
    /// <exception cref="HttpRequestException">The host cannot be reached.</exception>
    public Task<HttpStatusCode> SendConnectedAsync(RealtimeTestWebhook webhook, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        return WebhookSender.SendAsync(webhook.ForNext(), Json.Write(LiveWebhooks.Connected(Id, _options.TimeProvider.GetUtcNow())), _options.TimeProvider, cancellationToken);
    }

    /// <summary>Cuts the WebSockets beside it without a goodbye, as a network does; the session goes on, and they may come again.</summary>
    public void BreakSidebands() => _sidebands.Break();

    /// <summary>Closes the session from the service's side: sends <c>session.closed</c>, then hangs up.</summary>
    /// <param name="reason">Why. Default: <c>expired</c>.</param>
    public Task CloseAsync(string reason = "expired")
    {
        ArgumentNullException.ThrowIfNull(reason);
        _conversation.Close(reason);
        return HangUpAsync();
    }

    /// <summary>Hangs up from the service's side without a word of <c>session.closed</c>: sends what is queued, then closes. Later calls wait for the first.</summary>
    public Task HangUpAsync()
    {
        lock (_gate)
            return _hangingUp ??= HangUpCoreAsync();
    }

    /// <summary>Takes a place for a WebSocket beside the session; what was sent in <see cref="LiveTestScript.AttachReplay"/> before is sent to it again.</summary>
    /// <param name="isGraceful">Whether it wants a goodbye with a status at the end.</param>
    /// <param name="isOver">Whether there is none because the session is over, or ending; otherwise there are too many.</param>
    /// <returns>Null for none.</returns>
    internal CallSideband? TryAddSideband(bool isGraceful, out bool isOver)
    {
        var sideband = new CallSideband(Math.Max(_options.MaxEventSize, LargestCommand), isGraceful ? "The session has ended." : null);
        lock (_gate)
        {
            isOver = _ended.IsCancellationRequested || _hangingUp is not null;
            if (isOver || !_sidebands.TryAdd(sideband))
                return null;
            TimeSpan since = _options.TimeProvider.GetElapsedTime(_created) - _options.LiveScript.AttachReplay;
            foreach (RealtimeTestEvent e in _sent.Snapshot().Where(e => e.At > since))
                sideband.Send(e.Utf8Json.ToArray());
        }
        _logger.SidebandAttached(Id);
        return sideband;
    }

    internal void RemoveSideband(CallSideband sideband)
    {
        _sidebands.Remove(sideband);
        _logger.SidebandGone(Id);
    }

    /// <summary>One message, of the client or of a sideband.</summary>
    internal void Handle(byte[] utf8, bool isFromSideband)
    {
        string type = Json.TryParseObject(utf8, out JsonObject? e, out _) ? e.Text("type") ?? "" : "";
        _received.Add(new RealtimeTestEvent(type, utf8, _options.TimeProvider.GetElapsedTime(_created)) { IsFromSideband = isFromSideband });
        try
        {
            _conversation.HandleMessage(utf8, isFromSideband);
        }
        catch (Exception exception)     // whatever a client sends must not end the endpoint
        {
            _logger.CallFailed(Id, exception);
            _conversation.ReportError(new ApiError("The server had an error while processing your request.", Type: "server_error"), e.Text("event_id"));
        }
    }

    internal bool HasDelegation(string id)
    {
        lock (_gate)
            return _delegations.Contains(id);
    }

    internal ValueTask<string> AnswerAsync(string offer, CancellationToken cancellationToken) => _peer.CreateAnswerAsync(offer, cancellationToken);

    /// <summary>Frees what was made for a session that never came to be.</summary>
    internal async ValueTask AbandonAsync()
    {
        _conversation.Dispose();
        await _peer.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The session's whole life, from the answer on. Never faults.</summary>
    /// <param name="forget">Called before <see cref="Completion"/> completes: who has seen that finds the session no longer open.</param>
    internal async Task RunAsync(Action<LiveTestSession> forget)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await _peer.ConnectAsync().ConfigureAwait(false);
            _logger.CallConnected(Id);
            _sending = SendOutboxAsync();
            _conversation.Open(_options.LiveScript.StartsAtOnce);
            _connected.TrySetResult();
            Task audio = ReadAudioAsync();
            Task messages = ReadMessagesAsync();
            _ = TellConnectedAsync();
            _ = RunScriptAsync();       // a hook that does not heed the end holds nothing up; what it still sends goes nowhere
            await _peer.Completion.ConfigureAwait(false);
            await Task.WhenAll(audio, messages).ConfigureAwait(false);
        }
        catch (Exception e)     // a session that goes wrong must not end the endpoint
        {
            if (e is not PeerConnectionException)
                _logger.CallFailed(Id, e);
            _connected.TrySetException(e);
            _ = _connected.Task.Exception;      // observed, whether or not somebody waits
        }

        await _ended.CancelAsync().ConfigureAwait(false);
        _outbox.Writer.TryComplete();
        await _sending.ConfigureAwait(false);
        await _conversation.StopAsync().ConfigureAwait(false);
        await _peer.DisposeAsync().ConfigureAwait(false);
        _received.Close();
        _sent.Close();
        PeerEnd end = await _peer.Completion.ConfigureAwait(false);
        _logger.CallEnded(Id, end.Detail);
        forget(this);
        _sidebands.End();           // who comes back finds the session no longer
        _completion.TrySetResult(end);
    }

    private async Task HangUpCoreAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        _outbox.Writer.TryComplete();
        await ((Task)_sending.WaitAsync(DrainPatience)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _peer.CloseAsync().ConfigureAwait(false);
    }

    // From under the conversation's gate: never waits.
    internal void Send(string type, byte[] utf8, LiveAudience audience)
    {
        lock (_gate)
        {
            bool isSent = audience is LiveAudience.Everybody or LiveAudience.Channel && _outbox.Writer.TryWrite(utf8);
            bool isFull = !isSent && audience is LiveAudience.Everybody or LiveAudience.Channel && !_ended.IsCancellationRequested && _outbox.Reader.Count >= MaxQueuedEvents;
            if (audience != LiveAudience.Channel)
            {
                isSent |= _sidebands.Count > 0;
                _sidebands.Send(utf8);
            }
            if (isSent && audience != LiveAudience.Listeners)
                _sent.Add(new RealtimeTestEvent(type, utf8, _options.TimeProvider.GetElapsedTime(_created)));
            if (!isFull)
                return;
        }
        _logger.ClientDoesNotRead(Id);
        _ = HangUpAsync();
    }

    private async Task SendOutboxAsync()
    {
        await foreach (byte[] utf8 in _outbox.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await _peer.Messages.SendAsync(utf8, MessageKind.Text).ConfigureAwait(false);
            }
            catch (PeerConnectionException)
            {
                break;      // over; Completion says why
            }
            catch (ArgumentException e)     // larger than the client accepts
            {
                _logger.EventNotSent(Id, utf8.Length, e);
            }
        }
    }

    private async Task ReadMessagesAsync()
    {
        while (await _peer.Messages.ReceiveAsync().ConfigureAwait(false) is { } message)
        {
            using (message)
                Handle(message.Memory.ToArray(), isFromSideband: false);
        }
    }

    private async Task ReadAudioAsync()
    {
        byte[] buffer = new byte[EncodedAudio.MaxLength];
        while (await _peer.Audio.WaitAsync().ConfigureAwait(false))
        {
            while (_peer.Audio.TryRead(buffer, out EncodedAudio packet))
                _conversation.HandleAudio(buffer.AsSpan(0, packet.Length), packet);
        }
    }

    private async Task TellConnectedAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (_options.LiveScript.ConnectedWebhook?.Invoke(this) is { } webhook)
                WebhookStatus = await SendConnectedAsync(webhook, _ended.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!_ended.IsCancellationRequested)     // a user's hook, or a host that is not there
        {
            _logger.HookFailed(nameof(LiveTestScript.ConnectedWebhook), e);
        }
        catch (OperationCanceledException)
        {
            // Stopped from outside, as it may be at any moment.
        }
    }

    private async Task RunScriptAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (_options.LiveScript.OnConnected is { } onConnected)
                await onConnected(this, _ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // Stopped from outside, as it may be at any moment.
        }
        catch (Exception e)     // a user's hook
        {
            _logger.HookFailed(nameof(LiveTestScript.OnConnected), e);
            SendError("script_failed", $"The script's {nameof(LiveTestScript.OnConnected)} failed: {e.Message}");
        }
    }

    private static async Task<RealtimeTestEvent> WaitAsync(
        EventLog log, string complaint, string type, Func<JsonNode, bool>? matches, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(type);
        try
        {
            return await log.WaitAsync(e => e.Type == type && e.Matches(matches)).WaitAsync(timeout ?? DefaultPatience, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            string seen = string.Join(", ", log.Snapshot().Select(e => e.Type).Distinct());
            throw new TimeoutException($"{complaint} '{type}' that matches within {timeout ?? DefaultPatience}. Until now: {(seen.Length == 0 ? "nothing" : seen)}.");
        }
    }
}
