using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

/// <summary>
/// What the adapter logs: ids 1200 to 1299. No SDP, no key, no content. SIPSorcery itself logs where its own <c>LogFactory</c> says, which is a matter
/// of the process.
/// </summary>
internal static partial class SIPSorceryLog
{
    [LoggerMessage(1200, LogLevel.Debug, "{State}.")]
    public static partial void Entered(ILogger logger, PeerState state);

    /// <summary>The ordinary end is told by whoever has the session; here it is worth a line at Debug.</summary>
    public static void Ended(ILogger logger, PeerEnd end) =>
        Ended(logger, end.IsOrderly ? LogLevel.Debug : LogLevel.Information, end.Phase, end.Reason, end.Detail);

    [LoggerMessage(EventId = 1201, Message = "Ended while in {Phase}: {Reason}. {Detail}")]
    private static partial void Ended(ILogger logger, LogLevel level, PeerPhase phase, PeerEndReason reason, string detail);

    [LoggerMessage(1202, LogLevel.Warning, "SIPSorcery threw while {Doing}.")]
    public static partial void Threw(ILogger logger, Exception exception, string doing);
}
