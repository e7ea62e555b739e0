using System.Net.Sockets;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>A socket that a poller waits for. Only its owner reads, writes and closes it; the poller reports when there may be something to do.</summary>
internal abstract class PolledSocket(Socket socket) : IDisposable
{
    private int _ready;

    /// <summary>What is run when there is something to do.</summary>
    public IWaitClient? Owner { get; set; }

    /// <summary>The socket itself; it never blocks.</summary>
    public Socket Socket { get; } = socket;

    /// <summary>The poller's own number for it.</summary>
    public long PollId { get; set; }

    /// <summary>Whether a level-triggered poller reports it; taken away with each report, until the owner has done what there was.</summary>
    public bool IsArmed
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    = true;

    /// <summary>Whether it waits for being connected, or for room to write.</summary>
    public virtual bool WantsToWrite => false;

    /// <summary>Said by the poller: there may be something to read, or room to write.</summary>
    public void MarkReady() => Volatile.Write(ref _ready, 1);

    /// <summary>Whether there may be something to do; asking takes the mark away.</summary>
    public bool TakeReady() => Volatile.Read(ref _ready) != 0 && Interlocked.Exchange(ref _ready, 0) != 0;

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();
}
