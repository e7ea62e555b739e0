using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>The engine that is used when the caller brings none: the one place that names it.</summary>
internal static class DefaultPeerFactory
{
    public static IPeerConnectionFactory Create(ILoggerFactory? loggerFactory, TimeProvider timeProvider) => new PeerConnectionFactory(loggerFactory, timeProvider);
}
