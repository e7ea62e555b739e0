using System.Threading.Tasks.Sources;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Messages on their way from the user to the loop. Not copied: the caller's memory is his again only when his task has completed.</summary>
internal sealed class OutgoingMessages
{
    private readonly Lock _gate = new();
    private readonly LinkedList<OutgoingMessage> _queue = new();
    private OutgoingMessage? _spare;
    private int _count;

    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>Appends a message; <see cref="OutgoingMessage.Arm"/> is the task to wait for.</summary>
    public OutgoingMessage Enqueue(ReadOnlyMemory<byte> message, MessageKind kind)
    {
        OutgoingMessage entry = Interlocked.Exchange(ref _spare, null) ?? new OutgoingMessage(this);
        entry.Begin(message, kind);
        lock (_gate)
        {
            _queue.AddLast(entry.Node);
            _count++;
        }

        return entry;
    }

    /// <summary>The first message, which cannot be cancelled from now until <see cref="PutBack"/> or <see cref="Complete"/>.</summary>
    public OutgoingMessage? TakeFirst()
    {
        lock (_gate)
        {
            OutgoingMessage? first = _queue.First?.Value;
            if (first is not null)
                first.IsTaken = true;
            return first;
        }
    }

    /// <summary>There was no room for it: it waits on, unless it has been cancelled meanwhile.</summary>
    public void PutBack(OutgoingMessage entry)
    {
        lock (_gate)
        {
            entry.IsTaken = false;
            if (entry.CancelledBy is not CancellationToken token)
                return;
            Remove(entry);
            entry.SetException(new OperationCanceledException(token));
        }
    }

    /// <summary>It has been sent, or never will be.</summary>
    public void Complete(OutgoingMessage entry, Exception? error = null)
    {
        lock (_gate)
            Remove(entry);
        if (error is null)
            entry.SetResult();
        else
            entry.SetException(error);
    }

    internal void Cancel(OutgoingMessage entry, CancellationToken token)
    {
        lock (_gate)
        {
            if (entry.Node.List is null)
                return;
            if (entry.IsTaken)
            {
                entry.CancelledBy = token;
                return;
            }

            Remove(entry);
            entry.SetException(new OperationCanceledException(token));
        }
    }

    internal void GiveBack(OutgoingMessage entry) => Volatile.Write(ref _spare, entry);

    private void Remove(OutgoingMessage entry)
    {
        _queue.Remove(entry.Node);
        _count--;
    }
}

/// <summary>One message and the task of whoever sends it; used again for the next.</summary>
internal sealed class OutgoingMessage : IValueTaskSource
{
    private readonly OutgoingMessages _owner;
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;

    public OutgoingMessage(OutgoingMessages owner)
    {
        _owner = owner;
        Node = new LinkedListNode<OutgoingMessage>(this);
    }

    public LinkedListNode<OutgoingMessage> Node { get; }

    public ReadOnlyMemory<byte> Message { get; private set; }

    public MessageKind Kind { get; private set; }

    /// <summary>Whether the loop is reading the memory at this moment.</summary>
    public bool IsTaken { get; set; }

    public CancellationToken? CancelledBy { get; set; }

    public void Begin(ReadOnlyMemory<byte> message, MessageKind kind)
    {
        _core.Reset();
        (Message, Kind, IsTaken, CancelledBy) = (message, kind, false, null);
    }

    public ValueTask Arm(CancellationToken cancellationToken)
    {
        var task = new ValueTask(this, _core.Version);
        if (!task.IsCompleted)
            _registration = cancellationToken.UnsafeRegister(static (state, token) => ((OutgoingMessage)state!).Cancel(token), this);
        return task;
    }

    public void SetResult() => _core.SetResult(true);

    public void SetException(Exception error) => _core.SetException(error);

    void IValueTaskSource.GetResult(short token)
    {
        _registration.Dispose();
        _registration = default;
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            Message = default;
            _owner.GiveBack(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken token) => _owner.Cancel(this, token);
}
