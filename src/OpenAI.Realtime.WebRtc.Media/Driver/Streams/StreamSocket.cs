using System.Net;
using System.Net.Sockets;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What came of reading a stream.</summary>
internal enum StreamRead
{
    Data,
    Nothing,
    Ended,
}

/// <summary>One TCP connection that carries datagrams. It never blocks; after it was made nothing in it throws.</summary>
internal sealed class StreamSocket : PolledSocket
{
    /// <summary>
    /// How much the kernel may hold that it has not sent yet, in bytes: two datagrams. What waits there can neither be overtaken nor dropped, and grows to seconds of audio by itself.
    /// </summary>
    private const int MaxUnsent = 2400;

    private readonly StreamOutbox _outbox = new();
    private readonly StreamOutbox.Write _write;
    private string? _whyWriteFailed;

    private StreamSocket(Socket socket, bool isConnected)
        : base(socket)
    {
        IsConnected = isConnected;
        _write = Write;
        socket.Blocking = false;
        socket.NoDelay = true;
        LimitUnsent(socket);
    }

    /// <summary>Whether data can flow.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Our end; null before it is connected.</summary>
    public EndPoint? LocalEndPoint { get; private set; }

    public override bool WantsToWrite => !IsConnected || !_outbox.IsEmpty;

    /// <summary>Begins to connect.</summary>
    /// <param name="local">The address to connect from; null for the one that the system chooses.</param>
    /// <param name="remote">Where to.</param>
    /// <exception cref="SocketException">It cannot even be tried.</exception>
    public static StreamSocket Connect(IPAddress? local, IPEndPoint remote)
    {
        var stream = new StreamSocket(new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp), isConnected: false);
        try
        {
            if (local is not null)
                stream.Socket.Bind(new IPEndPoint(local, 0));
            stream.Socket.Connect(remote);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // It has begun; the poller says when it is done.
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        return stream;
    }

    /// <summary>Takes a connection that a listening socket has accepted.</summary>
    public static StreamSocket Accept(Socket accepted) => new(accepted, isConnected: true) { LocalEndPoint = accepted.LocalEndPoint };

    /// <summary>Looks whether connecting is done.</summary>
    /// <returns>The error it ended with; <see cref="SocketError.InProgress"/> while it goes on.</returns>
    public SocketError FinishConnecting()
    {
        try
        {
            if (!Socket.Poll(0, SelectMode.SelectWrite) && !Socket.Poll(0, SelectMode.SelectError))
                return SocketError.InProgress;
            var error = (SocketError)(int)Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            IsConnected = error == SocketError.Success;
            if (IsConnected)
                LocalEndPoint = Socket.LocalEndPoint;
            return error;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    /// <summary>Reads what there is.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="why">Why it has ended.</param>
    public StreamRead Read(Span<byte> buffer, out int length, out string why)
    {
        length = Socket.Receive(buffer, SocketFlags.None, out SocketError error);
        why = "";
        if (error == SocketError.Success && length > 0)
            return StreamRead.Data;
        if (_whyWriteFailed is null && error is SocketError.WouldBlock or SocketError.Interrupted)
            return StreamRead.Nothing;
        why = _whyWriteFailed ?? (error == SocketError.Success ? "the other side closed the connection" : Describe(error));
        return StreamRead.Ended;
    }

    /// <summary>Sends a datagram, or keeps it for a moment.</summary>
    public SendOutcome Send(ReadOnlySpan<byte> datagram) => _outbox.TrySend(datagram, _write) ? SendOutcome.Sent : SendOutcome.BufferFull;

    /// <summary>Sends bytes as they are, before the first datagram: few enough that the kernel takes them.</summary>
    public bool TrySendRaw(ReadOnlySpan<byte> bytes) => Write(bytes) == bytes.Length;

    /// <summary>Sends what waits.</summary>
    public void Flush() => _outbox.Flush(_write);

    /// <summary>Says that nothing more will be sent, so that what has been sent arrives, and closes.</summary>
    public void Close()
    {
        try
        {
            if (IsConnected)
                Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The peer was faster.
        }

        Dispose();
    }

    public static string Describe(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "connection reset",
        SocketError.TimedOut => "no answer",
        SocketError.NetworkUnreachable or SocketError.HostUnreachable => "unreachable",
        SocketError.AccessDenied => "forbidden by this system",
        _ => error.ToString(),
    };

    private int Write(ReadOnlySpan<byte> bytes)
    {
        int sent = Socket.Send(bytes, SocketFlags.None, out SocketError error);
        if (error == SocketError.Success)
            return sent;
        if (error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable or SocketError.Interrupted)
            return 0;
        _whyWriteFailed ??= Describe(error); // the next read tells it
        return bytes.Length;
    }

    private static void LimitUnsent(Socket socket)
    {
        const int Tcp = 6;
        int option = OperatingSystem.IsLinux() ? 25 : OperatingSystem.IsMacOS() ? 0x201 : 0; // TCP_NOTSENT_LOWAT
        try
        {
            if (option != 0)
                socket.SetRawSocketOption(Tcp, option, BitConverter.GetBytes(MaxUnsent));
            else
                socket.SendBufferSize = 8 * MaxUnsent; // there it counts what is on its way as well
        }
        catch (SocketException)
        {
            // A system without it: old audio then waits in the kernel.
        }
    }
}
