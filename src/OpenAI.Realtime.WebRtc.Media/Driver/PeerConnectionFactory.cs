using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Makes connections on the engine that comes with this package. Thread-safe; holds nothing that would have to be disposed.</summary>
/// <param name="loggerFactory">Where connections log whose options name no logger factory. Default: nowhere.</param>
/// <param name="timeProvider">The clock of connections whose options name none but the system's. Default: the system's.</param>
public sealed class PeerConnectionFactory(ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null) : IPeerConnectionFactory
{
    private const int MaxAnnouncedAddresses = 16;

    /// <summary>Tests run the portable poller by this.</summary>
    internal WaitThreads WaitThreads { get; init; } = WaitThreads.Shared;

    /// <summary>Tests have addresses come and go by this.</summary>
    internal AddressWatch AddressWatch { get; init; } = AddressWatch.System;

    /// <inheritdoc/>
    public IPeerConnection Create(PeerConnectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(!string.IsNullOrEmpty(options.ChannelLabel) || options.NegotiatedChannelId is not null, nameof(options.ChannelLabel), "must not be empty");
        // RFC 8832 §5.1 counts the label in 16 bits; 65535 is no stream (RFC 8831 §6.2).
        Check(System.Text.Encoding.UTF8.GetByteCount(options.ChannelLabel) <= 1024, nameof(options.ChannelLabel), "must have at most 1,024 bytes");
        Check(options.NegotiatedChannelId is null or (>= 0 and <= 65534), nameof(options.NegotiatedChannelId), "must be from 0 to 65534");
        Check(Enum.IsDefined(options.AudioDirection), nameof(options.AudioDirection), "is not a direction");
        Check(options.MaxIncomingMessageSize >= 1024, nameof(options.MaxIncomingMessageSize), "must be at least 1,024");
        Check(options.SendBufferSize >= 1024, nameof(options.SendBufferSize), "must be at least 1,024");
        Check(options.LocalAddresses is null || options.LocalAddresses.Count > 0, nameof(options.LocalAddresses), "must be null or name at least one address");
        Check(Enum.IsDefined(options.Network), nameof(options.Network), "is not a network");
        Check(options.TcpPort is null or (>= 0 and <= 65535), nameof(options.TcpPort), "must be from 0 to 65535");
        Check(options.Interfaces is null || options.LocalAddresses is null, nameof(options.Interfaces), "and LocalAddresses are both set: leave one of the two out");
        Check(options.Interfaces is null || (options.Interfaces.Count > 0 && !options.Interfaces.Any(string.IsNullOrWhiteSpace)), nameof(options.Interfaces), "must be null or name at least one interface");
        Check(options.UdpPorts is null || options.UdpPorts.Value.Count > 0, nameof(options.UdpPorts), "must be null or name ports from 1 to 65535");
        Check(options.AnnouncedAddresses is null or { Count: >= 1 and <= MaxAnnouncedAddresses }, nameof(options.AnnouncedAddresses), $"must be null or name 1 to {MaxAnnouncedAddresses} addresses");
        Check(options.AnnouncedAddresses is null || !options.AnnouncedAddresses.Any(IsNoHost), nameof(options.AnnouncedAddresses), "must name addresses that lead to one machine, not any, broadcast or multicast");
        Check(options.IceTimeout > TimeSpan.Zero, nameof(options.IceTimeout), "must be positive");
        Check(options.DtlsTimeout > TimeSpan.Zero, nameof(options.DtlsTimeout), "must be positive");
        Check(options.ChannelTimeout > TimeSpan.Zero, nameof(options.ChannelTimeout), "must be positive");
        Check(options.ConsentTimeout > TimeSpan.Zero || options.ConsentTimeout == Timeout.InfiniteTimeSpan, nameof(options.ConsentTimeout), "must be positive or infinite");

        TimeProvider clock = options.TimeProvider == TimeProvider.System && timeProvider is not null ? timeProvider : options.TimeProvider;
        return new NativePeerConnection(options, clock, WaitThreads, AddressWatch, GuardedLogger.Create(options.LoggerFactory ?? loggerFactory, "OpenAI.Realtime.WebRtc.PeerConnection"));
    }

    private static bool IsNoHost(IPAddress? address) =>
        address is null || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Broadcast) || address.IsIPv6Multicast
        || (address.AddressFamily == AddressFamily.InterNetwork && (address.GetAddressBytes()[0] & 0xF0) == 0xE0);

    private static void Check(bool isRight, string option, string demand)
    {
        if (!isRight)
            throw new ArgumentException($"{nameof(PeerConnectionOptions)}.{option} {demand}.", option);
    }
}
