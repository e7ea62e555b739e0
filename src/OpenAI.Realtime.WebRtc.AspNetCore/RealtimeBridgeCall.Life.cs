using System.Collections.Concurrent;
using System.Numerics;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.AspNetCore.Bridge;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore;

// The life of a call.
//
//   ConnectServiceAsync   the service's session; a failure is the request's
//   RunAsync              the page connects ─► pumps ─► the first reason to end wins ─► both sides are closed ─► Completion
//   PumpServiceAsync      service ─► handler ─► what the page may see ─► page
//   PumpPageAsync         page ─► what it may send ─► handler ─► service
//
// Audio needs no pump: the session reads from the page's connection and writes to it.
public sealed partial class RealtimeBridgeCall
{
    /// <summary>How long each step of closing may take before what is left is cut off.</summary>
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _pageConnected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<RealtimeBridgeEnd> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<RealtimeBridgeEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<string, int> _handlerFailures = new(StringComparer.Ordinal);
    private long _pageEventsRelayed, _pageEventsRefused, _serviceEventsRelayed, _serviceEventsHeldBack, _serviceEventsCutOff;

    /// <summary>Connects the service's side. What it throws ends the request; the caller then abandons the call.</summary>
    internal async Task ConnectServiceAsync(RealtimeWebRtcClient client, RealtimeUserSession user, CancellationToken cancellationToken)
    {
        _session = await client.ConnectAsync(new RealtimeConnectOptions
        {
            Session = user.Session,
            SafetyIdentifier = user.SafetyIdentifier,
            Audio = new AudioOptions { EncodedSource = _fromPage, EncodedSink = _toPage, CodecFactory = _parts.Options.CodecFactory },
            EventTrace = (sent, utf8Json) =>
            {
                if (!sent && !_rawEvents.TryAdd(utf8Json))
                    EndForStalledPage();
            },
        }, cancellationToken).ConfigureAwait(false);
        _connectedAt = _parts.TimeProvider.GetTimestamp();
    }

    /// <summary>Answers the page's new offer for the call that it has; the engine carries on by the old path until there is a new one.</summary>
    internal async Task<string> RestartPageAsync(string offer, CancellationToken cancellationToken)
    {
        string answer = await _page.CreateAnswerAsync(offer, cancellationToken).ConfigureAwait(false);
        _logger.BridgeRestarted(Id);
        return answer;
    }

    /// <summary>Frees what was made for a call that never came to be.</summary>
    internal async Task AbandonAsync()
    {
        if (_session is not null)
            await _session.DisposeAsync().ConfigureAwait(false);
        await ClosePageAsync().ConfigureAwait(false);
        _rawEvents.Close();
    }

