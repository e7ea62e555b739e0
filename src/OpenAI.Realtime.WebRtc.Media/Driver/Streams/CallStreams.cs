using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// The TCP connections of one call, for which the engine asks when UDP does not get through.
/// <code>
///   LookingUp ──► AskingProxy ──► Open          where the system or the user names a proxy, it is asked first, as a browser does
///       │             │ refused, late
///       └─────────────┴────────► Connecting ──► Open
/// </code>
/// Touched only by whoever runs the connection. Looking for a proxy happens on the thread pool, everything else where the sockets are waited for.
/// </summary>
/// <param name="owner">The connection; it is run when a stream can be read or written.</param>
/// <param name="wait">Where its sockets are waited for.</param>
/// <param name="peer">The engine.</param>
/// <param name="clock">The connection's clock.</param>
/// <param name="proxy">Who knows the proxies; null for none.</param>
/// <param name="logger">Where is told what was opened and what has ended.</param>
/// <param name="post">Has something done by whoever runs the connection.</param>
/// <param name="buffer">Where is read to; used by nobody else meanwhile.</param>
/// <param name="drain">Takes what the engine has to give after each thing that it was told.</param>
internal sealed partial class CallStreams(IWaitClient owner, WaitThread wait, WebRtcPeer peer, DriverClock clock, IWebProxy? proxy, ILogger logger, Action<Action> post, byte[] buffer, Action drain)
{
    /// <summary>How long finding a proxy may take, and then its reply, before the direct way is tried.</summary>
    public static readonly TimeSpan ProxyPatience = TimeSpan.FromSeconds(4);

    /// <summary>Reads of one stream before the others have their turn.</summary>
    private const int MaxReads = 16;

    private readonly List<CallStream> _streams = [];

    /// <summary>When <see cref="HandleTimeout"/> has something to do.</summary>
    public Instant NextTimeout
    {
        get
        {
            Instant next = Instant.Never;
            foreach (CallStream stream in _streams)
                next = Instant.Min(next, stream.Deadline);
            return next;
        }
    }

    /// <summary>The connection that carries a path, for who shows it.</summary>
    public StreamWay WayOf(in TransportPath path) => Find(path) is { Socket: { IsConnected: true } socket } stream ? new(socket.LocalEndPoint, stream.Proxy?.Name) : default;

    /// <summary>Begins to open a stream.</summary>
    public void Connect(in TransportPath path)
    {
        var stream = new CallStream(path);
        _streams.Add(stream);
        if (proxy is null)
        {
            ConnectDirectly(stream);
            return;
        }

        stream.Deadline = clock.Now + ProxyPatience;
        _ = FindProxyAsync(stream, proxy);
    }

    /// <summary>Takes a connection that the peer has opened.</summary>
    /// <param name="socket">It; in no poller.</param>
    /// <param name="path">Its path.</param>
    /// <param name="read">What has been read of it.</param>
    public void Adopt(StreamSocket socket, in TransportPath path, Span<byte> read)
    {
        var stream = new CallStream(path) { Socket = socket };
        _streams.Add(stream);
        if (!TryPoll(stream, out string why))
        {
            End(stream, why);
            return;
        }

        Open(stream);
        HandleData(stream, read);
        socket.MarkReady(); // there may be more than was read
    }

    /// <summary>Closes a stream; the engine knows.</summary>
    public void Close(in TransportPath path)
    {
        if (Find(path) is { } stream)
            Remove(stream);
    }

    /// <summary>Closes the streams that leave from a local address which has gone; the engine knows.</summary>
    public void CloseFrom(in TransportAddress local)
    {
        for (int i = _streams.Count - 1; i >= 0; i--)
        {
            if (_streams[i].Path.Local == local)
                Remove(_streams[i]);
        }
    }

    /// <summary>Sends a datagram by its stream.</summary>
    public SendOutcome Send(ReadOnlySpan<byte> datagram, in TransportPath path)
    {
        if (Find(path) is not { State: CallStreamState.Open, Socket: { } socket })
            return SendOutcome.Unreachable;
        SendOutcome outcome = socket.Send(datagram);
        if (socket.WantsToWrite)
            wait.Poller.Rearm(socket);
        return outcome;
    }

