using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>The events of a session, whatever carries them: reads, shows, counts and queues them.</summary>
/// <remarks>One pump calls <see cref="Read"/>, <see cref="Note"/> and <see cref="AddAsync"/>; one reader at a time; senders as they like.</remarks>
internal sealed class SessionEvents(OpenAIRealtimeWebRtcOptions options, RealtimeEventTrace? trace, ILogger logger)
{
    private readonly ServerEventQueue<ServerEvent> _queue = new(options.EventBufferSize);
    private long _received;
    private long _sent;
    private bool _traceFailed;

    public long Received => Interlocked.Read(ref _received);

    public long Sent => Interlocked.Read(ref _sent);

    public long Dropped => _queue.Dropped;

    /// <summary>Reads a message, and shows it to the trace and the log.</summary>
    /// <param name="utf8Json">The message.</param>
    /// <param name="ids">What the events of one connection have in common.</param>
    public ServerEvent Read(ReadOnlySpan<byte> utf8Json, RunningIds ids)
    {
        Show(sent: false, utf8Json);
        ServerEvent serverEvent = ServerEventReader.ReadEvent(utf8Json, options.Dialect, ids);
        if (options.KeepEventJson)
            serverEvent.ReceivedFrom(utf8Json);
        return serverEvent;
    }

    /// <summary>Counts an event, and logs what somebody should know of whether or not the events are read.</summary>
    public void Note(ServerEvent serverEvent)
    {
        Interlocked.Increment(ref _received);
        Telemetry.EventsReceived.Add(1);
        switch (serverEvent)
        {
            case ServerError { Error: { } error } when !IsExpiry(serverEvent, out _):
                logger.ServiceError(error.Code?.Value ?? error.Type?.Value, error.Message is null ? null : Redaction.Hide(error.Message));
                break;
            case MalformedServerEvent malformed:
                logger.MalformedEvent(EventText.Short(malformed.Type), EventText.Short(malformed.Reason));
                break;
            case UnknownServerEvent unknown:
                logger.UnknownEvent(EventText.Short(unknown.Type));
                break;
        }
    }

    /// <summary>Whether it is the one error that ends a session: its time is over.</summary>
    public static bool IsExpiry(ServerEvent serverEvent, [NotNullWhen(true)] out string? why)
    {
        why = serverEvent is ServerError { Error: { Code: { Value: "session_expired" } } error } ? error.Message ?? "The service's time limit for a session was reached." : null;
        return why is not null;
    }

    /// <summary>Queues an event. Completes when there is room for the next.</summary>
    public async ValueTask AddAsync(ServerEvent serverEvent, int jsonLength)
    {
        if (await _queue.AddAsync(serverEvent, jsonLength).ConfigureAwait(false) && BitOperations.IsPow2(_queue.Dropped))
            logger.EventsDropped(_queue.Dropped);
    }

    /// <summary>The events, from the first that nobody has read on, until the session has ended and all has been read.</summary>
    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    public async IAsyncEnumerable<ServerEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _queue.StartReading();
        try
        {
            while (await _queue.TakeAsync(cancellationToken).ConfigureAwait(false) is { } serverEvent)
                yield return serverEvent;
        }
        finally
        {
            _queue.StopReading();
        }
    }

    /// <summary>Shows a message that is about to be sent.</summary>
    public void ShowSent(ReadOnlySpan<byte> utf8Json) => Show(sent: true, utf8Json);

    /// <summary>Counts a message that was sent.</summary>
    public void CountSent()
    {
        Interlocked.Increment(ref _sent);
        Telemetry.EventsSent.Add(1);
    }

    /// <summary>The session is ending: the pump waits for no reader any more.</summary>
    public void StopWaiting() => _queue.StopWaiting();

    /// <summary>No more events come; what is queued can still be read.</summary>
    public void Complete() => _queue.Complete();

    private void Show(bool sent, ReadOnlySpan<byte> utf8Json)
    {
        if (trace is not null)
            Trace(trace, sent, utf8Json);
        if (!logger.IsEnabled(LogLevel.Trace))
            return;
        string json = Redaction.Hide(Encoding.UTF8.GetString(utf8Json));
        if (sent)
            logger.Sent(json);
        else
            logger.Received(json);
    }

    private void Trace(RealtimeEventTrace shown, bool sent, ReadOnlySpan<byte> utf8Json)
    {
        try
        {
            shown(sent, utf8Json);
        }
#pragma warning disable CA1031 // Whatever the caller's own code throws must not end its call.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!Interlocked.Exchange(ref _traceFailed, true))
                logger.PartFailed("The event trace", e);
        }
    }
}
