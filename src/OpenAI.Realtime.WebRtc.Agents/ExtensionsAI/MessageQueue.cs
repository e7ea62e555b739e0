using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// Messages between the session and its reader, in order and bounded: who adds one waits for room, since no event may be lost; sound is never waited for, of it the oldest goes. Any thread; one reader.
/// </summary>
internal sealed class MessageQueue : IDisposable
{
    /// <summary>Events that may wait; the session's own queue is behind them.</summary>
    private const int MaxMessages = 1_024;

    /// <summary>Blocks of sound of 20 ms that may wait: 30 s.</summary>
    private const int MaxAudio = 1_500;

    private readonly Lock _gate = new();
    private readonly Queue<Slot> _slots = new();
    private readonly Queue<Slot> _audio = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly SemaphoreSlim _room = new(MaxMessages);
    private Exception? _failure;
    private bool _isComplete;
    private int _isRead;

    /// <summary>Adds an event's message; waits while too many wait.</summary>
    public async ValueTask AddAsync(RealtimeServerMessage message, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        Add(new Slot { Message = message, Kind = SlotKind.Event });
    }

    /// <summary>Adds a message of our own, of which there are few.</summary>
    public void Add(RealtimeServerMessage message) => Add(new Slot { Message = message });

    /// <summary>Adds a block of sound.</summary>
    /// <returns>False when the oldest had to go for it.</returns>
    public bool AddAudio(RealtimeServerMessage message)
    {
        var slot = new Slot { Message = message, Kind = SlotKind.Sound };
        bool isWhole = true;
        lock (_gate)
        {
            _audio.Enqueue(slot);
            if (_audio.Count > MaxAudio)
            {
                _audio.Dequeue().Message = null;
                isWhole = false;
            }
        }

        Add(slot);
        return isWhole;
    }

    /// <summary>Drops the sound that waits: the user has interrupted it.</summary>
    public void DropAudio()
    {
        lock (_gate)
        {
            while (_audio.TryDequeue(out Slot? slot))
                slot.Message = null;
        }
    }

    /// <summary>No more will come. The first call counts.</summary>
    /// <param name="failure">What the reader gets behind the last message; null for a good end.</param>
    public void Complete(Exception? failure)
    {
        lock (_gate)
        {
            if (_isComplete)
                return;
            (_isComplete, _failure) = (true, failure);
        }

        _arrived.Release();
    }

    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    public async IAsyncEnumerable<RealtimeServerMessage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isRead, 1) != 0)
            throw new InvalidOperationException("Somebody reads the messages of this session already: there is one reader at a time.");
        try
        {
            while (true)
            {
                await _arrived.WaitAsync(cancellationToken).ConfigureAwait(false);
                if (!TryTake(out RealtimeServerMessage? message))
                {
                    _arrived.Release(); // for the next reader
                    if (_failure is not null)
                        throw _failure;
                    yield break;
                }

                if (message is not null)
                    yield return message;
            }
        }
        finally
        {
            Volatile.Write(ref _isRead, 0);
        }
    }

    public void Dispose()
    {
        _arrived.Dispose();
        _room.Dispose();
    }

    private void Add(Slot slot)
    {
        lock (_gate)
            _slots.Enqueue(slot);
        _arrived.Release();
    }

    /// <summary>The next message, null for sound that has gone; false when there is none, which is so at the end alone.</summary>
    private bool TryTake(out RealtimeServerMessage? message)
    {
        lock (_gate)
        {
            message = null;
            if (!_slots.TryDequeue(out Slot? slot))
                return false;
            message = slot.Message;
            if (slot.Kind == SlotKind.Event)
                _room.Release();
            else if (slot.Kind == SlotKind.Sound && message is not null)
                _audio.Dequeue();
            return true;
        }
    }

    private sealed class Slot
    {
        public RealtimeServerMessage? Message { get; set; }

        public SlotKind Kind { get; init; }
    }

    private enum SlotKind
    {
        Own,
        Event,
        Sound,
    }
}
