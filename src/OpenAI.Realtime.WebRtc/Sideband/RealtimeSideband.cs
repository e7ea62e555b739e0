using System.Buffers;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Sideband;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>What a sideband is made of.</summary>
internal sealed record SidebandParts(
    SidebandConnector Connector, OpenAIRealtimeWebRtcOptions Options, RealtimeSidebandOptions Sideband, ConnectClock Clock, ILogger Logger, Func<Task> HangUp);

/// <summary>
/// A call that somebody else holds, seen from beside it: events are read and sent over a WebSocket of this host's, while the sound goes between the caller and the service. Made by
/// <see cref="RealtimeCalls.AttachAsync"/>. Dispose it to let go of the call, which goes on. Thread-safe; one reader of events and one of state changes at a time.
/// </summary>
/// <remarks>
/// <para>All that listen to a call get the same events, and all may send. The service tells a late one nothing of what was before: no <see cref="SessionCreated"/> comes; send a
/// <see cref="SessionUpdate"/>, and <see cref="SessionUpdated"/> says what is in effect.</para>
/// <para>When the WebSocket breaks while the call goes on, it attaches again by itself, at growing distances, for <see cref="RealtimeSidebandOptions.ReconnectTimeout"/>. What the service
/// sent meanwhile is lost, and <see cref="StateChanges"/> says so: <see cref="SessionState.Disconnected"/> is told after the last event before the gap, <see cref="SessionState.Connected"/> before the first
/// one after it, and both say why. It ends when the service knows the call no longer.</para>
/// </remarks>
public sealed class RealtimeSideband : IRealtimeSession
{
    /// <summary>What is still read of a service that goes on talking when this side has said goodbye, in bytes.</summary>
    private const int LastWords = 1024 * 1024;

    private readonly SidebandParts _parts;
    private readonly ILogger _logger;
    private readonly SessionEvents _events;
    private readonly SessionStates _states;
    private readonly AttachSchedule _schedule;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<SessionEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ending = new();
    private readonly SidebandSender _sender;
    private Task? _closing;
    private string? _expired;
    private long _lastWords;

    internal RealtimeSideband(SidebandParts parts, SidebandConnection first)
    {
        _parts = parts;
        _logger = parts.Logger;
        _events = new SessionEvents(parts.Options, parts.Sideband.EventTrace, parts.Logger);
        _states = new SessionStates(() => parts.Clock.Elapsed, parts.Logger);
        _schedule = new AttachSchedule(parts.Sideband.ReconnectTimeout, Random.Shared.NextDouble);
        _sender = new SidebandSender(_events, () => State >= SessionState.Closing ? Ended() : null, _ending.Token);
        _sender.Use(first);
        Telemetry.ActiveSessions.Add(1);
        _ = RunAsync(first);
    }

    /// <summary>The call's id, such as <c>rtc_…</c>.</summary>
    public string CallId => _parts.Connector.CallId;

    /// <summary>Where it stands: <see cref="SessionState.Disconnected"/> while it attaches again.</summary>
    public SessionState State => _states.Current;

    /// <summary>
    /// Every change of <see cref="State"/> in order; completes after <see cref="SessionState.Closed"/>. Between <see cref="SessionState.Disconnected"/> and the next
    /// <see cref="SessionState.Connected"/> lie events that were missed. The newest 64 are kept for who reads late. One reader.
    /// </summary>
    public ChannelReader<SessionStateChange> StateChanges => _states.Changes;

    /// <summary>Completes when it has ended: with the call, by this side, or because it could not be attached again. Never faults: the result says why.</summary>
    public Task<SessionEnd> Completion => _completion.Task;

    /// <summary>Always false: the microphone is the caller's, and nothing here silences it.</summary>
    /// <exception cref="NotSupportedException">It was set to true. To have the service not answer, set <see cref="RealtimeSessionConfig.TurnDetection"/> to null by a <see cref="SessionUpdate"/>.</exception>
    public bool Muted
    {
        get => false;
        set
        {
            if (value)
                throw new NotSupportedException("The microphone is the caller's: a sideband cannot mute it. To have the service not answer, switch TurnDetection off by a SessionUpdate.");
        }
    }

    /// <summary>Does nothing: no sound waits here. To have the service fall silent, send <see cref="ResponseCancel"/> and <see cref="OutputAudioBufferClear"/>.</summary>
    public void FlushOutput()
    {
    }

    /// <summary>What has been counted until now; also after the end. Of the connection and of sound there is nothing.</summary>
    public SessionStatistics GetStatistics() => new()
    {
        Timings = _parts.Clock.Timings,
        EventsReceived = _events.Received,
        EventsSent = _events.Sent,
        EventsDropped = _events.Dropped,
    };

