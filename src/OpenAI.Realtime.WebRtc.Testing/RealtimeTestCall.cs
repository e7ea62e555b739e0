using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// One call at the endpoint, seen from the service's side: what came, what was sent, and the means to make something happen. Thread-safe. The
/// endpoint owns it; it can be looked at after its end.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A call frees what it holds when it ends, by itself; what it counted can still be read.")]
public sealed class RealtimeTestCall
{
    private const int MaxQueuedEvents = 1_024;
    private const int ReadingPausesAbove = 256;
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(2);

    private readonly RealtimeTestEndpointOptions _options;
    private readonly IPeerConnection _peer;
    private readonly Conversation _conversation;
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

    private readonly List<DatagramRelay> _relays = [];
    private readonly CallSidebands _sidebands = new();
    private Task _sending = Task.CompletedTask;
    private Task? _hangingUp;
    private TaskCompletionSource _sentOne = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();

    internal RealtimeTestCall(RealtimeTestEndpointOptions options, EffectiveSession session, IPeerConnection peer, ILogger logger)
    {
        _options = options;
        _peer = peer;
        _logger = logger;
        _created = options.TimeProvider.GetTimestamp();
        IsBeta = session.IsBeta;
        _conversation = new Conversation(this, options, session, Send, peer.Audio.Send, logger);
    }

    /// <summary>The call's id, <c>rtc_…</c>.</summary>
    public string Id { get; internal init; } = Json.NewId("rtc_", 24);

    /// <summary>The ephemeral key that it was opened with; null when it was the API key.</summary>
    internal string? Key { get; init; }

    /// <summary>How many WebSockets are beside it now (<c>GET /v1/realtime?call_id=…</c>); at most 16.</summary>
    public int SidebandCount => _sidebands.Count;

    /// <summary>Whether it was made by the beta's routes, and so speaks the beta's dialect.</summary>
    public bool IsBeta { get; }

    /// <summary>Completes when the data channel is open; faults with <see cref="PeerConnectionException"/> when it never was.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Completes when the call has ended, however it ended. Never faults: the result says why.</summary>
    public Task<PeerEnd> Completion => _completion.Task;

    /// <summary>The session's configuration in effect; a copy.</summary>
    public JsonObject Session => _conversation.Session;

    /// <summary>The newest 4,096 events that the client sent, or a sideband.</summary>
    public IReadOnlyList<RealtimeTestEvent> ReceivedEvents => _received.Snapshot();

    /// <summary>The newest 4,096 events that the endpoint sent.</summary>
    public IReadOnlyList<RealtimeTestEvent> SentEvents => _sent.Snapshot();

    /// <summary>What was measured of the client's audio until now.</summary>
    public UplinkStatistics Uplink => _conversation.Uplink;

    /// <summary>What the engine has counted until now.</summary>
    public PeerStatistics PeerStatistics => _peer.GetStatistics();

    /// <summary>The network in between. It does nothing unless <see cref="RealtimeTestEndpointOptions.EmulateNetwork"/> is set.</summary>
    public RealtimeTestNetwork Network { get; } = new();

    /// <summary>Whether the endpoint sends no audio packets at all, not even silence. Default: false.</summary>
    public bool IsAudioPaused
    {
        get => _conversation.IsAudioPaused;
        set => _conversation.IsAudioPaused = value;
    }