    /// <summary>Does what there is to do with every stream that the poller has reported.</summary>
    public void Run()
    {
        for (int i = _streams.Count - 1; i >= 0; i--)
        {
            if (i < _streams.Count && _streams[i] is { Socket: { } socket } stream && socket.TakeReady())
                Run(stream, socket);
        }
    }

    public void HandleTimeout(Instant now)
    {
        for (int i = _streams.Count - 1; i >= 0; i--)
        {
            if (i < _streams.Count && _streams[i] is { } stream && stream.Deadline <= now)
                Fail(stream, stream.Proxy is { } found ? $"{found.Name} did not answer" : "no proxy was found in time");
        }
    }

    /// <summary>Closes every stream.</summary>
    public void CloseAll()
    {
        for (int i = _streams.Count - 1; i >= 0; i--)
            Remove(_streams[i]);
    }

    private bool TryPoll(CallStream stream, out string why)
    {
        StreamSocket socket = stream.Socket!;
        socket.Owner = owner;
        try
        {
            wait.Poller.Add(socket);
            why = "";
            return true;
        }
        catch (SocketException e)
        {
            why = StreamSocket.Describe(e.SocketErrorCode);
            return false;
        }
    }

    private void Run(CallStream stream, StreamSocket socket)
    {
        if (!socket.IsConnected)
        {
            SocketError error = socket.FinishConnecting();
            if (error == SocketError.InProgress)
            {
                wait.Poller.Rearm(socket);
                return;
            }

            if (error != SocketError.Success)
            {
                Fail(stream, stream.State == CallStreamState.AskingProxy ? $"{stream.Proxy!.Name}: {StreamSocket.Describe(error)}" : StreamSocket.Describe(error));
                return;
            }

            if (stream.State == CallStreamState.AskingProxy)
                socket.TrySendRaw(stream.Question!.Request());
            else
                Open(stream);
        }

        if (stream.Socket != socket)
            return; // there was no use for it any more
        socket.Flush();
        Read(stream, socket);
    }

    private void Read(CallStream stream, StreamSocket socket)
    {
        for (int reads = 0; stream.Socket == socket && reads < MaxReads; reads++)
        {
            switch (socket.Read(buffer, out int length, out string why))
            {
                case StreamRead.Nothing:
                    wait.Poller.Rearm(socket);
                    return;
                case StreamRead.Ended:
                    Fail(stream, stream.State == CallStreamState.AskingProxy ? $"{stream.Proxy!.Name}: {why}" : why);
                    return;
            }

            Span<byte> data = buffer.AsSpan(0, length);
            if (stream.State == CallStreamState.AskingProxy && !TryReadReply(stream, ref data))
                continue;
            HandleData(stream, data);
        }

        if (stream.Socket != socket)
            return;
        socket.MarkReady();
        wait.RequestRun(owner);
    }

    private void Open(CallStream stream)
    {
        stream.State = CallStreamState.Open;
        stream.Question = null;
        stream.Deadline = Instant.Never;
        DriverLog.StreamOpened(logger, stream.Path.Remote, stream.Proxy?.Name ?? "no proxy");
        peer.HandleStreamOpened(stream.Path, clock.Now);
        drain();
    }

    private void HandleData(CallStream stream, Span<byte> data)
    {
        while (stream.State == CallStreamState.Open && peer.TryHandleStreamData(ref data, stream.Path, clock.Now))
            drain();
        drain(); // frames that do not fit end the stream
    }

    private void End(CallStream stream, string why)
    {
        Remove(stream);
        DriverLog.StreamEnded(logger, stream.Path.Remote, why);
        peer.HandleStreamClosed(stream.Path, why, clock.Now);
        drain();
    }

    private void Remove(CallStream stream)
    {
        stream.State = CallStreamState.Closed;
        stream.Deadline = Instant.Never;
        CloseSocket(stream);
        _streams.Remove(stream);
    }

    private void CloseSocket(CallStream stream)
    {
        if (stream.Socket is not { } socket)
            return;
        stream.Socket = null;
        wait.Poller.Remove(socket);
        socket.Owner = null;
        socket.Close();
    }

    private CallStream? Find(in TransportPath path)
    {
        foreach (CallStream stream in _streams)
        {
            if (stream.Path == path)
                return stream;
        }

        return null;
    }
}
