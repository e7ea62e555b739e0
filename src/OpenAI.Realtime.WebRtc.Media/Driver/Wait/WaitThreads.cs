namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The wait threads of the process: none without connections, one for up to 128 of them, seldom more.</summary>
/// <param name="createPoller">Makes the poller of a new thread.</param>
internal sealed class WaitThreads(Func<ISocketPoller> createPoller)
{
    /// <summary>Up to this many connections one thread serves alone: at 100 of them it is busy for a few percent of its time.</summary>
    private const int ClientsBeforeAnotherThread = 128;

    private readonly List<WaitThread> _threads = [];

    /// <summary>What every connection uses; tests make their own with another poller.</summary>
    public static WaitThreads Shared { get; } = new(static () => EpollPoller.TryCreate() ?? (ISocketPoller)new SelectPoller());

    /// <summary>The listening TCP sockets that these threads wait for.</summary>
    public StreamListeners Listeners => field ??= new(this);

    /// <summary>The ports that connections on these threads share.</summary>
    public SharedPorts SharedPorts { get; } = new();

    /// <summary>How many threads there are at this moment.</summary>
    public int Count
    {
        get
        {
            lock (Gate)
                return _threads.Count;
        }
    }

    internal Lock Gate { get; } = new();

    /// <summary>The thread with the fewest clients, started if need be. Every call is paired with one of <see cref="WaitThread.Leave"/>.</summary>
    public WaitThread Join()
    {
        lock (Gate)
        {
            WaitThread? best = _threads.MinBy(t => t.Reserved);
            if (best is null || (best.Reserved >= ClientsBeforeAnotherThread && _threads.Count < Math.Max(1, Environment.ProcessorCount / 2)))
            {
                best = new WaitThread(this, createPoller());
                _threads.Add(best);
                best.Start();
            }

            best.Reserved++;
            return best;
        }
    }

    /// <summary>The thread ends; its gate is held.</summary>
    internal void Forget(WaitThread thread) => _threads.Remove(thread);
}
