using System.Text;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Live.Events.Json;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>The life of a session.</summary>
/// <remarks>
/// <code>
///   StartAsync    silence flows ─► session.started, or an error, or the end ─► the source flows
///   RunAsync      peer.Completion ─► the pump reads what is left ─► Closed ─► Completion, waiting commands fail ─► audio stopped, session ended by HTTP where nobody confirmed its end
///   PumpAsync     message ─► event ─► tap ─► queue; only when the queue and its look-ahead are full does the next message wait for the user
///   CloseCore     Closing ─► session.close ─► session.closed, or the limit ─► audio stopped ─► peer.CloseAsync ─► RunAsync to its end
/// </code>
/// </remarks>
internal sealed class LiveSessionRun
{
    private const int StateChangesKept = 64;

    private readonly LiveSessionParts _parts;
    private readonly IPeerConnection _peer;
    private readonly ILogger _logger;
    private readonly LiveCommands _commands;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<TimeSpan> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closedByService = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<LiveSessionEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<SessionStateChange> _stateChanges = Channel.CreateBounded<SessionStateChange>(
        new BoundedChannelOptions(StateChangesKept) { FullMode = BoundedChannelFullMode.DropOldest });
    private SessionState _state = SessionState.Connected;
    private Task? _closing;
    private bool _serviceClosed;
    private LiveSessionClosed? _closed;
    private LiveSessionInfo? _info;
    private LiveUsage? _usage;
    private long _received;
    private long _sent;
    private bool _traceFailed;
    private Exception? _pumpFailure;

    public LiveSessionRun(LiveSessionParts parts)
    {
        _parts = parts;
        _peer = parts.Connection.Peer;
        _logger = parts.Logger;
        _commands = new LiveCommands(parts.TimeProvider, parts.Options.CommandTimeout);
        Events = new ServerEventQueue<LiveServerEvent>(parts.Options.EventBufferSize);
        Expiry = new LiveExpiry(parts.TimeProvider, parts.Options.ExpiryNotice);
        LiveTelemetry.ActiveSessions.Add(1);
        parts.Connection.Observe(OnPeerState);
        Stopped = RunAsync();
    }

    public ServerEventQueue<LiveServerEvent> Events { get; }

    public LiveExpiry Expiry { get; }

    public MediaPort Audio => _parts.Audio;

    public ConnectTimings Timings => _parts.Clock.Timings;

    public ChannelReader<SessionStateChange> StateChanges => _stateChanges.Reader;

    public Task<LiveSessionEnd> Completion => _completion.Task;

    /// <summary>Completes when nothing of the session is left, what is said to the service by HTTP included. Never faults.</summary>
    public Task Stopped { get; }

    public string? SessionId => _parts.Connection.CallId ?? Info?.Id;

    public SessionState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    public LiveSessionInfo? Info
    {
        get
        {
            lock (_lock)
                return _info;
        }
    }

    public LiveUsage? Usage
    {
        get
        {
            lock (_lock)
                return _usage;
        }
    }

    public LiveSessionStatistics GetStatistics() => new()
    {
        Timings = Timings,
        Started = _started.Task.IsCompletedSuccessfully ? _started.Task.Result : null,
        Connection = _peer.GetStatistics(),
        Audio = _parts.Audio.GetStatistics(),
        Codec = _parts.Audio.Codec,
        FillerPackets = _parts.Flow.Fillers,
        EventsReceived = Interlocked.Read(ref _received),
        EventsSent = Interlocked.Read(ref _sent),
        EventsDropped = Events.Dropped,
        Usage = Usage,
    };

