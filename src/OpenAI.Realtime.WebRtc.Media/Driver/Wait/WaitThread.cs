using System.Collections.Concurrent;
using System.Diagnostics;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// One thread that waits for the sockets and the deadlines of many connections and runs them (docs/adr/0003-the-drivers-wait.md).
/// It starts with the first connection and ends <see cref="Linger"/> after the last one has gone.
/// </summary>
/// <remarks>
/// <code>
///   ┌─► wait: a socket is ready, the earliest deadline has come, or somebody woke us
///   │   run the owners of the ready sockets
///   │   run who has asked for it (RequestRun); who asks again meanwhile waits for the next round
///   └── when the earliest deadline is over: run everyone whose deadline is over, find the next earliest
/// </code>
/// </remarks>
internal sealed class WaitThread
{
    /// <summary>How long the thread stays when it has no client, so that a program that connects now and then does not start one each time.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(2);

    private readonly WaitThreads _pool;
    private readonly ConcurrentQueue<IWaitClient> _requests = new();
    private readonly ISocketPoller _poller;
    private IWaitClient[] _clients = []; // copied on write, under the pool's gate
    private long _earliest = long.MaxValue; // the next deadline that the thread knows of; its own, nobody else touches it
    private long _posted = long.MaxValue; // the earliest deadline that others have told since the thread last looked; MaxValue: none
    private long _waitingUntil = long.MinValue; // MinValue: awake, will look at everything before it waits

    internal WaitThread(WaitThreads pool, ISocketPoller poller)
    {
        _pool = pool;
        _poller = poller;
    }

    /// <summary>What the sockets of the clients of this thread are opened with.</summary>
    public ISocketPoller Poller => _poller;

    /// <summary>How many clients have asked for this thread and have not left it; under the pool's gate.</summary>
    internal int Reserved { get; set; }

    internal void Start() => new Thread(Loop) { IsBackground = true, Name = "OpenAI.Realtime.WebRtc wait" }.UnsafeStart();

    /// <summary>Begins to run a client's deadlines.</summary>
    public void Add(IWaitClient client)
    {
        lock (_pool.Gate)
            _clients = [.. _clients, client];
        DueEarlier(client.DueTimestamp);
    }

    /// <summary>Gives up what <see cref="WaitThreads.Join"/> gave. The client's sockets have been removed from <see cref="Poller"/>. Null: nobody was added.</summary>
    public void Leave(IWaitClient? client)
    {
        lock (_pool.Gate)
        {
            _clients = [.. _clients.Where(c => c != client)];
            // So that it begins to linger instead of waiting for a deadline that nobody has any more. Under the gate: it cannot have ended yet.
            if (--Reserved == 0 && Volatile.Read(ref _waitingUntil) != long.MinValue)
                _poller.Wake();
        }
    }

    /// <summary>Has the thread run the client soon.</summary>
    public void RequestRun(IWaitClient client)
    {
        if (!client.TryRequest())
            return;
        _requests.Enqueue(client);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _waitingUntil) != long.MinValue)
            _poller.Wake();
    }

    /// <summary>A client's deadline may have moved to an earlier time.</summary>
    public void DueEarlier(long dueTimestamp)
    {
        if (dueTimestamp == long.MaxValue)
            return;
        long posted = Volatile.Read(ref _posted);
        while (dueTimestamp < posted)
        {
            long seen = Interlocked.CompareExchange(ref _posted, dueTimestamp, posted);
            if (seen == posted)
                break;
            posted = seen;
        }

        Interlocked.MemoryBarrier();
        if (dueTimestamp < Volatile.Read(ref _waitingUntil))
            _poller.Wake();
    }

    private void Loop()
    {
        PolledSocket?[] ready = new PolledSocket?[64];
        long? emptySince = null;
        while (true)
        {
            int count = WaitForWork(emptySince is not null, ready);
            for (int i = 0; i < count; i++)
            {
                IWaitClient? owner = ready[i]!.Owner;
                ready[i] = null;
                owner?.RunOnWaitThread();
            }

            // As many as there are now: one that asks again while it runs comes after everybody else's sockets and deadlines.
            for (int left = _requests.Count; left > 0 && _requests.TryDequeue(out IWaitClient? client); left--)
            {
                client.BeginRequested();
                client.RunOnWaitThread();
            }

            RunWhoIsDue();

            if (!IsEmpty())
            {
                emptySince = null;
                continue;
            }

            emptySince ??= Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(emptySince.Value) >= Linger && TryEnd())
                return;
        }
    }

    private int WaitForWork(bool empty, Span<PolledSocket?> ready)
    {
        _earliest = Math.Min(_earliest, Interlocked.Exchange(ref _posted, long.MaxValue));
        Volatile.Write(ref _waitingUntil, _earliest); // a real deadline is always earlier than "none", so whoever brings the first one wakes us
        Interlocked.MemoryBarrier();
        int milliseconds = empty ? (int)Linger.TotalMilliseconds : -1;
        if (!_requests.IsEmpty || Volatile.Read(ref _posted) < _earliest)
        {
            milliseconds = 0;
        }
        else if (_earliest != long.MaxValue)
        {
            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _earliest);
            milliseconds = (int)Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 0, int.MaxValue);
        }

        int count = _poller.Wait(milliseconds, ready);
        Volatile.Write(ref _waitingUntil, long.MinValue);
        return count;
    }

    private void RunWhoIsDue()
    {
        _earliest = Math.Min(_earliest, Interlocked.Exchange(ref _posted, long.MaxValue));
        if (_earliest == long.MaxValue || Stopwatch.GetTimestamp() < _earliest)
            return;
        long now = Stopwatch.GetTimestamp();
        IWaitClient[] clients = Volatile.Read(ref _clients);
        foreach (IWaitClient client in clients)
        {
            if (client.DueTimestamp <= now)
                client.RunOnWaitThread();
        }

        // A client that is still due is being run by another thread, or its clock is a tick behind ours: look again in a millisecond.
        _earliest = long.MaxValue;
        foreach (IWaitClient client in clients)
            _earliest = Math.Min(_earliest, Math.Max(client.DueTimestamp, now + Stopwatch.Frequency / 1000));
    }

    private bool IsEmpty()
    {
        lock (_pool.Gate)
            return Reserved == 0;
    }

    private bool TryEnd()
    {
        lock (_pool.Gate)
        {
            if (Reserved != 0)
                return false;
            _pool.Forget(this);
        }

        _poller.Dispose();
        return true;
    }
}
