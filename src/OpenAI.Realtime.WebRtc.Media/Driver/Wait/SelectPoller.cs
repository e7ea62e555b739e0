using System.Net;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Every system: <see cref="System.Net.Sockets.Socket.Select(System.Collections.IList?, System.Collections.IList?, System.Collections.IList?, int)"/>,
/// and a loopback socket to be woken by. Level-triggered: a port that was reported is left out until its owner has read it.
/// </summary>
internal sealed class SelectPoller : ISocketPoller
{
    private const int WakeAttempts = 8;

    /// <summary>The longest wait, in milliseconds: a wake is a datagram, and one that the system has lost must not cost more than this.</summary>
    private const int MaxWait = 1_000;


    private readonly Lock _gate = new();
    private readonly Dictionary<Socket, Port> _ports = [];
    private readonly List<Socket> _ready = [];
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

    public void Add(UdpPort port)
    {
        lock (_gate)
            _ports.Add(((Port)port).Descriptor, (Port)port);
        Wake();
    }

    public void Remove(UdpPort port)
    {
        lock (_gate)
            _ports.Remove(((Port)port).Descriptor);
        Wake();
    }

    public void Rearm(UdpPort port)
    {
        var own = (Port)port;
        if (own.Armed)
            return;
        own.Armed = true;
        Wake();
    }

    public int Wait(int milliseconds, Span<UdpPort?> readable)
    {
        _ready.Clear();
        _ready.Add(_wakeUp);
        lock (_gate)
        {
            foreach (Port port in _ports.Values)
            {
                if (port.Armed)
                    _ready.Add(port.Descriptor);
            }
        }

        try
        {
            Socket.Select(_ready, null, null, 1_000 * (milliseconds < 0 ? MaxWait : Math.Min(milliseconds, MaxWait)));
            Volatile.Write(ref _waking, 0);     // awake: the next wake is sent again, whatever became of the last
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            return 0; // a port was removed and closed after the list was made: make it again
        }

        int count = 0;
        lock (_gate)
        {
            foreach (Socket socket in _ready)
            {
                if (socket == _wakeUp)
                {
                    TakeWakeUp();
                }
                else if (count < readable.Length && _ports.TryGetValue(socket, out Port? port))
                {
                    port.Armed = false;
                    port.MarkReadable();
                    readable[count++] = port;
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
        private volatile bool _armed = true;

        public Socket Descriptor => Socket;

        public bool Armed
        {
            get => _armed;
            set => _armed = value;
        }

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
