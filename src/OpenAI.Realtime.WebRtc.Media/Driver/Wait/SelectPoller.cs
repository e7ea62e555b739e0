using System.Net;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Every system: <see cref="System.Net.Sockets.Socket.Select(System.Collections.IList?, System.Collections.IList?, System.Collections.IList?, int)"/>,
/// and a loopback socket to be woken by. Level-triggered: a port that was reported is left out until its owner has done what there was to do.
/// </summary>
internal sealed class SelectPoller : ISocketPoller
{
    private const int WakeAttempts = 8;

    /// <summary>The longest wait, in milliseconds: a wake is a datagram, and one that the system has lost must not cost more than this.</summary>
    private const int MaxWait = 1_000;


    private readonly Lock _gate = new();
    private readonly Dictionary<Socket, PolledSocket> _sockets = [];
    private readonly List<Socket> _readable = [];
    private readonly List<Socket> _writable = [];
    private readonly List<Socket> _failed = []; // Windows reports here what could not be connected
    private readonly Socket _wakeUp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly SocketAddress _wakeUpAddress;
    private readonly byte[] _oneByte = [1];
    private readonly byte[] _wakeUpBuffer = new byte[16];
    private readonly SocketAddress _wakeUpFrom = new(AddressFamily.InterNetwork);
    private readonly Action<Socket, byte[], SocketAddress> _sendWakeUp;
    private int _waking;

    public SelectPoller()
        : this(static (socket, bytes, address) => socket.SendTo(bytes, SocketFlags.None, address))
    {
    }

    /// <summary>With the sending of a wake given from outside, for tests of what happens when it fails.</summary>
    internal SelectPoller(Action<Socket, byte[], SocketAddress> sendWakeUp)
    {
        _sendWakeUp = sendWakeUp;
        _wakeUp.Blocking = false;
        _wakeUp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wakeUpAddress = _wakeUp.LocalEndPoint!.Serialize();
    }

    public UdpPort Open(IPAddress address, PortRange? ports = null) => new Port(address, ports);

    public void Add(PolledSocket socket)
    {
        lock (_gate)
            _sockets.Add(socket.Socket, socket);
        Wake();
    }

    public void Remove(PolledSocket socket)
    {
        lock (_gate)
            _sockets.Remove(socket.Socket);
        Wake();
    }

    public void Rearm(PolledSocket socket)
    {
        // One that is armed may wait under way for reading alone.
        if (socket.IsArmed && !socket.WantsToWrite)
            return;
        socket.IsArmed = true;
        Wake();
    }

    public int Wait(int milliseconds, Span<PolledSocket?> ready)
    {
        _readable.Clear();
        _writable.Clear();
        _failed.Clear();
        _readable.Add(_wakeUp);
        lock (_gate)
        {
            foreach (PolledSocket socket in _sockets.Values)
            {
                if (!socket.IsArmed)
                    continue;
                _readable.Add(socket.Socket);
                if (!socket.WantsToWrite)
                    continue;
                _writable.Add(socket.Socket);
                _failed.Add(socket.Socket);
            }
        }

        try
        {
            Socket.Select(_readable, _writable, _failed, 1_000 * (milliseconds < 0 ? MaxWait : Math.Min(milliseconds, MaxWait)));
            Volatile.Write(ref _waking, 0);     // awake: the next wake is sent again, whatever became of the last
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            return 0; // a port was removed and closed after the list was made: make it again
        }

        int count = 0;
        lock (_gate)
        {
            foreach (List<Socket> sockets in (ReadOnlySpan<List<Socket>>)[_readable, _writable, _failed])
            {
                foreach (Socket socket in sockets)
                {
                    if (socket == _wakeUp)
                    {
                        TakeWakeUp();
                    }
                    else if (count < ready.Length && _sockets.TryGetValue(socket, out PolledSocket? polled) && polled.IsArmed)
                    {
                        polled.IsArmed = false;
                        polled.MarkReady();
                        ready[count++] = polled;
                    }
                }
            }
        }

        return count;
    }

    public void Wake()
    {
        if (Interlocked.Exchange(ref _waking, 1) != 0)
            return;
        for (int attempt = 0; attempt < WakeAttempts; attempt++)
        {
            try
            {
                _sendWakeUp(_wakeUp, _oneByte, _wakeUpAddress);
                return;
            }
            catch (ObjectDisposedException)
            {
                return; // nobody waits any more
            }
            catch (SocketException)
            {
                Thread.Yield(); // no memory for it at this moment, say
            }
        }

        // Not sent: whoever wakes next is to try again. Until then MaxWait bounds what is lost.
        Volatile.Write(ref _waking, 0);
    }

    public void Dispose() => _wakeUp.Dispose();

    private void TakeWakeUp()
    {
        try
        {
            _wakeUp.ReceiveFrom(_wakeUpBuffer, SocketFlags.None, _wakeUpFrom);
        }
        catch (SocketException)
        {
            // Nothing there after all, or a stranger's datagram that was too long.
        }
    }

    private sealed class Port(IPAddress address, PortRange? ports) : UdpPort(address, ports)
    {
        private readonly SocketAddress _from = new(address.AddressFamily);

        public override bool TryReceive(Span<byte> buffer, out int length, out TransportAddress remote)
        {
            try
            {
                while (Socket.Poll(0, SelectMode.SelectRead))
                {
                    try
                    {
                        length = Socket.ReceiveFrom(buffer, SocketFlags.None, _from);
                        if (length == buffer.Length)
                            length = 0; // cut, as Unix does it without a word: too long for anything of ours, so it is dropped and counted as an empty one
                        remote = ReadSocketAddress(_from.Buffer.Span);
                        return true;
                    }
                    catch (SocketException e) when (e.SocketErrorCode is SocketError.MessageSize or SocketError.ConnectionReset)
                    {
                        // One datagram too long for anything of ours, or an ICMP error of an earlier send: go on with the next.
                    }
                }
            }
            catch (SocketException)
            {
                // Nothing to read after all.
            }

            length = 0;
            remote = default;
            return false;
        }

        protected override SendOutcome Send(ReadOnlySpan<byte> datagram, SocketAddress remote)
        {
            try
            {
                Socket.SendTo(datagram, SocketFlags.None, remote);
                return SendOutcome.Sent;
            }
            catch (SocketException e)
            {
                return e.SocketErrorCode switch
                {
                    SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable => SendOutcome.BufferFull,
                    SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.AddressNotAvailable => SendOutcome.Unreachable,
                    SocketError.MessageSize => SendOutcome.TooLarge,
                    SocketError.ConnectionRefused or SocketError.ConnectionReset => SendOutcome.Refused,
                    _ => SendOutcome.Failed,
                };
            }
        }
    }
}