    /// <summary>Waits for an event that the client sends, or a sideband, or takes the first of those that it has sent already.</summary>
    /// <param name="type">The event's name, such as <c>session.update</c>.</param>
    /// <param name="matches">What else must be true of it. Default: null, nothing.</param>
    /// <param name="timeout">How long to wait. Default: null, 30 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">No such event came in time.</exception>
    /// <exception cref="InvalidOperationException">The call ended before such an event came.</exception>
    public Task<RealtimeTestEvent> WaitForEventAsync(
        string type, Func<JsonNode, bool>? matches = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        WaitAsync(_received, "The client sent no", type, matches, timeout, cancellationToken);

    /// <summary>Waits for an event that the endpoint sends, or takes the first of those that it has sent already.</summary>
    /// <param name="type">The event's name on the wire, such as <c>response.done</c>.</param>
    /// <param name="matches">What else must be true of it. Default: null, nothing.</param>
    /// <param name="timeout">How long to wait. Default: null, 30 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">No such event was sent in time.</exception>
    /// <exception cref="InvalidOperationException">The call ended before such an event was sent.</exception>
    public Task<RealtimeTestEvent> WaitForSentEventAsync(
        string type, Func<JsonNode, bool>? matches = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        WaitAsync(_sent, "The endpoint sent no", type, matches, timeout, cancellationToken);

    /// <summary>Sends any event, as it is.</summary>
    /// <param name="json">The event. What is not JSON is sent all the same: to see what the client makes of it.</param>
    public void SendEvent(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(json);
        Send(Json.TryParseObject(utf8, out JsonObject? e, out _) ? e.Text("type") ?? "" : "", utf8);
    }

    /// <summary>Sends an <c>error</c> event.</summary>
    /// <param name="code">The error's code.</param>
    /// <param name="message">The error's message.</param>
    /// <param name="type">The error's type. Default: <c>invalid_request_error</c>.</param>
    /// <param name="eventId">The client's event that it is about. Default: null, none.</param>
    public void SendError(string code, string message, string type = "invalid_request_error", string? eventId = null) =>
        _conversation.ReportError(new ApiError(message, code, Type: type), eventId);

    /// <summary>Makes the assistant speak without being asked.</summary>
    /// <returns>False when a response is being made already, or the call has ended.</returns>
    public bool TryRespond(RealtimeTestReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        return _conversation.TryStartResponse(reply);
    }

    /// <summary>Ends the session as the service does after its longest time: an <c>error</c> with code <c>session_expired</c>, then the call is hung up.</summary>
    public Task ExpireSessionAsync()
    {
        SendError("session_expired", $"Your session hit the maximum duration of {_options.SessionDuration.TotalMinutes:0} minutes.");
        return HangUpAsync();
    }

    /// <summary>Hangs up from the service's side: sends what is queued, then closes. Later calls wait for the first.</summary>
    public Task HangUpAsync()
    {
        lock (_gate)
            return _hangingUp ??= HangUpCoreAsync();
    }

    /// <summary>Cuts the WebSockets beside it without a goodbye, as a network does; the call goes on, and they may come again.</summary>
    public void BreakSidebands() => _sidebands.Break();

    /// <summary>Takes a place for a WebSocket beside the call.</summary>
    /// <param name="isOver">Whether there is none because the call is over, or ending; otherwise there are too many.</param>
    /// <returns>Null for none.</returns>
    internal CallSideband? TryAddSideband(out bool isOver)
    {
        lock (_gate)
        {
            isOver = _ended.IsCancellationRequested || _hangingUp is not null;
            var sideband = new CallSideband(_options.MaxEventSize);
            if (isOver || !_sidebands.TryAdd(sideband))
                return null;
            _logger.SidebandAttached(Id);
            return sideband;
        }
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
            _conversation.HandleMessage(utf8);
        }
        catch (Exception exception)     // whatever a client sends must not end the endpoint
        {
            _logger.CallFailed(Id, exception);
            _conversation.ReportError(new ApiError("The server had an error while processing your request.", Type: "server_error"), e.Text("event_id"));
        }
    }

    /// <summary>Says goodbye and closes at once: the client has hung up itself, or does not read. What is queued is not sent any more.</summary>
    internal Task EndAtOnceAsync()
    {
        lock (_gate)
            return _hangingUp ??= EndAtOnceCoreAsync();
    }

    /// <summary>Applies the offer and writes the answer, with the network's addresses in it where there is one.</summary>
    internal async ValueTask<string> AnswerAsync(string offer, CancellationToken cancellationToken)
    {
        string answer = await _peer.CreateAnswerAsync(offer, cancellationToken).ConfigureAwait(false);
        return !_options.EmulateNetwork ? answer : AnswerText.ReplaceCandidates(answer, candidate =>
        {
            var relay = new DatagramRelay(Network, candidate);
            _relays.Add(relay);
            return relay.Address;
        });
    }

    /// <summary>Frees what was made for a call that never came to be.</summary>
    internal async ValueTask AbandonAsync()
    {
        _conversation.Dispose();
        await _peer.DisposeAsync().ConfigureAwait(false);
        foreach (DatagramRelay relay in _relays)
            await relay.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The call's whole life, from the answer on. Never faults.</summary>
    /// <param name="forget">Called before <see cref="Completion"/> completes: who has seen that finds the call no longer open.</param>
    internal async Task RunAsync(Action<RealtimeTestCall> forget)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await _peer.ConnectAsync().ConfigureAwait(false);
            _logger.CallConnected(Id);
            _conversation.Open();
            _connected.TrySetResult();
            using ITimer expiry = _options.TimeProvider.CreateTimer(
                static call => _ = ((RealtimeTestCall)call!).ExpireSessionAsync(), this, Due(_options.SessionDuration), Timeout.InfiniteTimeSpan);
            _sending = SendOutboxAsync();
            Task audio = ReadAudioAsync();
            Task messages = ReadMessagesAsync();
            _ = RunScriptAsync();       // a hook that does not heed the end holds nothing up; what it still sends goes nowhere
            await _peer.Completion.ConfigureAwait(false);
            await Task.WhenAll(audio, messages).ConfigureAwait(false);
            await _ended.CancelAsync().ConfigureAwait(false);
            _outbox.Writer.TryComplete();
            await _sending.ConfigureAwait(false);
        }
        catch (PeerConnectionException e)
        {
            _connected.TrySetException(e);
            _ = _connected.Task.Exception;      // observed, whether or not somebody waits
        }
        catch (Exception e)     // a call that goes wrong must not end the endpoint
        {
            _logger.CallFailed(Id, e);
            _connected.TrySetException(e);
            _ = _connected.Task.Exception;
        }

        await EndAsync(forget).ConfigureAwait(false);
    }

