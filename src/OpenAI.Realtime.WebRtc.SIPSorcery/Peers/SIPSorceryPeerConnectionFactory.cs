using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

/// <summary>
/// Makes connections on SIPSorcery's <c>RTCPeerConnection</c>. Thread-safe; holds nothing that would have to be disposed. What SIPSorcery cannot
/// do of what the options ask is refused here or listed in docs/engines.md.
/// </summary>
/// <param name="loggerFactory">Where connections log whose options name no logger factory. Default: nowhere.</param>
/// <param name="timeProvider">The clock of connections whose options name none but the system's. Default: the system's.</param>
public sealed class SIPSorceryPeerConnectionFactory(ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null) : IPeerConnectionFactory
{
    /// <inheritdoc/>
    public IPeerConnection Create(PeerConnectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(!string.IsNullOrEmpty(options.ChannelLabel) || options.NegotiatedChannelId is not null, nameof(options.ChannelLabel), "must not be empty");
        Check(Encoding.UTF8.GetByteCount(options.ChannelLabel) <= 1024, nameof(options.ChannelLabel), "must have at most 1,024 bytes");
        Check(options.NegotiatedChannelId is null or (>= 0 and <= 65534), nameof(options.NegotiatedChannelId), "must be from 0 to 65534");
        Check(Enum.IsDefined(options.AudioDirection), nameof(options.AudioDirection), "is not a direction");
        Check(options.MaxIncomingMessageSize >= 1024, nameof(options.MaxIncomingMessageSize), "must be at least 1,024");
        Check(options.SendBufferSize >= 1024, nameof(options.SendBufferSize), "must be at least 1,024");
        Check(!options.IceLite, nameof(options.IceLite), "is not supported: SIPSorcery has no ICE-lite agent");
        Check(options.LocalAddresses is null or { Count: > 0 }, nameof(options.LocalAddresses), "must be null or name at least one address");
        Check(options.Network != NetworkChoice.Tcp, nameof(options.Network), "cannot be Tcp: SIPSorcery sends over UDP alone");
        Check(options.TcpPort is null, nameof(options.TcpPort), "is not supported: SIPSorcery sends over UDP alone");
        Check(options.Interfaces is null, nameof(options.Interfaces), "is not supported: name the addresses in LocalAddresses");
        Check(options.UdpPorts is null, nameof(options.UdpPorts), "is not supported: SIPSorcery takes a port of the system's choice for each connection");
        Check(options.AnnouncedAddresses is null, nameof(options.AnnouncedAddresses), "is not supported: SIPSorcery names the addresses of its own sockets");
        Check(options.IceTimeout > TimeSpan.Zero, nameof(options.IceTimeout), "must be positive");
        Check(options.DtlsTimeout > TimeSpan.Zero, nameof(options.DtlsTimeout), "must be positive");
        Check(options.ChannelTimeout > TimeSpan.Zero, nameof(options.ChannelTimeout), "must be positive");
        Check(options.ConsentTimeout > TimeSpan.Zero || options.ConsentTimeout == Timeout.InfiniteTimeSpan, nameof(options.ConsentTimeout), "must be positive or infinite");

        TimeProvider clock = options.TimeProvider == TimeProvider.System && timeProvider is not null ? timeProvider : options.TimeProvider;
        ILoggerFactory loggers = options.LoggerFactory ?? loggerFactory ?? NullLoggerFactory.Instance;
        return new SIPSorceryPeerConnection(options, clock, loggers.CreateLogger("OpenAI.Realtime.WebRtc.SIPSorcery"));
    }

    private static void Check(bool isRight, string option, string demand)
    {
        if (!isRight)
            throw new ArgumentException($"{nameof(PeerConnectionOptions)}.{option} {demand}.", option);
    }
}
