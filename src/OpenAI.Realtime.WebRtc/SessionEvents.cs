using System.Diagnostics.Metrics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;

namespace OpenAI.Realtime.WebRtc;

/// <summary>The events of a session, whatever carries them, and whichever API they are of: shown, counted and queued for the one who reads them. How they are read from a message is the API's.</summary>
/// <remarks>One pump calls <see cref="AddAsync"/>; one reader at a time; senders as they like.</remarks>
/// <param name="capacity">How many bytes of events wait while nobody reads.</param>
/// <param name="trace">The user's; null for none.</param>
/// <param name="logger">Told the content at Trace, and what was dropped.</param>
/// <param name="allReceived">The package's counter of events received.</param>
/// <param name="allSent">The package's counter of events sent.</param>
internal abstract class SessionEvents<TEvent>(int capacity, RealtimeEventTrace? trace, ILogger logger, Counter<long> allReceived, Counter<long> allSent)
    : SessionTraffic(trace, logger, allReceived, allSent)
    where TEvent : class
{
    private readonly ServerEventQueue<TEvent> _queue = new(capacity);

    public long Dropped => _queue.Dropped;

    /// <summary>Queues an event. Completes when there is room for the next.</summary>
    public async ValueTask AddAsync(TEvent serverEvent, int jsonLength)
    {
        if (await _queue.AddAsync(serverEvent, jsonLength).ConfigureAwait(false) && BitOperations.IsPow2(_queue.Dropped))
            Logger.EventsDropped(_queue.Dropped);
    }

    /// <summary>The events, from the first that nobody has read on, until the session has ended and all has been read.</summary>
    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    public async IAsyncEnumerable<TEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
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

    /// <summary>The session is ending: the pump waits for no reader any more.</summary>
    public void StopWaiting() => _queue.StopWaiting();

    /// <summary>No more events come; what is queued can still be read.</summary>
    public void Complete() => _queue.Complete();
}
