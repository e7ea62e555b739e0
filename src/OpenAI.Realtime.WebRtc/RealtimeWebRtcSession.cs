using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>What a session is made of.</summary>
internal sealed record SessionParts(
    RealtimeConnection Connection, SessionAudio Audio, ConnectClock Clock, OpenAIRealtimeWebRtcOptions Options, RealtimeEventTrace? Trace, ILogger Logger, TimeProvider TimeProvider);

/// <summary>
/// A spoken conversation that is connected: audio flows by itself, events are read and sent. Made by <see cref="RealtimeWebRtcClient.ConnectAsync"/>. Dispose it
/// to hang up. Thread-safe; one reader of events and one of state changes at a time.
/// </summary>
public sealed class RealtimeWebRtcSession : IRealtimeSession
{
    private readonly SessionParts _parts;
    private readonly IPeerConnection _peer;
    private readonly ILogger _logger;
    private readonly RealtimeEvents _events;
    private readonly SessionStates _states;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<SessionEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private Task? _closing;
    private Task? _hangUp;
    private string? _expired;
    private Exception? _pumpFailure;

    internal RealtimeWebRtcSession(SessionParts parts)
    {
        _parts = parts;
        _peer = parts.Connection.Peer;
        _logger = parts.Logger;
        _events = new RealtimeEvents(parts.Options, parts.Trace, parts.Logger);
        _states = new SessionStates(() => parts.Clock.Elapsed, parts.Logger);
        Telemetry.ActiveSessions.Add(1);
        parts.Audio.Start();
        parts.Connection.Observe(OnPeerState);
        _running = RunAsync();
    }

    /// <summary>The call's id, such as <c>rtc_…</c>; null when the service named none (the beta does not).</summary>
    public string? CallId => _parts.Connection.CallId;

    /// <summary>Completes when nothing of the session is left, the hang-up included. Never faults.</summary>
    internal Task Stopped => _running;

    /// <summary>Where the session stands.</summary>
    public SessionState State => _states.Current;

    /// <summary>
    /// Every change of <see cref="State"/> in order; completes after <see cref="SessionState.Closed"/>. The newest 64 are kept for who reads late. One reader.
    /// </summary>
    public ChannelReader<SessionStateChange> StateChanges => _states.Changes;

    /// <summary>Completes when the session has ended, however it ended. Never faults: the result says why.</summary>
    public Task<SessionEnd> Completion => _completion.Task;

    /// <summary>Whether silence is sent in place of the source; the source is read on. Default: <see cref="AudioOptions.StartMuted"/>.</summary>
    public bool Muted
    {
        get => _parts.Audio.Port.IsMuted;
        set => _parts.Audio.Port.IsMuted = value;
    }

    /// <summary>How loud the last 20 ms sent were.</summary>
    public AudioLevel InputLevel => _parts.Audio.Port.InputLevel;

    /// <summary>How loud the last 20 ms played were.</summary>
    public AudioLevel OutputLevel => _parts.Audio.Port.OutputLevel;

    /// <summary>
    /// Drops what has been received and not been played yet, and what of that speech is still on its way for 200 ms, as when the user interrupts. It does not stop the service from
    /// speaking: send <see cref="OutputAudioBufferClear"/> for that, and the session flushes by itself when the service has done so.
    /// </summary>
    public void FlushOutput() => _parts.Audio.Flush();

    /// <summary>
    /// Has the sound go to and come from this session from now on, where it shares it with others (<see cref="RealtimeConnectOptions.SharedAudio"/>): the next frame of the microphone is sent here. What the
    /// session before had received and not played is lost. Nothing where the sound is this session's own.
    /// </summary>
    public void TakeAudio() => _parts.Audio.Take();

    /// <summary>When each step was reached.</summary>
    public ConnectTimings Timings => _parts.Clock.Timings;