    private static TimeSpan Due(TimeSpan time) => time.TotalMilliseconds < uint.MaxValue - 1 ? time : Timeout.InfiniteTimeSpan;

    private async Task EndAsync(Action<RealtimeTestCall> forget)
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        _outbox.Writer.TryComplete();
        await _conversation.StopAsync().ConfigureAwait(false);
        await _peer.DisposeAsync().ConfigureAwait(false);
        foreach (DatagramRelay relay in _relays)
            await relay.DisposeAsync().ConfigureAwait(false);
        _received.Close();
        _sent.Close();
        PeerEnd end = await _peer.Completion.ConfigureAwait(false);
        _logger.CallEnded(Id, end.Detail);
        forget(this);
        _sidebands.End();           // who comes back finds the call no longer
        _completion.TrySetResult(end);
    }

    private async Task HangUpCoreAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        _conversation.End();
        _outbox.Writer.TryComplete();
        await ((Task)_sending.WaitAsync(DrainPatience)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _peer.CloseAsync().ConfigureAwait(false);
    }

    private async Task EndAtOnceCoreAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        _conversation.End();
        _outbox.Writer.TryComplete();
        await _peer.CloseAsync(new CancellationToken(canceled: true)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // From under the conversation's gate: never waits.
    private void Send(string type, byte[] utf8)
    {
        if (_outbox.Writer.TryWrite(utf8))
        {
            _sent.Add(new RealtimeTestEvent(type, utf8, _options.TimeProvider.GetElapsedTime(_created)));
            _sidebands.Send(utf8);
            return;
        }

        if (_ended.IsCancellationRequested || !_outbox.Reader.CanCount || _outbox.Reader.Count < MaxQueuedEvents)
            return;     // over
        _logger.ClientDoesNotRead(Id);
        _ = EndAtOnceAsync();
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

            Interlocked.Exchange(ref _sentOne, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }

        await _ended.CancelAsync().ConfigureAwait(false);
        Volatile.Read(ref _sentOne).TrySetResult();
    }

    // Who asks faster than they listen has to wait: what is not read counts against SCTP's receive window.
    private async ValueTask WaitForRoomAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            Task sentOne = Volatile.Read(ref _sentOne).Task;
            if (_outbox.Reader.Count <= ReadingPausesAbove || _ended.IsCancellationRequested)
                return;
            await sentOne.ConfigureAwait(false);
        }
    }

    private async Task ReadMessagesAsync()
    {
        while (await _peer.Messages.ReceiveAsync().ConfigureAwait(false) is { } message)
        {
            await WaitForRoomAsync().ConfigureAwait(false);
            using (message)
            {
                Handle(message.Memory.ToArray(), isFromSideband: false);
            }
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

    private async Task RunScriptAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (_options.Script.OnConnected is { } onConnected)
                await onConnected(this, _ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // Stopped from outside, as it may be at any moment.
        }
        catch (Exception e)     // a user's hook
        {
            _logger.HookFailed(nameof(RealtimeTestScript.OnConnected), e);
            SendError("script_failed", $"The script's {nameof(RealtimeTestScript.OnConnected)} failed: {e.Message}", "server_error");
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
