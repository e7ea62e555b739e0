using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What a connection is asked to be. An engine reads it once, when the connection is created.</summary>
public sealed class PeerConnectionOptions
{
    private const int MaxAnnouncedAddresses = 16;

    /// <summary>The label of the data channel that the offering side opens. Default: <c>oai-events</c>.</summary>
    public string ChannelLabel { get; init; } = "oai-events";

    /// <summary>
    /// The stream id of a channel that both sides know beforehand (RFC 8831 §6.6); saves the DCEP round trip.
    /// Default: null, the channel is opened in-band.
    /// </summary>
    public int? NegotiatedChannelId { get; init; }

    /// <summary>Which way audio flows. Default: both ways.</summary>
    public MediaDirection AudioDirection { get; init; } = MediaDirection.SendReceive;

    /// <summary>The largest message accepted from the peer, in bytes; advertised as <c>a=max-message-size</c>. Default: 1 MiB; at least 1,024.</summary>
    public int MaxIncomingMessageSize { get; init; } = 1024 * 1024;

    /// <summary>How many bytes of outgoing messages may wait to be sent before <see cref="IMessageChannel.SendAsync"/> waits. Default: 1 MiB.</summary>
    public int SendBufferSize { get; init; } = 1024 * 1024;

    /// <summary>
    /// Answer as an ICE-lite agent (RFC 8445 §2.5), as production does: never checks, is always controlled. Only for the answering side.
    /// Default: false.
    /// </summary>
    public bool IceLite { get; init; }

    /// <summary>Whether the answering side is the DTLS server. Default: false, it is the client (<c>setup:active</c>), as production does.</summary>
    public bool AnswerAsDtlsServer { get; init; }

    /// <summary>
    /// The local addresses to use, one socket each. Default: null, every address of the machine that is up; loopback is used as well
    /// when <see cref="IncludeLoopback"/> says so.
    /// </summary>
    public IReadOnlyList<IPAddress>? LocalAddresses { get; init; }

    /// <summary>Whether loopback addresses are gathered too when <see cref="LocalAddresses"/> is null. Default: false, as a browser does it.</summary>
    public bool IncludeLoopback { get; init; }

    /// <summary>Over what datagrams may travel. Default: UDP, and TCP where UDP does not get through.</summary>
    public NetworkChoice Network { get; init; }

    /// <summary>
    /// Who knows the HTTP proxies that TCP connections go through (<c>CONNECT</c>), such as <c>HttpClient.DefaultProxy</c>, with credentials for those that ask for them (Basic). A proxy is asked first
    /// for each connection; where it refuses or does not answer, the connection is made directly. UDP goes through none. Only <c>http://</c> proxies. Default: null, none.
    /// </summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>
    /// The TCP port on which the answering side listens, beside UDP, for peers whose UDP is blocked (RFC 6544); one socket an address for all calls of the process that name the same. 0: one free port.
    /// Default: null, it does not listen. The offering side never does: it connects.
    /// </summary>
    public int? TcpPort { get; init; }

    /// <summary>
    /// The network interfaces whose addresses are used, by name, such as <c>eth0</c>; not beside <see cref="LocalAddresses"/>. Default: null, all that are up. One that is not there, or is not up, makes the
    /// connection fail as <see cref="PeerEndReason.NoLocalAddress"/>, with the names of those that are.
    /// </summary>
    public IReadOnlyList<string>? Interfaces { get; init; }

    /// <summary>
    /// The UDP ports to use. Of several, each socket takes a free one; when none is, the connection fails as <see cref="PeerEndReason.NoLocalAddress"/>. A single one is shared by all connections of the process that
    /// name it: each local address has one socket, and what comes to it is brought to the connection that it is for. Two connections of such a port cannot have the same address as their peer.
    /// Default: null, any port.
    /// </summary>
    public PortRange? UdpPorts { get; init; }

    /// <summary>
    /// The addresses by which others reach this machine when they are not its own: of a one-to-one NAT, of a container's host. They stand in the SDP with the port of each socket, in place of the local
    /// addresses of their family; at most 16. Default: null, the local addresses themselves.
    /// </summary>
    public IReadOnlyList<IPAddress>? AnnouncedAddresses { get; init; }