    /// <summary>What has been counted until now; also after the end.</summary>
    public SessionStatistics GetStatistics() => new()
    {
        Timings = Timings,
        Connection = _peer.GetStatistics(),
        Audio = _parts.Audio.Port.GetStatistics(),
        Codec = _parts.Audio.Port.Codec,
        EventsReceived = _events.Received,
        EventsSent = _events.Sent,
        EventsDropped = _events.Dropped,
    };

    /// <summary>
    /// The service's events, from the first that nobody has read on. Ends when the session has ended and all has been read; <see cref="Completion"/> then says why.
    /// </summary>
    /// <remarks>
    /// While somebody reads, none is lost: when <see cref="OpenAIRealtimeWebRtcOptions.EventBufferSize"/> and 4 MiB of look-ahead are full, the service has to wait. While nobody
    /// reads, the oldest beyond <see cref="OpenAIRealtimeWebRtcOptions.EventBufferSize"/> are dropped. Neither touches the audio. One reader at a time; it may stop and another may go on.
    /// </remarks>
    /// <param name="cancellationToken">Ends the reading, not the session.</param>
    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IAsyncEnumerable<ServerEvent> ReadEventsAsync(CancellationToken cancellationToken = default) => _events.ReadAllAsync(cancellationToken);

    /// <summary>Sends an event. Completes when the engine has taken it, which waits while its buffer is full. Several may send at once.</summary>
    /// <param name="clientEvent">The event.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The session has ended or is being closed.</exception>
    /// <exception cref="ArgumentException">The event is larger than the service accepts.</exception>
    public async ValueTask SendAsync(ClientEvent clientEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clientEvent);
        using var buffer = new PooledBuffer();
        clientEvent.Write(buffer, _parts.Options.Dialect);
        await SendRawAsync(buffer.Written, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends an event that you have written yourself, byte for byte, unchecked.</summary>
    /// <param name="utf8Json">The event; yours again when the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The session has ended or is being closed.</exception>
    /// <exception cref="ArgumentException">The event is larger than the service accepts.</exception>
    public async ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default)
    {
        if (State is SessionState.Closing or SessionState.Closed)
            throw Ended(null);
        _events.ShowSent(utf8Json.Span);
        try
        {
            await _peer.Messages.SendAsync(utf8Json, MessageKind.Text, cancellationToken).ConfigureAwait(false);
        }
        catch (PeerConnectionException e)
        {
            throw Ended(e);
        }
        _events.CountSent();
    }

    /// <summary>Hangs the call up, closes the connection and waits until both is done. Later calls wait for the first. Never fails.</summary>
    /// <param name="cancellationToken">Ends the wait; the closing goes on.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task CloseAsync(CancellationToken cancellationToken = default) => StartClosing("closed by this side").WaitAsync(cancellationToken);

    /// <summary>Closes as <see cref="CloseAsync"/> does.</summary>
    public async ValueTask DisposeAsync() => await StartClosing("disposed").ConfigureAwait(false);

    // ── The life of a session ───────────────────────────────────────────────────────────────────────────────────────────────
    //
    //   RunAsync    peer.Completion ─► Closed ─► the pump reads what is left ─► Completion ─► audio stopped, call hung up
    //   PumpAsync   message ─► event ─► tap ─► queue; only when the queue and its look-ahead are full does the next message wait for the user
    //   CloseCore   Closing ─► nothing more is said ─► hang up ─► peer.CloseAsync ─► RunAsync to its end

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Task pump = PumpAsync();
        PeerEnd end = await PeerEndAsync().ConfigureAwait(false);
        _events.StopWaiting();
        await pump.ConfigureAwait(false);
        _events.Complete();

        SessionEnd sessionEnd = Explain(end) with { Connection = end };
        _states.Close(sessionEnd.Detail);
        _logger.SessionEnded(sessionEnd.Reason, sessionEnd.Detail);
        Telemetry.ActiveSessions.Add(-1);
        _completion.TrySetResult(sessionEnd);

