using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Sideband;

/// <summary>What every sideband is made of.</summary>
/// <param name="Connector">Opens its WebSockets.</param>
/// <param name="Clock">The time since it began to be made.</param>
/// <param name="GoodbyeLimit">How long the service may take to answer a goodbye.</param>
/// <param name="Logger">Where its messages go.</param>
internal sealed record SidebandParts(SidebandConnector Connector, ConnectClock Clock, TimeSpan GoodbyeLimit, ILogger Logger);

/// <summary>The life of a sideband, whichever API it is of: a WebSocket, and the next one when it is gone, until the call is over or this side lets go of it.</summary>
/// <remarks>
/// <code>
///   StayAsync   a WebSocket ─► PumpAsync until it is over ─► Disconnected ─► AttachAgainAsync ─► Connected ─► the next WebSocket; or an end
///   PumpAsync   message ─► event ─► queue; only when the queue and its look-ahead are full does the next message wait for the user
///   CloseCore   Closing ─► LetGoAsync ─► nothing more is sent ─► goodbye ─► the pump to its end, or the limit
/// </code>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "It ends with its call, and nothing of it has to be freed: its token has no timer.")]
internal abstract class SidebandRun<TEvent>
    where TEvent : class
{
    /// <summary>What is still read of a service that goes on talking when this side has said goodbye, in bytes.</summary>
    private const int LastWords = 1024 * 1024;

    private readonly SidebandParts _parts;
    private readonly AttachSchedule _schedule;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<SessionEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ending = new();
    private readonly SidebandSender _sender;
    private Task? _closing;
    private SessionEnd? _final;
    private long _lastWords;

    protected SidebandRun(SidebandParts parts, SessionEvents<TEvent> events)
    {
        _parts = parts;
        SessionEvents = events;
        States = new SessionStates(() => parts.Clock.Elapsed, parts.Logger);
        _schedule = new AttachSchedule(parts.Connector.Times.Again, Random.Shared.NextDouble);
        _sender = new SidebandSender(events, () => IsEnding ? EndedException() : null, _ending.Token);
    }

    /// <summary>The call's id, or the session's.</summary>
    public string CallId => _parts.Connector.CallId;

    public SessionStates States { get; }

    /// <summary>Completes when it has ended. Never faults.</summary>
    public Task<SessionEnd> Completion => _completion.Task;

    /// <summary>Whether nothing can be sent any more.</summary>
    public bool IsEnding => States.Current >= SessionState.Closing;

    protected SessionEvents<TEvent> SessionEvents { get; }

    protected ConnectClock Clock => _parts.Clock;

    protected ILogger Logger => _parts.Logger;

    /// <summary>What the service ends, as messages call it: the call, or the session.</summary>
    protected abstract string Subject { get; }

    /// <summary>Begins to read the first WebSocket. Once, when whatever the derived class needs is there.</summary>
    public void Begin(SidebandConnection first)
    {
        _sender.Use(first);
        _ = RunAsync(first);
    }

    /// <summary>Sends a message whole, or not at all; completes when the WebSocket has taken it. While there is none, it waits for the next.</summary>
    /// <param name="message">This method's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask SendAsync(PooledBuffer message, CancellationToken cancellationToken) => _sender.SendAsync(message, cancellationToken);

    /// <summary>Sends a message that is the caller's again when the task has completed.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken)
    {
        // A copy: a caller that stops waiting has its memory back at once, while the message goes out whole.
        var message = new PooledBuffer(Math.Max(utf8Json.Length, 1));
        message.Write(utf8Json.Span);
        return _sender.SendAsync(message, cancellationToken);
    }

    /// <summary>Begins to close, once; the task completes when it has ended.</summary>
    public Task StartClosing(string reason)
    {
        lock (_lock)
            return _closing ??= CloseCoreAsync(reason);
    }

    /// <summary>What who sends is told once nothing can be sent any more.</summary>
    public RealtimeSessionEndedException EndedException() => new(Completion.IsCompletedSuccessfully ? Completion.Result : null);

    /// <summary>Another WebSocket is read from now on: what had begun on the one before does not go on.</summary>
    protected abstract void BeginReading();

    /// <summary>Reads a message.</summary>
    protected abstract TEvent Read(ReadOnlySpan<byte> utf8Json);

    /// <summary>An event in place of one that could not be kept.</summary>
    /// <param name="reason">Why not.</param>
    protected abstract TEvent Malformed(string reason);

    /// <summary>What the sideband does about an event itself, before the user sees it and whether or not the user ever does.</summary>
    /// <param name="read">The event.</param>
    /// <param name="end">The end that it brings; null for none.</param>
    /// <returns>Whether the user gets to see it.</returns>
    protected abstract bool Handle(TEvent read, out SessionEnd? end);

    /// <summary>It is attached again, and what was sent meanwhile was missed.</summary>
    protected virtual void OnGap()
    {
    }

    /// <summary>This side lets go; the WebSocket is still there. Never fails.</summary>
    /// <param name="isOver">Whether the service has ended the call anyway.</param>
    protected virtual Task LetGoAsync(bool isOver) => Task.CompletedTask;

    /// <summary>It has ended.</summary>
    protected abstract void OnEnded(SessionEnd end);

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
            Logger.PartFailed("The sideband", e);
            end = new SessionEnd(SessionEndReason.Failed, $"The sideband failed with {e.GetType().Name}: {Redaction.Sentence(e.Message)}");
        }

        SessionEvents.Complete();
        States.Close(end.Detail);
        Logger.SessionEnded(end.Reason, end.Detail);
        OnEnded(end);
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
                _schedule.Start(Clock.Elapsed, connection.Age);
            }

            States.Enter(SessionState.Disconnected, $"{why} What the service sends until it is attached again is missed.");
            TimeSpan lostAt = Clock.Elapsed;
            (SidebandConnection? next, SessionEnd? final) = await AttachAgainAsync(why, isOrderly).ConfigureAwait(false);
            if (next is null)
                return final!;
            if (OwnEnd() is { } ended)
            {
                next.Dispose();
                return ended;
            }

            connection = next;
            OnGap();
            States.Enter(SessionState.Connected, $"Attached again after {(Clock.Elapsed - lostAt).TotalSeconds:0.0} s; what the service sent meanwhile was missed.");
            _sender.Use(connection);
        }
    }

    /// <summary>Reads one WebSocket to its end.</summary>
    /// <returns>What became of it, in a sentence.</returns>
    private async Task<string> PumpAsync(SidebandConnection connection)
    {
        BeginReading();
        try
        {
            while (await connection.ReceiveAsync().ConfigureAwait(false) is { } message)
            {
                TEvent read;
                int length;
                using (message)
                {
                    length = message.Utf8Json.Length;
                    Clock.Reach(ConnectStep.FirstEvent);
                    read = message.IsCut ? Cut(message) : Read(message.Utf8Json);
                }
                bool isShown = Handle(read, out SessionEnd? end);
                if (end is not null)
                    EndWith(end);
                if (isShown)
                    await SessionEvents.AddAsync(read, length).ConfigureAwait(false);
                if (IsEnding && (_lastWords += length) > LastWords)
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

    private TEvent Cut(SidebandMessage message) => Malformed(
        $"The event has {message.Length} bytes, more than {nameof(OpenAIRealtimeWebRtcOptions.MaxEventSize)} allows ({_parts.Connector.MaxEventSize}); it was not kept.");

    private async Task<(SidebandConnection? Connection, SessionEnd? End)> AttachAgainAsync(string why, bool isOrderly)
    {
        TimeSpan limit = _parts.Connector.Times.Again;
        RealtimeCallException? last = null;
        while (_schedule.Next(Clock.Elapsed, last?.RetryAfter, isOrderly) is { } wait)
        {
            try
            {
                Task waiting = Task.Delay(wait, _parts.Connector.TimeProvider, _ending.Token);
                Logger.AttachingLater(CallId, wait.TotalMilliseconds, last?.Message ?? why);
                await waiting.ConfigureAwait(false);
                return (await _parts.Connector.OpenAsync(_ending.Token).ConfigureAwait(false), null);
            }
            catch (OperationCanceledException) when (_ending.IsCancellationRequested)
            {
                return (null, OwnEnd() ?? ClosedLocally());
            }
            catch (RealtimeCallException e) when (SidebandConnector.IsGone(e))
            {
                return (null, new SessionEnd(SessionEndReason.ClosedByPeer, $"The {Subject} has ended: the service does not know it any more. {why}"));
            }
            catch (RealtimeCallException e)
            {
                last = e;
                if (!SidebandConnector.IsTransient(e))
                    break;
            }
        }

        if (isOrderly && limit == TimeSpan.Zero)
            return (null, new SessionEnd(SessionEndReason.ClosedByPeer, why));
        string failed = last is null
            ? $"It was not attached again: {nameof(RealtimeSidebandOptions.ReconnectTimeout)} ({limit.TotalSeconds:0.###} s) is over."
            : $"It could not be attached again. {last.Message}";
        return (null, new SessionEnd(SessionEndReason.ConnectionLost, $"{why} {failed}") { Error = last });
    }

    /// <summary>The service has said that the call is over.</summary>
    private void EndWith(SessionEnd end)
    {
        lock (_lock)
            _final ??= end;
        _ = StartClosing(end.Detail);
    }

    /// <summary>The end that the service has announced or this side has brought about; null for none.</summary>
    private SessionEnd? OwnEnd()
    {
        lock (_lock)
            return _final ?? (_closing is not null ? ClosedLocally() : null);
    }

    private static SessionEnd ClosedLocally() => new(SessionEndReason.ClosedLocally, "Closed by this side.");

    private async Task CloseCoreAsync(string reason)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (!Completion.IsCompleted)
        {
            States.Enter(SessionState.Closing, reason);
            SessionEvents.StopWaiting();
            await LetGoAsync(isOver: _final is not null).ConfigureAwait(false);
            await _ending.CancelAsync().ConfigureAwait(false);
            if (_sender.Live is { } live)
                await PartAsync(live).ConfigureAwait(false);
        }
        await Completion.ConfigureAwait(false);
    }

    private async Task PartAsync(SidebandConnection connection)
    {
        using var limit = new CancellationTokenSource(_parts.GoodbyeLimit, _parts.Connector.TimeProvider);
        await connection.CloseAsync(limit.Token).ConfigureAwait(false);
        await ((Task)Completion).WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        connection.Abort();
    }
}
