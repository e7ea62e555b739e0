using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>The life of a session.</summary>
/// <remarks>
/// <code>
///   StartAsync    silence flows ─► session.started, or an error, or the end ─► the source flows
///   RunAsync      peer.Completion ─► the pump reads what is left ─► Closed ─► Completion, waiting commands fail ─► audio stopped, session ended by HTTP where nobody confirmed its end
///   PumpAsync     LiveSessionWire ─► event ─► LiveSessionCore ─► queue; only when the queue and its look-ahead are full does the next message wait for the user
///   CloseCore     Closing ─► session.close ─► session.closed, or the limit ─► audio stopped ─► peer.CloseAsync ─► RunAsync to its end
/// </code>
/// </remarks>
internal sealed class LiveSessionRun
{
    private static readonly TimeSpan SilentStart = TimeSpan.FromSeconds(10);

    private readonly LiveSessionParts _parts;
    private readonly IPeerConnection _peer;
    private readonly ILogger _logger;
    private readonly LiveSessionWire _wire;
    private readonly LiveSessionCore _core;
    private readonly LiveSessionRecord _record;
    private readonly AppendPump _greeting;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<LiveSessionEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _closing;

    public LiveSessionRun(LiveSessionParts parts, LiveWebRtcSession session)
    {
        _parts = parts;
        _peer = parts.Connection.Peer;
        _logger = parts.Logger;
        States = new SessionStates(() => parts.Clock.Elapsed, parts.Logger);
        _core = new LiveSessionCore(new LiveCoreParts(session, parts.Options, parts.Trace, parts.Clock, parts.Logger, parts.TimeProvider)
        {
            Delegation = parts.Delegation,
            LoggerFactory = parts.LoggerFactory,
        }, WriteAsync);
        _wire = new LiveSessionWire(_peer.Messages, _core.Events, parts.Clock, Ended);
        Speech = new SpeechWatch(parts.Speech, parts.Audio, parts.Clock);
        _greeting = new AppendPump(_core);
        _record = _core.Record;
        parts.Flow.OnTick = Speech.Look;
        LiveTelemetry.ActiveSessions.Add(1);
        parts.Connection.Observe(OnPeerState);
    }

    public LiveSessionCore Core => _core;

    public SessionStates States { get; }

    public SpeechWatch Speech { get; }

    public MediaPort Audio => _parts.Audio;

    public FlowingTrack Flow => _parts.Flow;

    public ConnectTimings Timings => _parts.Clock.Timings;

    public Task<LiveSessionEnd> Completion => _completion.Task;

    /// <summary>Completes when nothing of the session is left, what is said to the service by HTTP included. Never faults.</summary>
    public Task Stopped { get; private set; } = Task.CompletedTask;

    public string? SessionId => _parts.Connection.CallId ?? Info?.Id;

    public LiveSessionInfo? Info => _record.Info;

    public LiveUsage? Usage => _record.Facts.Usage;

    /// <summary>Begins to read events. Once, when the session can be given to the program's code.</summary>
    public void Begin() => Stopped = RunAsync();

    public LiveSessionStatistics GetStatistics() => new()
    {
        Timings = Timings,
        Started = _record.Started.IsCompletedSuccessfully ? _record.Started.Result : null,
        Connection = _peer.GetStatistics(),
        Audio = _parts.Audio.GetStatistics(),
        Codec = _parts.Audio.Codec,
        FillerPackets = _parts.Flow.Fillers,
        EventsReceived = _core.Events.Received,
        EventsSent = _core.Events.Sent,
        EventsDropped = _core.Events.Dropped,
        Usage = Usage,
        BackendItems = _core.BackendUsed?.Items,
        BackendBytes = _core.BackendUsed?.Bytes,
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
            await _record.Started.WaitAsync(startsOnSpeech ? Timeout.InfiniteTimeSpan : limit, _parts.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw LiveEndings.TooLate(limit, e);
        }
        if (!startsOnSpeech)
            _parts.Audio.StartSending();
        _ = WatchAudioAsync();
    }

    /// <summary>Sends a command of the program's.</summary>
    public ValueTask SendAsync(LiveClientEvent command, CancellationToken cancellationToken) => _core.SendAsync(command, IsEnding, cancellationToken);

