using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// What is to be sent over one session, in order, by one sender. Who waits for an event that is kept for another session waits on when this one ends. Adding never waits; who handles events waits for room between two of them, so that a service that does not take what is sent has to wait itself. Thread-safe.
/// </summary>
internal sealed class Outbox(IRealtimeSession session, Action<ClientEvent, Exception> onNotSent, Func<ClientEvent, bool> isKept)
{
    private const int Roomy = 1_024;

    private readonly Channel<(ClientEvent Event, TaskCompletionSource? Sent)> _queue = Channel.CreateUnbounded<(ClientEvent, TaskCompletionSource?)>();     // one with a single reader cannot count
    private readonly Lock _lock = new();
    private TaskCompletionSource? _room;
    private int _unsent;

    /// <summary>Whether nothing waits to be sent: for tests, which let time pass only then.</summary>
    internal bool IsEmpty => Volatile.Read(ref _unsent) == 0;

    /// <summary>Adds an event.</summary>
    /// <param name="clientEvent">The event.</param>
    /// <param name="sent">Told when the session has taken it, or why not.</param>
    public void Add(ClientEvent clientEvent, TaskCompletionSource? sent = null)
    {
        Interlocked.Increment(ref _unsent);
        if (_queue.Writer.TryWrite((clientEvent, sent)))
            return;
        Interlocked.Decrement(ref _unsent);
        if (!isKept(clientEvent))
            sent?.TrySetException(Ended());
    }

    /// <summary>Waits until little enough is left to send.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_lock)
            return _queue.Reader.Count < Roomy ? Task.CompletedTask : (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Sends until <see cref="Complete"/>. Never throws.</summary>
    public async Task RunAsync()
    {
        await foreach ((ClientEvent next, TaskCompletionSource? sent) in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await session.SendAsync(Sendable(next)).ConfigureAwait(false);
                sent?.TrySetResult();
            }
            catch (RealtimeSessionEndedException e)
            {
                if (!isKept(next))
                    sent?.TrySetException(e);
            }
#pragma warning disable CA1031 // Too large, or whatever a session of somebody else's throws: the one event is not sent, and who waits for it is told.
            catch (Exception e)
#pragma warning restore CA1031
            {
                sent?.TrySetException(e);
                onNotSent(next, e);
            }

            Interlocked.Decrement(ref _unsent);
            lock (_lock)
            {
                if (_room is not null && _queue.Reader.Count < Roomy)
                {
                    _room.TrySetResult();
                    _room = null;
                }
            }
        }
    }

    /// <summary>Nothing more is sent.</summary>
    public void Complete()
    {
        _queue.Writer.TryComplete();
        lock (_lock)
        {
            _room?.TrySetResult();
            _room = null;
        }
    }

    // An output that the channel does not carry would leave its call without one.
    private static ClientEvent Sendable(ClientEvent next) =>
        next is ConversationItemCreate { Item: FunctionCallOutputItem output } create && FittingText.Fit(output.Output) is var fitting && !ReferenceEquals(fitting, output.Output)
            ? new ConversationItemCreate(output with { Output = fitting }) { EventId = create.EventId, PreviousItemId = create.PreviousItemId }
            : next;

    private RealtimeSessionEndedException Ended() => new(session.Completion.IsCompletedSuccessfully ? session.Completion.Result : null);
}