    /// <summary>The call's events, from the first that nobody has read on. Ends when the sideband has ended and all has been read; <see cref="Completion"/> then says why.</summary>
    /// <remarks>
    /// While somebody reads, none that came is dropped: when <see cref="OpenAIRealtimeWebRtcOptions.EventBufferSize"/> and 4 MiB of look-ahead are full, the service has to wait; a reader that lets it wait
    /// longer than both keep-alive times loses the WebSocket. While nobody reads, the oldest beyond <see cref="OpenAIRealtimeWebRtcOptions.EventBufferSize"/> are dropped. An event longer
    /// than <see cref="OpenAIRealtimeWebRtcOptions.MaxEventSize"/> comes as a <see cref="MalformedServerEvent"/> that says so. One reader at a time.
    /// </remarks>
    /// <param name="cancellationToken">Ends the reading, not the sideband.</param>
    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IAsyncEnumerable<ServerEvent> ReadEventsAsync(CancellationToken cancellationToken = default) => _events.ReadAllAsync(cancellationToken);

    /// <summary>
    /// Sends an event. Completes when the WebSocket has taken it whole; while there is none, it waits for the next. Several may send at once. One that was taken just before the WebSocket broke may
    /// not have arrived.
    /// </summary>
    /// <param name="clientEvent">The event.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The sideband has ended or is being closed, and the event was not sent.</exception>
    /// <exception cref="ArgumentException">The event is larger than the service accepts: than 16 MiB, or it breaks the WebSocket while it is being sent, and the next one too.</exception>
    public ValueTask SendAsync(ClientEvent clientEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clientEvent);
        var message = new PooledBuffer();
        try
        {
            clientEvent.Write(message, _parts.Options.Dialect);
        }
        catch
        {
            message.Dispose();
            throw;
        }
        return _sender.SendAsync(message, cancellationToken);
    }

    /// <summary>Sends an event that you have written yourself, byte for byte, unchecked; otherwise as <see cref="SendAsync"/> does.</summary>
    /// <param name="utf8Json">The event; yours again when the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The sideband has ended or is being closed, and the event was not sent.</exception>
    /// <exception cref="ArgumentException">The event is larger than the service accepts: than 16 MiB, or it breaks the WebSocket while it is being sent, and the next one too.</exception>
    public ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default)
    {
        // A copy: a caller that stops waiting has its memory back at once, while the message goes out whole.
        var message = new PooledBuffer(Math.Max(utf8Json.Length, 1));
        message.Write(utf8Json.Span);
        return _sender.SendAsync(message, cancellationToken);
    }

    /// <summary>Lets go of the call, which goes on unless <see cref="RealtimeSidebandOptions.HangUpOnClose"/> is set, and waits until that is done. Later calls wait for the first. Never fails.</summary>
    /// <param name="cancellationToken">Ends the wait; the closing goes on.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task CloseAsync(CancellationToken cancellationToken = default) => StartClosing("closed by this side").WaitAsync(cancellationToken);

    /// <summary>Closes as <see cref="CloseAsync"/> does.</summary>
    public async ValueTask DisposeAsync() => await StartClosing("disposed").ConfigureAwait(false);

    // ── The life of a sideband ──────────────────────────────────────────────────────────────────────────────────────────────
    //
    //   StayAsync   a WebSocket ─► PumpAsync until it is over ─► Disconnected ─► AttachAgainAsync ─► Connected ─► the next WebSocket; or an end
    //   PumpAsync   message ─► event ─► queue; only when the queue and its look-ahead are full does the next message wait for the user
    //   CloseCore   Closing ─► hang up, where that is wanted ─► nothing more is sent ─► goodbye ─► the pump to its end, or the limit

    private async Task RunAsync(SidebandConnection first)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        SessionEnd end;
        try
        {
            end = await StayAsync(first).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is ends the sideband with a reason, not the process.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.PartFailed("The sideband", e);
            end = new SessionEnd(SessionEndReason.Failed, $"The sideband failed with {e.GetType().Name}: {Redaction.Sentence(e.Message)}");
        }

        _events.Complete();
        _states.Close(end.Detail);
        _logger.SessionEnded(end.Reason, end.Detail);
        Telemetry.ActiveSessions.Add(-1);
        _completion.TrySetResult(end);
        await _ending.CancelAsync().ConfigureAwait(false);      // who waits to send is told
    }

    private async Task<SessionEnd> StayAsync(SidebandConnection connection)
    {
        while (true)
        {
            string why;
            bool isOrderly;
            using (connection)
            {
                why = await PumpAsync(connection).ConfigureAwait(false);
                isOrderly = connection.Closed is not null;
                _sender.Leave(connection);
                if (OwnEnd() is { } end)
                    return end;
                _schedule.Start(_parts.Clock.Elapsed, connection.Age);
            }

            _states.Enter(SessionState.Disconnected, $"{why} What the service sends until it is attached again is missed.");
            TimeSpan lostAt = _parts.Clock.Elapsed;
            (SidebandConnection? next, SessionEnd? final) = await AttachAgainAsync(why, isOrderly).ConfigureAwait(false);
            if (next is null)
                return final!;
            if (OwnEnd() is { } ended)
            {
                next.Dispose();
                return ended;
            }

            connection = next;
            _states.Enter(SessionState.Connected, $"Attached again after {(_parts.Clock.Elapsed - lostAt).TotalSeconds:0.0} s; what the service sent meanwhile was missed.");
            _sender.Use(connection);
        }
    }

    /// <summary>Reads one WebSocket to its end.</summary>
    /// <returns>What became of it, in a sentence.</returns>
    private async Task<string> PumpAsync(SidebandConnection connection)
    {
        var ids = new RunningIds();
        try
        {
            while (await connection.ReceiveAsync().ConfigureAwait(false) is { } message)
            {
                ServerEvent serverEvent;
                int length;
                using (message)
                {
                    length = message.Utf8Json.Length;
                    _parts.Clock.Reach(ConnectStep.FirstEvent);
                    serverEvent = message.IsCut ? Cut(message) : _events.Read(message.Utf8Json, ids);
                }
                Tap(serverEvent);
                await _events.AddAsync(serverEvent, length).ConfigureAwait(false);
                if (State >= SessionState.Closing && (_lastWords += length) > LastWords)
                    connection.Abort();
            }
            return connection.Closed is (var status, var description)
                ? $"The service closed the WebSocket ({(int?)status ?? 1005}{(string.IsNullOrEmpty(description) ? "" : $": {Redaction.Hide(EventText.Short(description))}")})."
                : "The WebSocket ended.";
        }
        catch (Exception e) when (SidebandConnection.IsBreak(e))
        {
            return $"The WebSocket broke: {Redaction.Sentence((e.InnerException ?? e).Message)}";
        }
    }

    private MalformedServerEvent Cut(SidebandMessage message) => new("", "",
        $"The event has {message.Length} bytes, more than {nameof(OpenAIRealtimeWebRtcOptions.MaxEventSize)} allows ({_parts.Options.MaxEventSize}); it was not kept.");

    private void Tap(ServerEvent serverEvent)
    {
        _events.Note(serverEvent);
        if (!SessionEvents.IsExpiry(serverEvent, out string? why))
            return;
        lock (_lock)
            _expired ??= why;
        _ = StartClosing("session expired");
    }

    private async Task<(SidebandConnection? Connection, SessionEnd? End)> AttachAgainAsync(string why, bool isOrderly)
    {
        RealtimeCallException? last = null;
        while (_schedule.Next(_parts.Clock.Elapsed, last?.RetryAfter, isOrderly) is { } wait)
        {
            try
            {
                Task waiting = Task.Delay(wait, _parts.Connector.TimeProvider, _ending.Token);
                _logger.AttachingLater(CallId, wait.TotalMilliseconds, last?.Message ?? why);
                await waiting.ConfigureAwait(false);
                return (await _parts.Connector.OpenAsync(_ending.Token).ConfigureAwait(false), null);
            }
            catch (OperationCanceledException) when (_ending.IsCancellationRequested)
            {
                return (null, OwnEnd() ?? new SessionEnd(SessionEndReason.ClosedLocally, "Closed by this side."));
            }
            catch (RealtimeCallException e) when (SidebandConnector.IsGone(e))
            {
                return (null, new SessionEnd(SessionEndReason.ClosedByPeer, $"The call has ended: the service does not know it any more. {why}"));
            }
            catch (RealtimeCallException e)
            {
                last = e;
                if (!SidebandConnector.IsTransient(e))
                    break;
            }
        }

        if (isOrderly && _parts.Sideband.ReconnectTimeout == TimeSpan.Zero)
            return (null, new SessionEnd(SessionEndReason.ClosedByPeer, why));
        string failed = last is null
            ? $"It was not attached again: {nameof(RealtimeSidebandOptions.ReconnectTimeout)} ({_parts.Sideband.ReconnectTimeout.TotalSeconds:0.###} s) is over."
            : $"It could not be attached again. {last.Message}";
        return (null, new SessionEnd(SessionEndReason.ConnectionLost, $"{why} {failed}") { Error = last });
    }

    /// <summary>The end that this side has brought about, or the service's time limit; null for none.</summary>
    private SessionEnd? OwnEnd()
    {
        lock (_lock)
        {
            return _expired is not null ? new SessionEnd(SessionEndReason.SessionExpired, _expired)
                : _closing is not null ? new SessionEnd(SessionEndReason.ClosedLocally, "Closed by this side.")
                : null;
        }
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
            _events.StopWaiting();
            if (_parts.Sideband.HangUpOnClose && _expired is null)
                await _parts.HangUp().ConfigureAwait(false);
            await _ending.CancelAsync().ConfigureAwait(false);
            if (_sender.Live is { } live)
                await PartAsync(live).ConfigureAwait(false);
        }
        await Completion.ConfigureAwait(false);
    }

    private async Task PartAsync(SidebandConnection connection)
    {
        using var limit = new CancellationTokenSource(_parts.Options.HangUpTimeout, _parts.Connector.TimeProvider);
        await connection.CloseAsync(limit.Token).ConfigureAwait(false);
        await ((Task)Completion).WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        connection.Abort();
    }

    private RealtimeSessionEndedException Ended() => new(Completion.IsCompletedSuccessfully ? Completion.Result : null);
}