    public ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken)
    {
        ThrowIfEnding();
        return _wire.WriteRawAsync(utf8Json, cancellationToken);
    }

    /// <summary>What is being said is heard no more, and the model is ordered to stop.</summary>
    public Task InterruptAsync(string? order, CancellationToken cancellationToken)
    {
        _parts.Audio.Flush();
        return _core.InterruptAsync(order, cancellationToken);
    }

    /// <summary>Has the model speak first. What comes of it is logged.</summary>
    public void Greet(string greeting)
    {
        foreach (string piece in SpokenText.Pieces("Do not wait for the user to speak. " + greeting))
            _greeting.Add(new DelegationText(null, DelegationTextKind.Commentary, piece, null));
    }

    /// <summary>Begins to close, once; the task completes when nothing is left.</summary>
    public Task StartClosing(string reason)
    {
        lock (_lock)
        {
            _record.NoteClosing();
            return _closing ??= CloseCoreAsync(reason);
        }
    }

    /// <summary>A session whose audio never begins was seen twice by others: connected, and neither side hears anything.</summary>
    private async Task WatchAudioAsync()
    {
        await ((Task)Completion.WaitAsync(SilentStart, _parts.TimeProvider)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!Completion.IsCompleted && _parts.Audio.GetStatistics().Received.Packets == 0 && _core.Transcript.Turns.Count == 0)
            _logger.NothingHeard(SilentStart.TotalSeconds);
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Task pump = PumpAsync();
        PeerEnd end = await PeerEndAsync().ConfigureAwait(false);
        _core.Events.StopWaiting();
        await pump.ConfigureAwait(false);
        LiveSessionEnd sessionEnd = LiveEndings.Explain(end, _record.Facts);
        _core.End(sessionEnd);
        States.Close(sessionEnd.Detail);
        _logger.SessionEnded(sessionEnd.Reason, sessionEnd.Detail);
        LiveTelemetry.ActiveSessions.Add(-1);
        _completion.TrySetResult(sessionEnd);

        _parts.Flow.Dispose();
        Speech.End();
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
        try
        {
            while (await _wire.ReadAsync().ConfigureAwait(false) is { } message)
            {
                if (_core.Handle(message.Event, _core.IsNew(message.Event)))
                    _ = StartClosing("closed by the service");
                await _core.Events.AddAsync(message.Event, message.Length).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // Whatever an engine throws ends the session with a reason, not the process. (What a trace throws ends nothing.)
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.PartFailed("Receiving events", e);
            _record.NotePumpFailure(e);
        }

        // No more messages: if the engine has not ended by itself, it is of no use any more.
        if (!_peer.Completion.IsCompleted)
            await QuietlyAsync("Connection", _peer.CloseAsync()).ConfigureAwait(false);
    }

    private async Task CloseCoreAsync(string reason)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (!Completion.IsCompleted)
        {
            States.Enter(SessionState.Closing, reason);
            _core.Events.StopWaiting();       // the answer comes behind whatever the user has not read
            _core.EndDelegation();
            if (!_record.ClosedByService.IsCompleted)
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
        TimeSpan limit = _record.Started.IsCompletedSuccessfully ? _parts.Options.CloseTimeout : _parts.Options.HangUpTimeout;
        using var timeout = new CancellationTokenSource(limit, _parts.TimeProvider);
        try
        {
            await _wire.WriteAsync(new LiveSessionClose(), timeout.Token).ConfigureAwait(false);
            if (_record.Started.IsCompletedSuccessfully)
                await _record.ClosedByService.WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _logger.CloseUnconfirmed(LiveEndings.Shown(SessionId), limit.TotalSeconds);
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

    private bool IsEnding => States.Current >= SessionState.Closing;

    private void OnPeerState(PeerStateChange change)
    {
        if (change.State == PeerState.Disconnected)
            States.Enter(SessionState.Disconnected, change.Reason);
        else if (change.State == PeerState.Connected)
            States.Enter(SessionState.Connected, change.Reason);
    }

    private ValueTask WriteAsync(LiveClientEvent command, CancellationToken cancellationToken)
    {
        ThrowIfEnding();
        return _wire.WriteAsync(command, cancellationToken);
    }

    private void ThrowIfEnding()
    {
        if (IsEnding)
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