    /// <summary>Waits until the service says that the session has started. An error before that means that it never will.</summary>
    /// <exception cref="RealtimeConnectException">It has not started.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task StartAsync(bool startsOnSpeech, CancellationToken cancellationToken)
    {
        _parts.Flow.Start();
        if (startsOnSpeech)
            _parts.Audio.StartSending();
        TimeSpan limit = _parts.Options.StartTimeout;
        try
        {
            await _started.Task.WaitAsync(startsOnSpeech ? Timeout.InfiniteTimeSpan : limit, _parts.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new RealtimeConnectException(ConnectPhase.Session, RealtimeFailure.SessionNeverStarted,
                $"The channel is open, but the service did not say within {limit.TotalSeconds:0.###} s that the session has started. Try again; StartTimeout sets the limit, and a session that starts on speech needs StartsOnSpeech.", e);
        }
        if (!startsOnSpeech)
            _parts.Audio.StartSending();
    }

    public async ValueTask SendAsync(LiveClientEvent command, CancellationToken cancellationToken)
    {
        ThrowIfEnding();
        await WriteAsync(command, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken)
    {
        ThrowIfEnding();
        return WriteRawAsync(utf8Json, cancellationToken);
    }

    public Task<LiveServerEvent> RunCommandAsync(LiveClientEvent command, CancellationToken cancellationToken)
    {
        string acknowledgement = LiveCommands.AcknowledgementOf(command.Type)
            ?? throw new ArgumentException($"{command.Type} is acknowledged by no event, so there is nothing to wait for: use SendAsync.", nameof(command));
        return _commands.RunAsync(command, acknowledgement, SendAsync, cancellationToken);
    }

    /// <summary>Begins to close, once; the task completes when nothing is left.</summary>
    public Task StartClosing(string reason)
    {
        lock (_lock)
            return _closing ??= CloseCoreAsync(reason);
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Task pump = PumpAsync();
        PeerEnd end = await PeerEndAsync().ConfigureAwait(false);
        Events.StopWaiting();
        await pump.ConfigureAwait(false);
        _closedByService.TrySetResult();        // it will not come any more
        LiveSessionEnd sessionEnd = Explain(end);
        var ended = new RealtimeSessionEndedException(sessionEnd.ToSessionEnd());
        _started.TrySetException(NeverStarted(sessionEnd));
        _commands.Close(ended);
        Events.Complete();
        Expiry.Dispose();
        SetState(SessionState.Closed, sessionEnd.Detail);
        _stateChanges.Writer.TryComplete();
        _logger.SessionEnded(sessionEnd.Reason, sessionEnd.Detail);
        LiveTelemetry.ActiveSessions.Add(-1);
        _completion.TrySetResult(sessionEnd);

        _ = _started.Task.Exception;            // nobody may be waiting for it
        _parts.Flow.Dispose();
        await QuietlyAsync("Audio", _parts.Audio.DisposeAsync().AsTask()).ConfigureAwait(false);
        if (!sessionEnd.IsConfirmed && sessionEnd.Reason is not SessionEndReason.ClosedByPeer)
            await _parts.Connection.HangUpAsync().ConfigureAwait(false);
        await QuietlyAsync("Connection", _parts.Connection.DisposeAsync().AsTask()).ConfigureAwait(false);
    }

    private async Task<PeerEnd> PeerEndAsync()
    {
        try
        {
            return await _peer.Completion.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // An engine of somebody else's may break its promise; the session must still end.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new PeerEnd(PeerEndReason.EngineFailure, PeerPhase.Connected, e.Message, e);
        }
    }

    private async Task PumpAsync()
    {
        var pairs = new LiveSplitPairs();
        try
        {
            while (await _peer.Messages.ReceiveAsync().ConfigureAwait(false) is { } message)
            {
                LiveServerEvent read;
                int length;
                using (message)
                {
                    length = message.Memory.Length;
                    _parts.Clock.Reach(ConnectStep.FirstEvent);
                    Show(sent: false, message.Memory.Span);
                    read = LiveServerEventReader.ReadEvent(message.Memory.Span, pairs);
                    if (_parts.Options.KeepEventJson)
                        read.ReceivedFrom(message.Memory.Span);
                }
                Tap(read);
                if (await Events.AddAsync(read, length).ConfigureAwait(false))
                    NoteDropped();
            }
        }
#pragma warning disable CA1031 // Whatever an engine throws ends the session with a reason, not the process. (What a trace throws ends nothing: see Trace.)
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.PartFailed("Receiving events", e);
            lock (_lock)
                _pumpFailure = e;
        }

        // No more messages: if the engine has not ended by itself, it is of no use any more.
        if (!_peer.Completion.IsCompleted)
            await QuietlyAsync("Connection", _peer.CloseAsync()).ConfigureAwait(false);
    }

    /// <summary>What the session does about an event itself, before the user sees it and whether or not the user ever does.</summary>
    private void Tap(LiveServerEvent read)
    {
        Interlocked.Increment(ref _received);
        LiveTelemetry.EventsReceived.Add(1);
        bool seen = _commands.Take(read);
        switch (read)
        {
            case LiveSessionStarted { Session: var session }:
                Describe(session);
                break;
            case LiveSessionUpdated { Session: var session }:
                Describe(session);
                break;
            case LiveUsageUpdated { Usage: var usage }:
                lock (_lock)
                    _usage = usage;
                break;
            case LiveError { Error: var error } when !_started.Task.IsCompleted:
                _started.TrySetException(Refused(error));
                break;
            case LiveError { Error: var error } when !seen:
                _logger.ServiceError(Shown(error.Code?.Value ?? error.Type), Shown(error.Message));
                break;
            case LiveInfo info:
                _logger.Remark(Shown(info.Code?.Value), Shown(info.Message));
                break;
            case MalformedLiveEvent malformed:
                _logger.MalformedEvent(EventText.Short(malformed.Type), EventText.Short(malformed.Reason));
                break;
            case UnknownLiveEvent unknown:
                _logger.UnknownEvent(EventText.Short(unknown.Type));
                break;
        }

        // By name, so that it works even when the body does not fit.
        if (read.Type == "session.started")
            _started.TrySetResult(_parts.Clock.Elapsed);
        else if (read.Type == "session.closed")
            OnClosed(read as LiveSessionClosed);
    }

    private void Describe(LiveSessionInfo session)
    {
        lock (_lock)
            _info = session;
        if (session.ExpiresAt is { } at)
            Expiry.Set(at);
    }

    private void OnClosed(LiveSessionClosed? closed)
    {
        lock (_lock)
        {
            _serviceClosed = true;
            _closed ??= closed;
            _usage = closed?.Usage ?? _usage;
        }
        _logger.Closed(Shown(SessionId), Shown(closed?.Reason?.Value), closed?.Usage?.Active.TotalSeconds);
        _closedByService.TrySetResult();
        _ = StartClosing("closed by the service");
    }

    private void NoteDropped()
    {
        long dropped = Events.Dropped;
        if (System.Numerics.BitOperations.IsPow2(dropped))
            _logger.EventsDropped(dropped);
    }

    private async Task CloseCoreAsync(string reason)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (!Completion.IsCompleted)
        {
            SetState(SessionState.Closing, reason);
            Events.StopWaiting();       // the answer comes behind whatever the user has not read
            if (!_closedByService.Task.IsCompleted)
                await SayCloseAsync().ConfigureAwait(false);
            await QuietlyAsync("Audio", _parts.Audio.StopSendingAsync().AsTask()).ConfigureAwait(false);
            _parts.Flow.Dispose();
            using var limit = new CancellationTokenSource(_parts.Options.HangUpTimeout, _parts.TimeProvider);
            await QuietlyAsync("Connection", _peer.CloseAsync(limit.Token)).ConfigureAwait(false);
            await QuietlyAsync("Connection", _parts.Connection.DisposeAsync().AsTask()).ConfigureAwait(false);
        }
        await Stopped.ConfigureAwait(false);
    }