    /// <summary>Whether the local addresses stand in the SDP beside <see cref="AnnouncedAddresses"/>, for peers inside the same network. Default: false.</summary>
    public bool AnnounceLocalAddresses { get; init; }

    /// <summary>How long ICE may take to find a working pair. Default: 15 s.</summary>
    public TimeSpan IceTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the DTLS handshake may take. Default: 15 s.</summary>
    public TimeSpan DtlsTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the SCTP association and the channel may take to open. Default: 15 s.</summary>
    public TimeSpan ChannelTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long without any answer to consent checks until the connection counts as lost (RFC 7675 §5.1). Default: 30 s.
    /// <see cref="Timeout.InfiniteTimeSpan"/> switches consent checks off, for simulations only.
    /// </summary>
    public TimeSpan ConsentTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where log messages go. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Throws when an option is out of its range, as <see cref="IPeerConnectionFactory.Create"/> does: for who wants to say so before the first connection.</summary>
    /// <exception cref="ArgumentException">The option's name is its parameter name, and its message says what is right.</exception>
    public void Validate()
    {
        Check(!string.IsNullOrEmpty(ChannelLabel) || NegotiatedChannelId is not null, nameof(ChannelLabel), "must not be empty");
        // RFC 8832 §5.1 counts the label in 16 bits; 65535 is no stream (RFC 8831 §6.2).
        Check(System.Text.Encoding.UTF8.GetByteCount(ChannelLabel) <= 1024, nameof(ChannelLabel), "must have at most 1,024 bytes");
        Check(NegotiatedChannelId is null or (>= 0 and <= 65534), nameof(NegotiatedChannelId), "must be from 0 to 65534");
        Check(Enum.IsDefined(AudioDirection), nameof(AudioDirection), "is not a direction");
        Check(MaxIncomingMessageSize >= 1024, nameof(MaxIncomingMessageSize), "must be at least 1,024");
        Check(SendBufferSize >= 1024, nameof(SendBufferSize), "must be at least 1,024");
        Check(LocalAddresses is null || LocalAddresses.Count > 0, nameof(LocalAddresses), "must be null or name at least one address");
        Check(Enum.IsDefined(Network), nameof(Network), "is not a network");
        Check(TcpPort is null or (>= 0 and <= 65535), nameof(TcpPort), "must be from 0 to 65535");
        Check(Interfaces is null || LocalAddresses is null, nameof(Interfaces), "and LocalAddresses are both set: leave one of the two out");
        Check(Interfaces is null || (Interfaces.Count > 0 && !Interfaces.Any(string.IsNullOrWhiteSpace)), nameof(Interfaces), "must be null or name at least one interface");
        Check(UdpPorts is null || UdpPorts.Value.Count > 0, nameof(UdpPorts), "must be null or name ports from 1 to 65535");
        Check(AnnouncedAddresses is null or { Count: >= 1 and <= MaxAnnouncedAddresses }, nameof(AnnouncedAddresses), $"must be null or name 1 to {MaxAnnouncedAddresses} addresses");
        Check(AnnouncedAddresses is null || !AnnouncedAddresses.Any(IsNoHost), nameof(AnnouncedAddresses), "must name addresses that lead to one machine, not any, broadcast or multicast");
        Check(IceTimeout > TimeSpan.Zero, nameof(IceTimeout), "must be positive");
        Check(DtlsTimeout > TimeSpan.Zero, nameof(DtlsTimeout), "must be positive");
        Check(ChannelTimeout > TimeSpan.Zero, nameof(ChannelTimeout), "must be positive");
        Check(ConsentTimeout > TimeSpan.Zero || ConsentTimeout == Timeout.InfiniteTimeSpan, nameof(ConsentTimeout), "must be positive or infinite");
    }

    private static bool IsNoHost(IPAddress? address) =>
        address is null || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Broadcast) || address.IsIPv6Multicast
        || (address.AddressFamily == AddressFamily.InterNetwork && (address.GetAddressBytes()[0] & 0xF0) == 0xE0);

    private static void Check(bool isRight, string option, string demand)
    {
        if (!isRight)
            throw new ArgumentException($"{option} {demand}.", option);
    }
}
