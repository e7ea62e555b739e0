using System.Net;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What became of a datagram that was handed to a socket.</summary>
internal enum SendOutcome
{
    Sent,
    BufferFull,
    Unreachable,
    TooLarge,
    Refused,
    Failed,
}

/// <summary>
/// One bound UDP socket of one connection, or of a <see cref="SharedPort"/>. Only its owner reads, sends and closes; the poller reports when there is something to read.
/// </summary>
internal abstract class UdpPort : PolledSocket
{
    /// <summary>Room for a second's burst in the kernel; the system may give less.</summary>
    private const int KernelBuffer = 256 * 1024;

    /// <summary>Remote addresses whose socket address is kept: a call has one or two, a connectivity check a handful.</summary>
    private const int KeptRemotes = 8;

    private readonly (TransportAddress Address, SocketAddress? SocketAddress)[] _remotes = new (TransportAddress, SocketAddress?)[KeptRemotes];
    private readonly long _scope;
    private int _nextRemote;

    protected UdpPort(IPAddress address, PortRange? ports)
        : base(new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp))
    {
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                Socket.DualMode = false;
            // Windows reports an ICMP "port unreachable" as an error of the next receive; a check that finds nobody must not cost one.
            if (OperatingSystem.IsWindows())
                Socket.IOControl(unchecked((int)0x9800000C) /* SIO_UDP_CONNRESET */, [0, 0, 0, 0], null);
            Socket.ReceiveBufferSize = KernelBuffer;
            Socket.SendBufferSize = KernelBuffer;
            Socket.Blocking = false;
            PortBinding.Bind(Socket, address, ports);
            Local = TransportAddress.From((IPEndPoint)Socket.LocalEndPoint!);
            _scope = address.AddressFamily == AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
        }
        catch
        {
            Socket.Dispose();
            throw;
        }
    }

    /// <summary>The address and port that the socket is bound to.</summary>
    public TransportAddress Local { get; }

    /// <summary>Reads one datagram if there is one. Never blocks, never throws.</summary>
    public abstract bool TryReceive(Span<byte> buffer, out int length, out TransportAddress remote);

    /// <summary>Sends one datagram. Never blocks, never throws.</summary>
    public SendOutcome Send(ReadOnlySpan<byte> datagram, in TransportAddress remote) =>
        remote.IsIPv6 == Local.IsIPv6 ? Send(datagram, SocketAddressOf(remote)) : SendOutcome.Unreachable;

    /// <summary>Makes room in the kernel for the datagrams of many connections; the system may give less.</summary>
    public void WidenBuffers() => PortBinding.Widen(Socket);

    /// <summary>Sends to a socket address that the caller has made with <see cref="RemoteSocketAddress"/>: of all members the one that any thread may call.</summary>
    public SendOutcome SendTo(ReadOnlySpan<byte> datagram, SocketAddress remote) => Send(datagram, remote);

    protected abstract SendOutcome Send(ReadOnlySpan<byte> datagram, SocketAddress remote);

    /// <summary>
    /// Reads a sockaddr_in or sockaddr_in6 without its first two bytes' meaning, in which systems differ. The scope is left out:
    /// it is the local socket's, and the candidates in an SDP carry none.
    /// <code>
    ///   0        2      4              8                        24
    ///   | family | port | IPv4 address |                              sockaddr_in
    ///   | family | port | flow info    | IPv6 address | scope id |    sockaddr_in6
    /// </code>
    /// </summary>
    protected TransportAddress ReadSocketAddress(ReadOnlySpan<byte> address)
    {
        ushort port = (ushort)((address[2] << 8) | address[3]);
        return Local.IsIPv6 ? TransportAddress.From(address.Slice(8, 16), port) : TransportAddress.From(address.Slice(4, 4), port);
    }

    private SocketAddress SocketAddressOf(in TransportAddress remote)
    {
        foreach (ref (TransportAddress Address, SocketAddress? SocketAddress) kept in _remotes.AsSpan())
        {
            if (kept.SocketAddress is not null && kept.Address == remote)
                return kept.SocketAddress;
        }

        IPEndPoint endPoint = remote.ToIPEndPoint();
        if (remote.IsLinkLocal && remote.IsIPv6)
            endPoint.Address.ScopeId = _scope;
        SocketAddress made = endPoint.Serialize();
        _remotes[_nextRemote] = (remote, made);
        _nextRemote = (_nextRemote + 1) % KeptRemotes;
        return made;
    }
}
