using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Benchmarks.DriverWait;

/// <summary>The pacer and the sends alone, nothing received: the floor under every variant.</summary>
internal class PacerOnly : IWaitVariant
{
    protected readonly byte[] Packet = new byte[DriverWaitBenchmark.PacketSize];
    protected Socket[] Sockets = [];
    protected SocketAddress[] Remotes = [];
    protected long Count;
    private int _delay;

    public long Received => Interlocked.Read(ref Count);

    public long[] Delays { get; } = new long[1024];

    public virtual void Start(Socket[] sockets, SocketAddress[] remotes) => (Sockets, Remotes) = (sockets, remotes);

    public virtual void Post(int call) => Send(call, Stopwatch.GetTimestamp());

    protected void Send(int call, long posted)
    {
        Sockets[call].SendTo(Packet, SocketFlags.None, Remotes[call]);
        Delays[Interlocked.Increment(ref _delay) & 1023] = Stopwatch.GetTimestamp() - posted;
    }
}

/// <summary>Bare sockets as .NET programs are usually written: one await loop a socket; the sender calls SendTo itself.</summary>
internal sealed class BareAwait : PacerOnly
{
    public override void Start(Socket[] sockets, SocketAddress[] remotes)
    {
        base.Start(sockets, remotes);
        foreach (Socket socket in sockets)
            _ = Receive(socket);
    }

    private async Task Receive(Socket socket)
    {
        await Task.Yield();
        byte[] buffer = GC.AllocateUninitializedArray<byte>(2048, pinned: true);
        SocketAddress from = new(AddressFamily.InterNetwork);
        while (true)
        {
            await socket.ReceiveFromAsync(buffer.AsMemory(), SocketFlags.None, from, CancellationToken.None).ConfigureAwait(false);
            Interlocked.Increment(ref Count);
        }
    }
}

/// <summary>An actor a connection: flags say what is to be done; an atomic state sees to one runner at a time.</summary>
internal abstract class Actor(PacerOnly owner)
{
    private const int Idle = 0, Running = 1, RunAgain = 2;
    private int _state;
    protected PacerOnly Owner { get; } = owner;
    public long Posted;

    /// <summary>Runs the actor on this thread, or has the thread that runs it now run it once more.</summary>
    public void Run()
    {
        while (true)
        {
            int state = Interlocked.CompareExchange(ref _state, Running, Idle);
            if (state == Idle)
                break;
            if (state == RunAgain || Interlocked.CompareExchange(ref _state, RunAgain, Running) == Running)
                return;
        }

        do
        {
            Volatile.Write(ref _state, Running);
            Drain();
        }
        while (Interlocked.CompareExchange(ref _state, Idle, Running) != Running);
    }

    protected abstract void Drain();
}

