namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// Events between the session's pump and the user, bounded by bytes. While nobody reads, what is more than the capacity is dropped, the oldest first: a session whose events nobody
/// wants must not stop. While somebody reads, none is dropped: the pump looks ahead, so that the session sees all that had come when the queue became full, and when that is
/// full too it waits, and with it, by SCTP's window, the service.
/// </summary>
/// <remarks>One pump; one reader at a time.</remarks>
internal sealed class ServerEventQueue<TEvent>(int capacity)
    where TEvent : class
{
    /// <summary>What an event takes beside its JSON, roughly: keeps a flood of tiny events bounded, too.</summary>
    private const int Overhead = 256;

    /// <summary>Some times the engine's whole receive window (1 MiB of JSON), because each event counts with its overhead.</summary>
    internal const int LookAhead = 4 * 1024 * 1024;

    private readonly Queue<(TEvent Event, int Size)> _events = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource? _arrived;
    private TaskCompletionSource? _room;
    private long _size;
    private bool _reading;
    private bool _draining;
    private bool _completed;

    /// <summary>Events dropped because nobody read.</summary>
    public long Dropped { get; private set; }

    private bool IsFull => _size > (long)capacity + LookAhead;

    /// <summary>Adds an event. Completes when there is room for the next.</summary>
    /// <returns>Whether older events had to be dropped.</returns>
    public async ValueTask<bool> AddAsync(TEvent serverEvent, int jsonLength)
    {
        bool dropped = false;
        Task? wait = null;
        lock (_lock)
        {
            if (_completed)
                return false;
            int size = jsonLength + Overhead;
            _events.Enqueue((serverEvent, size));
            _size += size;
            Signal(ref _arrived);
            if (!_reading && _size > capacity)
                dropped = DropOldest();
            else if (_reading && !_draining && IsFull)
                wait = (_room ??= NewSignal()).Task;
        }
        if (wait is not null)
            await wait.ConfigureAwait(false);
        return dropped;
    }

    /// <summary>Claims the reader's place.</summary>
    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    public void StartReading()
    {
        lock (_lock)
        {
            if (_reading)
                throw new InvalidOperationException("The events are being read already; one reader at a time.");
            _reading = true;
        }
    }

    /// <summary>Gives the reader's place back. What is then too much is dropped, so that the pump goes on.</summary>
    public void StopReading()
    {
        lock (_lock)
        {
            _reading = false;
            if (_size > capacity)
                DropOldest();
            Signal(ref _room);
        }
    }

    /// <summary>The next event, or null when no more will come.</summary>
    public async ValueTask<TEvent?> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task arrived;
            lock (_lock)
            {
                if (_events.TryDequeue(out (TEvent Event, int Size) next))
                {
                    _size -= next.Size;
                    if (!IsFull)
                        Signal(ref _room);
                    return next.Event;
                }
                if (_completed)
                    return null;
                arrived = (_arrived ??= NewSignal()).Task;
            }
            await arrived.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The session is ending: the pump waits no more. What still comes is bounded by what the engine had buffered.</summary>
    public void StopWaiting()
    {
        lock (_lock)
        {
            _draining = true;
            Signal(ref _room);
        }
    }

    /// <summary>No more events will come; those that are queued can still be read.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            _draining = true;
            Signal(ref _arrived);
            Signal(ref _room);
        }
    }

    /// <summary>The newest event stays, however large.</summary>
    private bool DropOldest()
    {
        bool dropped = false;
        while (_size > capacity && _events.Count > 1)
        {
            _size -= _events.Dequeue().Size;
            Dropped++;
            dropped = true;
        }
        return dropped;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Signal(ref TaskCompletionSource? signal)
    {
        signal?.TrySetResult();
        signal = null;
    }
}
