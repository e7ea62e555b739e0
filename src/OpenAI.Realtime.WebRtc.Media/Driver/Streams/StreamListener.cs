using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// One listening TCP socket for all calls of the process that name its address and port (RFC 6544). The first frame of a stream says whose it is: a connectivity check, which names the call's fragment
/// (RFC 8445 §7.2.2). Then the stream is that call's. One that says nothing in time, or something else, is closed.
/// </summary>
internal sealed class StreamListener : PolledSocket, IWaitClient
{
    /// <summary>Streams that have not said yet whose they are; with one more the oldest is closed.</summary>
    public const int MaxPending = 64;

    /// <summary>How long a stream may take to say whose it is.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The longest first frame, in bytes: a check with the longest names.</summary>
    private const int MaxFirstFrame = 1024;

    private const int Backlog = 128;

    /// <summary>After an accept that failed, when the process has no room for another socket say, whoever knocks is looked for again.</summary>
    private static readonly TimeSpan AcceptAgainAfter = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, IStreamAdopter> _calls = new(StringComparer.Ordinal);
    private readonly Lock _gate = new(); // the wait thread runs it, and whoever ends the last call closes it
    private readonly List<Pending> _pending = [];
    private readonly List<(IStreamAdopter Call, Pending Stream)> _known = [];
    private long _acceptAgainAt = long.MaxValue;
    private bool _isClosed;
    private readonly WaitThread _wait;
    private long _dueTimestamp = long.MaxValue;
    private long _refused;
    private int _requested;

    private StreamListener(Socket socket, WaitThread wait)
        : base(socket)
    {
        _wait = wait;
        Local = TransportAddress.From((IPEndPoint)socket.LocalEndPoint!);
        Owner = this;
    }

    /// <summary>The address and port that it listens on.</summary>
    public TransportAddress Local { get; }

    /// <summary>How many streams were closed because they were nobody's.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public long DueTimestamp => Volatile.Read(ref _dueTimestamp);

    /// <summary>Whether no call is left that would take a stream.</summary>
    public bool IsIdle => _calls.IsEmpty;

    /// <summary>Begins to listen.</summary>
    /// <param name="address">Where.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="wait">What <see cref="WaitThreads.Join"/> gave; it is left again with <see cref="Close"/>, or when this throws.</param>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static StreamListener Open(IPAddress address, int port, WaitThread wait)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            socket.Blocking = false;
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            var listener = new StreamListener(socket, wait);
            wait.Add(listener);
            wait.Poller.Add(listener);
            return listener;
        }
        catch
        {
            socket.Dispose();
            wait.Leave(null);
            throw;
        }
    }

    /// <summary>Gives the streams that name this fragment to a call.</summary>
    public void Register(string usernameFragment, IStreamAdopter call) => _calls[usernameFragment] = call;

    public void Unregister(string usernameFragment) => _calls.TryRemove(usernameFragment, out _);

    public bool TryRequest() => Interlocked.Exchange(ref _requested, 1) == 0;

    public void BeginRequested() => Interlocked.Exchange(ref _requested, 0);

    /// <summary>Closes it, and what is pending; from any thread.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _wait.Poller.Remove(this);
            Owner = null;
            foreach (Pending pending in _pending)
                Release(pending.Socket).Close();
            _pending.Clear();
            Dispose();
        }

        _wait.Leave(this);
    }

    public void RunOnWaitThread()
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            if (TakeReady() || _acceptAgainAt <= Stopwatch.GetTimestamp())
                Accept();
            RunPending();
        }

        // Not under the lock: the call may end with it, and close this.
        foreach ((IStreamAdopter call, Pending stream) in _known)
            call.Adopt(stream.Socket, stream.Path, stream.Buffer[..stream.Count]);
        _known.Clear();
    }

    private void RunPending()
    {
        long now = Stopwatch.GetTimestamp();
        long due = _acceptAgainAt;
        for (int i = _pending.Count - 1; i >= 0; i--)
        {
            Pending pending = _pending[i];
            bool isDone = pending.Socket.TakeReady() && TryFinish(pending);
            if (!isDone && pending.Deadline <= now)
                isDone = Refuse(pending);
            if (isDone)
                _pending.RemoveAt(i);
            else
                due = Math.Min(due, pending.Deadline);
        }

        Volatile.Write(ref _dueTimestamp, due);
        _wait.DueEarlier(due);
    }

    private void Accept()
    {
        try
        {
            // Each accept is asked for first, for an accept that finds nobody throws.
            for (int i = 0; i < Backlog && Socket.Poll(0, SelectMode.SelectRead); i++)
                Take(Socket.Accept());
        }
        catch (SocketException)
        {
            // Not at once: a poller would report the same again and again.
            _acceptAgainAt = After(AcceptAgainAfter);
            return;
        }

        _acceptAgainAt = long.MaxValue;
        _wait.Poller.Rearm(this);
    }

    private void Take(Socket accepted)
    {
        if (_pending.Count == MaxPending)
        {
            Refuse(_pending[0]);
            _pending.RemoveAt(0);
        }

        StreamSocket? stream = null;
        try
        {
            var remote = TransportAddress.From((IPEndPoint)accepted.RemoteEndPoint!);
            stream = StreamSocket.Accept(accepted);
            stream.Owner = this;
            _wait.Poller.Add(stream);
            stream.MarkReady();
            _pending.Add(new Pending(stream, new TransportPath(TransportProtocol.Tcp, Local, remote), After(Patience)));
        }
        catch (SocketException)
        {
            accepted.Dispose(); // it has gone already
        }
    }

    /// <summary>Reads on; true when it is known whose the stream is, or that it is nobody's.</summary>
    private bool TryFinish(Pending pending)
    {
        while (true)
        {
            switch (pending.Socket.Read(pending.Buffer.AsSpan(pending.Count), out int length, out _))
            {
                case StreamRead.Nothing:
                    _wait.Poller.Rearm(pending.Socket);
                    return false;
                case StreamRead.Ended:
                    return Refuse(pending);
            }

            pending.Count += length;
            ReadOnlySpan<byte> read = pending.Buffer.AsSpan(0, pending.Count);
            if (read.Length < 2)
                continue;
            int frame = BinaryPrimitives.ReadUInt16BigEndian(read);
            if (frame > MaxFirstFrame - 2)
                return Refuse(pending);
            if (read.Length < 2 + frame)
                continue;
            if (!WebRtcPeer.TryReadRecipient(read.Slice(2, frame), out ReadOnlySpan<byte> fragment) || !_calls.TryGetValue(Encoding.ASCII.GetString(fragment), out IStreamAdopter? call))
                return Refuse(pending);
            Release(pending.Socket);
            _known.Add((call, pending));
            return true;
        }
    }

    private static long After(TimeSpan time) => Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);

    private bool Refuse(Pending pending)
    {
        Release(pending.Socket).Close();
        Interlocked.Increment(ref _refused);
        return true;
    }

    private StreamSocket Release(StreamSocket stream)
    {
        _wait.Poller.Remove(stream);
        stream.Owner = null;
        return stream;
    }

    private sealed class Pending(StreamSocket socket, in TransportPath path, long deadline)
    {
        public StreamSocket Socket { get; } = socket;

        public TransportPath Path { get; } = path;

        public long Deadline { get; } = deadline;

        public byte[] Buffer { get; } = new byte[MaxFirstFrame];

        public int Count { get; set; }
    }
}