#pragma warning disable CA1001 // the sockets live as long as the process that measures
internal sealed class SocketActor : Actor, IThreadPoolWorkItem
#pragma warning restore CA1001
{
    private readonly ActorQueued _owner;
    private readonly int _call;
    private readonly SocketAsyncEventArgs _args = new(true);
    private readonly bool _inline;
    private int _completed = 1;
    private int _scheduled;

    public SocketActor(ActorQueued owner, int call, bool inline) : base(owner)
    {
        (_owner, _call, _inline) = (owner, call, inline);
        _args.SetBuffer(GC.AllocateUninitializedArray<byte>(2048, pinned: true));
        _args.RemoteEndPoint = new IPEndPoint(IPAddress.Any, 0);
        _args.Completed += (_, _) =>
        {
            Volatile.Write(ref _completed, 2);
            Schedule();
        };
    }

    public void Schedule()
    {
        if (_inline)
            Run();
        else if (Interlocked.Exchange(ref _scheduled, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute()
    {
        Volatile.Write(ref _scheduled, 0);
        Run();
    }

    protected override void Drain()
    {
        int completed = Volatile.Read(ref _completed);
        if (completed != 0)
        {
            Volatile.Write(ref _completed, 0);
            if (completed == 2)
                _owner.Took();
            while (!_owner.Receive(_call, _args)) // true: pending
                _owner.Took();
        }

        long posted = Interlocked.Exchange(ref Posted, 0);
        if (posted != 0)
            _owner.SendNow(_call, posted);
    }
}

/// <summary>Completions and posts schedule a thread-pool work item.</summary>
internal class ActorQueued : PacerOnly
{
    private SocketActor[] _actors = [];

    protected virtual bool Inline => false;

    public override void Start(Socket[] sockets, SocketAddress[] remotes)
    {
        base.Start(sockets, remotes);
        _actors = [.. Enumerable.Range(0, sockets.Length).Select(i => new SocketActor(this, i, Inline))];
        foreach (SocketActor actor in _actors)
            actor.Schedule();
    }

    public override void Post(int call)
    {
        Interlocked.Exchange(ref _actors[call].Posted, Stopwatch.GetTimestamp());
        _actors[call].Schedule();
    }

    public void Took() => Interlocked.Increment(ref Count);

    public bool Receive(int call, SocketAsyncEventArgs args) => Sockets[call].ReceiveFromAsync(args);

    public void SendNow(int call, long posted) => Send(call, posted);
}

/// <summary>Completions and posts run the actor on the thread they are on.</summary>
internal sealed class ActorInline : ActorQueued
{
    protected override bool Inline => true;
}

/// <summary>One thread for all in Socket.Select, woken by a loopback socket: no P/Invoke of ours.</summary>
internal sealed class SelectThread : PacerOnly
{
    private static readonly Socket s_wake = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private long[] _posted = [];
    private SocketAddress _wakeAddress = new(AddressFamily.InterNetwork);
    private int _waking;

    public override void Start(Socket[] sockets, SocketAddress[] remotes)
    {
        base.Start(sockets, remotes);
        _posted = new long[sockets.Length];
        s_wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wakeAddress = s_wake.LocalEndPoint!.Serialize();
        new Thread(Loop) { IsBackground = true }.Start();
    }

    public override void Post(int call)
    {
        Interlocked.Exchange(ref _posted[call], Stopwatch.GetTimestamp());
        if (Interlocked.Exchange(ref _waking, 1) == 0)
            s_wake.SendTo([1], SocketFlags.None, _wakeAddress);
    }

    private void Loop()
    {
        List<Socket> ready = new(Sockets.Length + 1);
        byte[] buffer = new byte[2048];
        SocketAddress from = new(AddressFamily.InterNetwork);
        while (true)
        {
            ready.Clear();
            ready.AddRange(Sockets);
            ready.Add(s_wake);
            Socket.Select(ready, null, null, 5_000_000);
            foreach (Socket socket in ready)
            {
                socket.ReceiveFrom(buffer, SocketFlags.None, from);
                if (socket == s_wake)
                    Volatile.Write(ref _waking, 0);
                else
                    Interlocked.Increment(ref Count);
            }

            for (int i = 0; i < _posted.Length; i++)
            {
                long posted = Interlocked.Exchange(ref _posted[i], 0);
                if (posted != 0)
                    Send(i, posted);
            }
        }
    }
}

/// <summary>One thread for all in epoll_wait, edge-triggered; a post either wakes it by an eventfd or runs the actor itself.</summary>
internal sealed unsafe partial class EpollThread(bool runOnCaller) : PacerOnly
{
    private const int EpollIn = 1;
    private const uint EdgeTriggered = 1u << 31;
    private static readonly int s_stride = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 12 : 16;

    private EpollActor[] _actors = [];
    private int _epoll, _event, _waking;

    private sealed class EpollActor(EpollThread owner, int call, int fd) : Actor(owner)
    {
        private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(2048, pinned: true);
        private readonly byte[] _from = GC.AllocateUninitializedArray<byte>(128, pinned: true);
        public int Readable = 1;

        protected override void Drain()
        {
            if (Interlocked.Exchange(ref Readable, 0) != 0)
            {
                while (true)
                {
                    int fromLength = 128;
                    nint length;
                    fixed (byte* buffer = _buffer, from = _from)
                        length = recvfrom(fd, buffer, 2048, 0x40 /* MSG_DONTWAIT */, from, &fromLength);
                    if (length < 0)
                        break;
                    Interlocked.Increment(ref owner.Count);
                }
            }

            long posted = Interlocked.Exchange(ref Posted, 0);
            if (posted != 0)
                owner.Send(call, posted);
        }
    }

    public override void Start(Socket[] sockets, SocketAddress[] remotes)
    {
        base.Start(sockets, remotes);
        _epoll = epoll_create1(0);
        _event = eventfd(0, 0x800 /* EFD_NONBLOCK */);
        _actors = [.. sockets.Select((s, i) => new EpollActor(this, i, (int)s.Handle))];
        Add(_event, -1);
        for (int i = 0; i < sockets.Length; i++)
            Add((int)sockets[i].Handle, i);
        new Thread(Loop) { IsBackground = true }.Start();
    }

    public override void Post(int call)
    {
        Interlocked.Exchange(ref _actors[call].Posted, Stopwatch.GetTimestamp());
        if (runOnCaller)
        {
            _actors[call].Run();
        }
        else if (Interlocked.Exchange(ref _waking, 1) == 0)
        {
            long one = 1;
            write(_event, &one, 8);
        }
    }

    private void Add(int fd, int data)
    {
        byte* item = stackalloc byte[16];
        new Span<byte>(item, 16).Clear();
        *(uint*)item = EpollIn | EdgeTriggered;
        *(int*)(item + s_stride - 8) = data;
        if (epoll_ctl(_epoll, 1, fd, item) != 0)
            throw new InvalidOperationException("epoll_ctl failed.");
    }

    private void Loop()
    {
        byte* items = stackalloc byte[64 * 16];
        while (true)
        {
            int ready = epoll_wait(_epoll, items, 64, 5000);
            for (int i = 0; i < ready; i++)
            {
                int call = *(int*)(items + i * s_stride + s_stride - 8);
                if (call >= 0)
                {
                    Volatile.Write(ref _actors[call].Readable, 1);
                    _actors[call].Run();
                    continue;
                }

                long count;
                read(_event, &count, 8);
                Volatile.Write(ref _waking, 0);
                foreach (EpollActor actor in _actors)
                {
                    if (Volatile.Read(ref actor.Posted) != 0)
                        actor.Run();
                }
            }
        }
    }

    [LibraryImport("libc")]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc")]
    private static partial int epoll_ctl(int epoll, int operation, int fd, byte* item);

    [LibraryImport("libc")]
    private static partial int epoll_wait(int epoll, byte* items, int count, int milliseconds);

    [LibraryImport("libc")]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc")]
    private static partial nint recvfrom(int fd, byte* buffer, nint length, int flags, byte* from, int* fromLength);

    [LibraryImport("libc")]
    private static partial nint read(int fd, void* buffer, nint length);

    [LibraryImport("libc")]
    private static partial nint write(int fd, void* buffer, nint length);
}
