using System.Net;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>What the options of a client mean for a connection.</summary>
internal static class PeerOptionsOf
{
    public static PeerConnectionOptions Client(OpenAIRealtimeWebRtcOptions options, TimeProvider timeProvider, ILoggerFactory? loggerFactory) => new()
    {
        ChannelLabel = options.ChannelLabel,
        NegotiatedChannelId = options.NegotiatedChannelId,
        MaxIncomingMessageSize = options.MaxEventSize,
        IncludeLoopback = options.IncludeLoopback ?? options.Endpoint.IsLoopback,
        LocalAddresses = Addresses(options.LocalAddresses),
        Interfaces = options.Interfaces.Count == 0 ? null : [.. options.Interfaces],
        UdpPorts = options.UdpPorts is { } ports ? PortRange.Parse(ports) : null,
        AnnouncedAddresses = Addresses(options.AnnouncedAddresses),
        AnnounceLocalAddresses = options.AnnounceLocalAddresses,
        IceTimeout = options.IceTimeout,
        Network = options.Network,
        Proxy = HttpProxy.Of(options) ?? HttpClient.DefaultProxy,
        DtlsTimeout = options.DtlsTimeout,
        ChannelTimeout = options.ChannelTimeout,
        TimeProvider = timeProvider,
        LoggerFactory = loggerFactory,
    };

    private static IPAddress[]? Addresses(IList<string> texts) => texts.Count == 0 ? null : [.. texts.Select(IPAddress.Parse)];
}