    /// <summary>Says that the session is to end, and hears that it has, while audio goes on both ways. One that never started is not waited for.</summary>
    private async Task SayCloseAsync()
    {
        TimeSpan limit = _started.Task.IsCompletedSuccessfully ? _parts.Options.CloseTimeout : _parts.Options.HangUpTimeout;
        using var timeout = new CancellationTokenSource(limit, _parts.TimeProvider);
        try
        {
            await WriteAsync(new LiveSessionClose(), timeout.Token).ConfigureAwait(false);
            if (_started.Task.IsCompletedSuccessfully)
                await _closedByService.Task.WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _logger.CloseUnconfirmed(Shown(SessionId), limit.TotalSeconds);
        }
        catch (RealtimeSessionEndedException)
        {
            // The connection is gone: there is nobody to say it to.
        }
#pragma warning disable CA1031 // Whatever an engine throws, the rest must be closed.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.PartFailed("Closing", e);
        }
    }

    private async ValueTask WriteAsync(LiveClientEvent command, CancellationToken cancellationToken)
    {
        using var buffer = new PooledBuffer();
        command.Write(buffer);
        await WriteRawAsync(buffer.Written, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken)
    {
        Show(sent: true, utf8Json.Span);
        try
        {
            await _peer.Messages.SendAsync(utf8Json, MessageKind.Text, cancellationToken).ConfigureAwait(false);
        }
        catch (PeerConnectionException e)
        {
            throw Ended(e);
        }
        Interlocked.Increment(ref _sent);
        LiveTelemetry.EventsSent.Add(1);
    }

    private LiveSessionEnd Explain(PeerEnd end)
    {
        (SessionEndReason reason, string detail) = ReasonOf(end);
        lock (_lock)
        {
            return new LiveSessionEnd(reason, _serviceClosed ? detail : detail + " The service has not confirmed that the session is closed, so what it is charged for is not known exactly.")
            {
                IsConfirmed = _serviceClosed,
                ServiceReason = _closed?.Reason,
                Usage = _usage,
                Connection = end,
            };
        }
    }

    private (SessionEndReason Reason, string Detail) ReasonOf(PeerEnd end)
    {
        lock (_lock)
        {
            if (_serviceClosed)
            {
                return _closed?.Reason?.Value switch
                {
                    "expired" => (SessionEndReason.SessionExpired, "The session's time was over, or no audio came for too long."),
                    "content" => (SessionEndReason.ClosedByPeer, "The service closed the session because of what was said."),
                    "remote_hangup" => (SessionEndReason.ClosedByPeer, "The other side hung up."),
                    "connection_lost" => (SessionEndReason.ConnectionLost, "The service lost the connection."),
                    "close_requested" => (SessionEndReason.ClosedLocally, "Closed because it was asked for."),
                    var other => (SessionEndReason.ClosedByPeer, $"The service closed the session ({EventText.Short(other ?? "without a reason")})."),
                };
            }
            if (_closing is not null && end.Reason != PeerEndReason.EngineFailure)
                return (SessionEndReason.ClosedLocally, "Closed by this side.");

            // The connection was closed by PumpAsync then, and by nobody else.
            if (_pumpFailure is { } failure && end.Reason == PeerEndReason.ClosedLocally)
                return (SessionEndReason.Failed, $"Receiving events failed with {failure.GetType().Name}: {Redaction.Sentence(failure.Message)}");
        }
        return end.Reason switch
        {
            PeerEndReason.ClosedByPeer => (SessionEndReason.ClosedByPeer, Redaction.Sentence(end.Detail)),
            PeerEndReason.ClosedLocally => (SessionEndReason.ClosedByPeer, "No more events came from the service."),
            PeerEndReason.ConsentExpired or PeerEndReason.IceFailed => (SessionEndReason.ConnectionLost, Redaction.Sentence(end.Detail)),
            PeerEndReason.ChannelFailed or PeerEndReason.ChannelTimeout => (SessionEndReason.ChannelFailed, Redaction.Sentence(end.Detail)),
            _ => (SessionEndReason.Failed, Redaction.Sentence(end.Detail)),
        };
    }

    /// <summary>What the service wrote, fit for a message or a log: a line of bounded length, without keys.</summary>
    internal static string? Shown(string? text) => text is null ? null : EventText.Short(Redaction.Hide(text));

    private static RealtimeConnectException Refused(LiveErrorDetails error)
    {
        string code = error.Code is { } known ? $" ({Shown(known.Value)})" : "";
        bool key = error.Code?.Value is "forbidden" or "invalid_api_key" or "account_deactivated";
        return new RealtimeConnectException(ConnectPhase.Session, key ? RealtimeFailure.KeyRefused : RealtimeFailure.RequestRejected,
            $"The service did not start the session and said \"{Shown(error.Message) ?? "nothing more"}\"{code}. Check the session's configuration, and the account's access and credit.")
        {
            ErrorCode = error.Code?.Value,
            ErrorType = error.Type,
            Param = error.Param,
        };
    }

    private static RealtimeConnectException NeverStarted(LiveSessionEnd end) => new(ConnectPhase.Session, RealtimeFailure.ClosedByPeer,
        $"The session ended before it had started ({end.Reason}): {end.Detail} Try again; a bad session configuration can be the cause.");

    private void OnPeerState(PeerStateChange change)
    {
        if (change.State == PeerState.Disconnected)
            SetState(SessionState.Disconnected, change.Reason);
        else if (change.State == PeerState.Connected)
            SetState(SessionState.Connected, change.Reason);
    }

    /// <summary>Connected ⇄ Disconnected → Closing → Closed, and nowhere else.</summary>
    private void SetState(SessionState state, string? reason)
    {
        lock (_lock)
        {
            bool back = state < _state && _state >= SessionState.Closing;
            if (state == _state || back)
                return;
            _state = state;
            _stateChanges.Writer.TryWrite(new SessionStateChange(state, _parts.Clock.Elapsed, reason));
        }
        _logger.SessionState(state, reason);
    }

    private void Show(bool sent, ReadOnlySpan<byte> utf8Json)
    {
        if (_parts.Trace is { } trace)
            Trace(trace, sent, utf8Json);
        if (!_logger.IsEnabled(LogLevel.Trace))
            return;
        string json = Redaction.Hide(Encoding.UTF8.GetString(utf8Json));
        if (sent)
            _logger.Sent(json);
        else
            _logger.Received(json);
    }

    private void Trace(RealtimeEventTrace trace, bool sent, ReadOnlySpan<byte> utf8Json)
    {
        try
        {
            trace(sent, utf8Json);
        }
#pragma warning disable CA1031 // Whatever the caller's own code throws must not end its call.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!Interlocked.Exchange(ref _traceFailed, true))
                _logger.PartFailed("The event trace", e);
        }
    }

    private void ThrowIfEnding()
    {
        if (State is SessionState.Closing or SessionState.Closed)
            throw Ended(null);
    }

    private RealtimeSessionEndedException Ended(Exception? inner) =>
        new(Completion.IsCompletedSuccessfully ? Completion.Result.ToSessionEnd() : null, inner);

    /// <summary>Closing one part must not keep the others open.</summary>
    private async Task QuietlyAsync(string part, Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // See above: what goes wrong is logged, and the rest is closed all the same.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.PartFailed(part, e);
        }
    }
}
