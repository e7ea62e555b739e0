using System.Runtime.CompilerServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Messages on their way from the loop to the user. The loop puts one in only while there is room; the rest stay in the engine, where they
/// count against the SCTP receive window. That is the back-pressure that a slow reader exerts, and it does not touch the audio.
/// </summary>
internal sealed class IncomingMessages
{
    /// <summary>How many messages may wait here.</summary>
    public const int MaxMessages = 32;

    /// <summary>How many bytes may wait here; a single message may be larger.</summary>
    public const int MaxBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<IncomingMessage> _queue = new();
    private readonly ReaderSignal _signal;
    private int _bytes;
    private bool _completed;

    public IncomingMessages() => _signal = new ReaderSignal(_gate);

    /// <summary>Whether the loop may put another one in.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_gate)
                return _queue.Count < MaxMessages && _bytes < MaxBytes;
        }
    }

    public void Enqueue(IncomingMessage message)
    {
        lock (_gate)
        {
            _queue.Enqueue(message);
            _bytes += message.Memory.Length;
            _signal.Set(true);
        }
    }

    /// <summary>No more will come; what is here can still be read.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            _signal.Set(false);
        }
    }

    /// <summary>Gives the buffers of what nobody has read back.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            while (_queue.TryDequeue(out IncomingMessage? message))
                message.Dispose();
            _bytes = 0;
        }
    }

    /// <summary>The next message; null at the end. <paramref name="loop"/> is run when there is room for messages that it holds back.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<IncomingMessage?> ReadAsync(PeerLoop loop, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IncomingMessage? message;
            bool wait = false;
            lock (_gate)
            {
                if (_queue.TryDequeue(out message))
                {
                    _bytes -= message.Memory.Length;
                }
                else if (!_completed)
                {
                    _signal.Begin();
                    wait = true;
                }
            }

            if (!wait)
            {
                if (message is not null)
                    loop.MessageWasRead();
                return message;
            }

            await _signal.Arm(cancellationToken).ConfigureAwait(false);
        }
    }
}
