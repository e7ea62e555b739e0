using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Makes connections on the engine that comes with this package. Thread-safe; holds nothing that would have to be disposed.</summary>
/// <param name="loggerFactory">Where connections log whose options name no logger factory. Default: nowhere.</param>
/// <param name="timeProvider">The clock of connections whose options name none but the system's. Default: the system's.</param>
public sealed class PeerConnectionFactory(ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null) : IPeerConnectionFactory
{
    /// <summary>Tests run the portable poller by this.</summary>
    internal WaitThreads WaitThreads { get; init; } = WaitThreads.Shared;

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
        Check(options.IceTimeout > TimeSpan.Zero, nameof(options.IceTimeout), "must be positive");
        Check(options.DtlsTimeout > TimeSpan.Zero, nameof(options.DtlsTimeout), "must be positive");
        Check(options.ChannelTimeout > TimeSpan.Zero, nameof(options.ChannelTimeout), "must be positive");
        Check(options.ConsentTimeout > TimeSpan.Zero || options.ConsentTimeout == Timeout.InfiniteTimeSpan, nameof(options.ConsentTimeout), "must be positive or infinite");

        TimeProvider clock = options.TimeProvider == TimeProvider.System && timeProvider is not null ? timeProvider : options.TimeProvider;
        return new NativePeerConnection(options, clock, WaitThreads, GuardedLogger.Create(options.LoggerFactory ?? loggerFactory, "OpenAI.Realtime.WebRtc.PeerConnection"));
    }

    private static void Check(bool isRight, string option, string demand)
    {
        if (!isRight)
            throw new ArgumentException($"{nameof(PeerConnectionOptions)}.{option} {demand}.", option);
    }
}