        await QuietlyAsync("Audio", _parts.Audio.DisposeAsync().AsTask()).ConfigureAwait(false);
        if (sessionEnd.Reason is not (SessionEndReason.ClosedByPeer or SessionEndReason.SessionExpired))
            await HangUpOnce().ConfigureAwait(false);
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
        var ids = new RunningIds();
        try
        {
            while (await _peer.Messages.ReceiveAsync().ConfigureAwait(false) is { } message)
            {
                ServerEvent serverEvent;
                int length;
                using (message)
                {
                    length = message.Memory.Length;
                    _parts.Clock.Reach(ConnectStep.FirstEvent);
                    serverEvent = _events.Read(message.Memory.Span, ids);
                }
                Tap(serverEvent);
                await _events.AddAsync(serverEvent, length).ConfigureAwait(false);
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
    private void Tap(ServerEvent serverEvent)
    {
        _events.Note(serverEvent);

        // By name, so that it works even when the body does not fit.
        if (serverEvent.Type == "output_audio_buffer.cleared")
            _parts.Audio.Flush();
        if (!RealtimeEvents.IsExpiry(serverEvent, out string? why))
            return;
        lock (_lock)
            _expired ??= why;
        _ = StartClosing("session expired");
    }

    private Task StartClosing(string reason)
    {
        lock (_lock)
            return _closing ??= CloseCoreAsync(reason);
    }

    private async Task CloseCoreAsync(string reason)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (!Completion.IsCompleted)
        {
            _states.Enter(SessionState.Closing, reason);
            await QuietlyAsync("Audio", _parts.Audio.StopSendingAsync().AsTask()).ConfigureAwait(false);
            if (_expired is null)
                await HangUpOnce().ConfigureAwait(false);
            using var limit = new CancellationTokenSource(_parts.Options.HangUpTimeout, _parts.TimeProvider);
            await QuietlyAsync("Connection", _peer.CloseAsync(limit.Token)).ConfigureAwait(false);
            await QuietlyAsync("Connection", _parts.Connection.DisposeAsync().AsTask()).ConfigureAwait(false);
        }
        await _running.ConfigureAwait(false);
    }

    private Task HangUpOnce()
    {
        lock (_lock)
            return _hangUp ??= _parts.Connection.HangUpAsync();
    }

    private SessionEnd Explain(PeerEnd end)
    {
        lock (_lock)
        {
            if (_expired is not null)
                return new SessionEnd(SessionEndReason.SessionExpired, _expired);
            if (_closing is not null && end.Reason != PeerEndReason.EngineFailure)
                return new SessionEnd(SessionEndReason.ClosedLocally, "Closed by this side.");

            // The connection was closed by PumpAsync then, and by nobody else.
            if (_pumpFailure is { } failure && end.Reason == PeerEndReason.ClosedLocally)
                return new SessionEnd(SessionEndReason.Failed, $"Receiving events failed with {failure.GetType().Name}: {Redaction.Sentence(failure.Message)}");
        }
        return end.Reason switch
        {
            PeerEndReason.ClosedByPeer => new SessionEnd(SessionEndReason.ClosedByPeer, end.Detail),
            PeerEndReason.ClosedLocally => new SessionEnd(SessionEndReason.ClosedByPeer, "No more events came from the service."),
            PeerEndReason.ConsentExpired or PeerEndReason.IceFailed => new SessionEnd(SessionEndReason.ConnectionLost, end.Detail),
            PeerEndReason.ChannelFailed or PeerEndReason.ChannelTimeout => new SessionEnd(SessionEndReason.ChannelFailed, end.Detail),
            _ => new SessionEnd(SessionEndReason.Failed, end.Detail),
        };
    }

    private void OnPeerState(PeerStateChange change)
    {
        if (change.State == PeerState.Disconnected)
            _states.Enter(SessionState.Disconnected, change.Reason);
        else if (change.State == PeerState.Connected)
            _states.Enter(SessionState.Connected, change.Reason);
    }

    private RealtimeSessionEndedException Ended(Exception? inner) =>
        new(Completion.IsCompletedSuccessfully ? Completion.Result : null, inner);

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