    /// <summary>The call's whole life from the answer on. Never faults.</summary>
    internal async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Task connecting = Task.CompletedTask, service = Task.CompletedTask, pumps = Task.CompletedTask;
        using var limit = new CancellationTokenSource(_parts.Options.MaxDuration, _parts.TimeProvider);
        using CancellationTokenRegistration limited = limit.Token.Register(
            () => End(RealtimeBridgeEndReason.TimeLimit, $"The call has lasted {_parts.Options.MaxDuration}, as long as this host allows."));
        using var patience = new CancellationTokenSource(_parts.Options.PageConnectTimeout, _parts.TimeProvider);
        using CancellationTokenRegistration overdue = patience.Token.Register(() =>
        {
            if (!_pageConnected.Task.IsCompleted)
                End(RealtimeBridgeEndReason.PageNeverConnected, $"The page did not connect within {_parts.Options.PageConnectTimeout}.");
        });
        _ = WatchServiceAsync();
        _ = WatchPageAsync();
        try
        {
            await Task.WhenAny(connecting = _page.ConnectAsync(_ended.Token), _ending.Task).ConfigureAwait(false);
            if (connecting.IsCompletedSuccessfully && !_ending.Task.IsCompleted)
            {
                _rawEvents.EndWait();
                _pageConnected.TrySetResult();
                _logger.BridgeConnected(Id);
                Task connected = GuardAsync(nameof(RealtimeBridgeHandler.OnConnectedAsync), () => _parts.Handler.OnConnectedAsync(this, _ended.Token));
                service = PumpServiceAsync();
                pumps = Task.WhenAll(service, PumpPageAsync(), connected);
            }
        }
#pragma warning disable CA1031 // A call that goes wrong must not end the host; it ends itself, on both sides.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.BridgeFailed(Id, e);
            End(RealtimeBridgeEndReason.Failed, "The bridge failed; the host's log says more.");
        }

        RealtimeBridgeEnd end = await _ending.Task.ConfigureAwait(false);
        await CloseAsync(end, service, Task.WhenAll(connecting, pumps)).ConfigureAwait(false);
    }

    private Task<RealtimeBridgeEnd> EndAsync(RealtimeBridgeEndReason reason, string detail)
    {
        End(reason, detail);
        return Completion;
    }

    /// <summary>The first reason to end is the one that counts.</summary>
    private void End(RealtimeBridgeEndReason reason, string detail) => _ending.TrySetResult(new RealtimeBridgeEnd(reason, detail));

    private async Task WatchServiceAsync()
    {
        SessionEnd end = await Session.Completion.ConfigureAwait(false);
        End(end.Reason switch
        {
            SessionEndReason.SessionExpired => RealtimeBridgeEndReason.SessionExpired,
            SessionEndReason.ClosedByPeer => RealtimeBridgeEndReason.ServiceClosed,
            SessionEndReason.ClosedLocally => RealtimeBridgeEndReason.HungUp,
            SessionEndReason.ConnectionLost or SessionEndReason.ChannelFailed => RealtimeBridgeEndReason.ServiceLost,
            _ => RealtimeBridgeEndReason.Failed,
        }, end.Detail);
    }

    private async Task WatchPageAsync()
    {
        PeerEnd end = await _page.Completion.ConfigureAwait(false);
        End(end.Reason switch
        {
            _ when end.Phase != PeerPhase.Connected && !_pageConnected.Task.IsCompleted => RealtimeBridgeEndReason.PageNeverConnected,
            PeerEndReason.ClosedByPeer or PeerEndReason.ClosedLocally => RealtimeBridgeEndReason.PageClosed,
            PeerEndReason.EngineFailure => RealtimeBridgeEndReason.Failed,
            _ => RealtimeBridgeEndReason.PageLost,
        }, end.Detail);
    }

    private async Task PumpServiceAsync()
    {
        try
        {
            await foreach (ServerEvent serverEvent in Session.ReadEventsAsync().ConfigureAwait(false))
            {
                if (!_rawEvents.TryTake(serverEvent, out byte[] array, out int length))
                    continue;
                bool? shown = null;
                try
                {
                    shown = await ShowPageAsync(serverEvent, array.AsMemory(0, length)).ConfigureAwait(false);
                }
                finally
                {
                    Interlocked.Increment(ref shown is null ? ref _serviceEventsCutOff : ref shown.Value ? ref _serviceEventsRelayed : ref _serviceEventsHeldBack);
                    RawEvents.Return(array);
                }
            }
        }
#pragma warning disable CA1031 // As above.
        catch (Exception e)
#pragma warning restore CA1031
        {
            EndAfterFailure(e);
        }
    }

    private async ValueTask<bool> ShowPageAsync(ServerEvent serverEvent, ReadOnlyMemory<byte> utf8Json)
    {
        bool goesOn = await AskHandlerAsync(
            nameof(RealtimeBridgeHandler.OnServiceEventAsync), () => _parts.Handler.OnServiceEventAsync(this, serverEvent, utf8Json, _ended.Token)).ConfigureAwait(false);
        if (!goesOn)
            return false;
        ReadOnlyMemory<byte> shown = _parts.Options.PageMaySeeEverything ? utf8Json : PrivacyFilter.Show(serverEvent.Type, utf8Json);
        if (shown.IsEmpty || _page.Completion.IsCompleted)
            return false;
        try
        {
            await SendMessageAsync(shown, _ended.Token).ConfigureAwait(false);
            return true;
        }
        catch (ArgumentException e)
        {
            _logger.EventTooLarge(Id, shown.Length, e);     // larger than the page accepts
            return false;
        }
    }

    private async Task PumpPageAsync()
    {
        try
        {
            while (await _page.Messages.ReceiveAsync(_ended.Token).ConfigureAwait(false) is { } message)
            {
                using (message)
                {
                    if (await PassToServiceAsync(message).ConfigureAwait(false))
                        Interlocked.Increment(ref _pageEventsRelayed);
                }
            }
        }
#pragma warning disable CA1031 // As above.
        catch (Exception e)
#pragma warning restore CA1031
        {
            EndAfterFailure(e);
        }
    }

    private async ValueTask<bool> PassToServiceAsync(IncomingMessage message)
    {
        PageEventPolicy.Judge(message.Memory, _parts.Options.PageMayConfigure, out string type, out string? eventId, out string? refusal);
        if (message.Kind != MessageKind.Text)
            refusal = "Events are text.";
        if (refusal is not null)
            return await RefuseAsync("not_allowed", refusal, eventId).ConfigureAwait(false);
        bool goesOn = await AskHandlerAsync(
            nameof(RealtimeBridgeHandler.OnPageEventAsync), () => _parts.Handler.OnPageEventAsync(this, type, message.Memory, _ended.Token)).ConfigureAwait(false);
        if (!goesOn)
            return await RefuseAsync("not_allowed", "This host did not pass the event on.", eventId).ConfigureAwait(false);
        try
        {
            await Session.SendRawAsync(message.Memory, _ended.Token).ConfigureAwait(false);
            return true;
        }
        catch (ArgumentException)
        {
            return await RefuseAsync("too_large", "The event is larger than the service accepts.", eventId).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> RefuseAsync(string code, string refusal, string? eventId)
    {
        Interlocked.Increment(ref _pageEventsRefused);
        _logger.PageEventRefused(Id, refusal);
        await SendMessageAsync(ErrorEvent(code, refusal, eventId), _ended.Token).ConfigureAwait(false);
        return false;
    }

    /// <summary>All that goes to the page during the call. While it has to wait for room, what the service sends is counted as the page's debt.</summary>
    private async ValueTask SendMessageAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken)
    {
        ValueTask sending = _page.Messages.SendAsync(utf8Json, MessageKind.Text, cancellationToken);
        if (sending.IsCompleted)
        {
            await sending.ConfigureAwait(false);
            return;
        }
        _rawEvents.BeginWait();
        try
        {
            await sending.ConfigureAwait(false);
        }
        finally
        {
            _rawEvents.EndWait();
        }
    }

    private void EndForStalledPage()
    {
        _logger.PageStalled(Id, _parts.Options.MaxPageBacklog);
        End(RealtimeBridgeEndReason.PageStalled, $"The page did not take its events: more than {_parts.Options.MaxPageBacklog} bytes waited for it.");
    }

    /// <summary>What was under way when a side ended fails because of that, and that side says why. Anything else is a fault.</summary>
    private void EndAfterFailure(Exception e)
    {
        if (e is OperationCanceledException or PeerConnectionException or RealtimeSessionEndedException)
            return;
        _logger.BridgeFailed(Id, e);
        End(RealtimeBridgeEndReason.Failed, "The bridge failed; the host's log says more.");
    }

    private async ValueTask<bool> AskHandlerAsync(string hook, Func<ValueTask<bool>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A handler of the application's must not end the call; what it could not judge is not passed on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!_ended.IsCancellationRequested)
                LogHandlerFailure(hook, e);
            return false;
        }
    }

    private async Task GuardAsync(string hook, Func<Task> call)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (e is not OperationCanceledException || !_ended.IsCancellationRequested)
                LogHandlerFailure(hook, e);
        }
    }

    /// <summary>A page can make a method fail as often as it likes; it must not fill the log with that.</summary>
    private void LogHandlerFailure(string hook, Exception e)
    {
        int failures = _handlerFailures.AddOrUpdate(hook, 1, static (_, until) => until + 1);
        if (BitOperations.IsPow2(failures))
            _logger.HandlerFailed(Id, hook, failures, e);
    }

    private async Task CloseAsync(RealtimeBridgeEnd end, Task servicePump, Task pumps)
    {
        TimeSpan duration = _parts.TimeProvider.GetElapsedTime(_connectedAt);
        Interlocked.Exchange(ref _durationTicks, duration.Ticks);
        try
        {
            await CloseSidesAsync(end, servicePump, pumps).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // An engine of somebody else's may fail even at this; the call's place must be given back.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.BridgeFailed(Id, e);
        }

        _rawEvents.Close();
        _pageConnected.TrySetException(new InvalidOperationException("The call has ended: the page never connected."));
        _ = _pageConnected.Task.Exception;      // observed, whether or not somebody waits
        await WithinAsync(GuardAsync(nameof(RealtimeBridgeHandler.OnEndedAsync), () => _parts.Handler.OnEndedAsync(this, end))).ConfigureAwait(false);
        _parts.Bridge.Remove(this);
        _parts.Place.Dispose();
        BridgeMetrics.CallDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("reason", end.Reason.ToString()));
        _logger.BridgeEnded(Id, end.Reason, duration.TotalSeconds, end.Detail);
        _completion.TrySetResult(end);
    }

    private async Task CloseSidesAsync(RealtimeBridgeEnd end, Task servicePump, Task pumps)
    {
        // The service's last events, session_expired among them, still reach the page.
        Task service = Session.DisposeAsync().AsTask();
        if (end.Reason == RealtimeBridgeEndReason.PageStalled)
            await _ended.CancelAsync().ConfigureAwait(false);       // it would take nothing more
        await WithinAsync(servicePump).ConfigureAwait(false);
        await SayGoodbyeAsync(end).ConfigureAwait(false);
        await _ended.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(service, ClosePageAsync()).ConfigureAwait(false);
        await WithinAsync(pumps).ConfigureAwait(false);
        await _fromPage.Listeners.CloseAsync().ConfigureAwait(false);
        await _toPage.Listeners.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>Where it is the host that ends the call, the page is told before its connection is closed, in the words that it knows from the service.</summary>
    private async Task SayGoodbyeAsync(RealtimeBridgeEnd end)
    {
        (string Code, string Text)? goodbye = end.Reason switch
        {
            RealtimeBridgeEndReason.TimeLimit => ("session_expired", end.Detail),
            RealtimeBridgeEndReason.HostStopping => ("host_stopping", end.Detail),
            RealtimeBridgeEndReason.HungUp => ("hung_up", "The host hung up."),
            _ => null,
        };
        if (goodbye is not { } said || !_pageConnected.Task.IsCompletedSuccessfully || _page.Completion.IsCompleted)
            return;
        using var patience = new CancellationTokenSource(ClosePatience, _parts.TimeProvider);
        try
        {
            await _page.Messages.SendAsync(ErrorEvent(said.Code, said.Text, null), MessageKind.Text, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is PeerConnectionException or OperationCanceledException)
        {
            // The page has gone meanwhile, or does not read.
        }
    }

    private async Task ClosePageAsync()
    {
        using var patience = new CancellationTokenSource(ClosePatience, _parts.TimeProvider);
        await _page.CloseAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _page.DisposeAsync().ConfigureAwait(false);
    }

    private async Task WithinAsync(Task task) =>
        await task.WaitAsync(ClosePatience, _parts.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static byte[] ErrorEvent(string code, string message, string? clientEventId)
    {
        using var stream = new MemoryStream(256);
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "error"u8);
            writer.WriteString("event_id"u8, "event_" + Guid.NewGuid().ToString("N"));
            writer.WriteStartObject("error"u8);
            writer.WriteString("type"u8, "invalid_request_error"u8);
            writer.WriteString("code"u8, code);
            writer.WriteString("message"u8, message);
            writer.WriteNull("param"u8);
            writer.WriteString("event_id"u8, clientEventId);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }
}
