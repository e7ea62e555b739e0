using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Makes connections on the engine that comes with this package. Thread-safe; holds nothing that would have to be disposed.</summary>
/// <param name="loggerFactory">Where connections log whose options name no logger factory. Default: nowhere.</param>
/// <param name="timeProvider">The clock of connections whose options name none but the system's. Default: the system's.</param>
public sealed class PeerConnectionFactory(ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null) : IPeerConnectionFactory
{
    /// <summary>Tests run the portable poller by this.</summary>
    internal WaitThreads WaitThreads { get; init; } = WaitThreads.Shared;

    /// <summary>Tests have addresses come and go by this.</summary>
    internal AddressWatch AddressWatch { get; init; } = AddressWatch.System;

    /// <inheritdoc/>
    public IPeerConnection Create(PeerConnectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        TimeProvider clock = options.TimeProvider == TimeProvider.System && timeProvider is not null ? timeProvider : options.TimeProvider;
        return new NativePeerConnection(options, clock, WaitThreads, AddressWatch, GuardedLogger.Create(options.LoggerFactory ?? loggerFactory, "OpenAI.Realtime.WebRtc.PeerConnection"));
    }
}
