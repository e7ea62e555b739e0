using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What the driver logs: ids 1000 to 1099. No SDP, no key, no ICE password, no content.</summary>
internal static partial class DriverLog
{
    [LoggerMessage(1000, LogLevel.Debug, "Opened {Count} sockets.")]
    public static partial void Opened(ILogger logger, int count);

    [LoggerMessage(1001, LogLevel.Information, "No socket can be bound to {Address} ({Error}); going on without it.")]
    public static partial void CannotBind(ILogger logger, IPAddress address, SocketError error);

    [LoggerMessage(1002, LogLevel.Debug, "State {State} at {Milliseconds:0.0} ms. {Reason}")]
    public static partial void StateChanged(ILogger logger, PeerState state, double milliseconds, string? reason);

    [LoggerMessage(1003, LogLevel.Debug, "First datagram that could not be sent ({Outcome}): {Length} bytes from {Local} to {Remote}. Further ones are counted.")]
    public static partial void SendFailed(ILogger logger, SendOutcome outcome, TransportAddress local, TransportAddress remote, int length);

    /// <summary>The ordinary end is told by whoever has the session; here it is worth a line at Debug.</summary>
    public static void Ended(ILogger logger, PeerEnd end) =>
        Ended(logger, end.IsOrderly ? LogLevel.Debug : LogLevel.Information, end.Reason, end.Phase, end.Detail);

    [LoggerMessage(EventId = 1004, Message = "The peer connection ended: {Reason} in phase {Phase}. {Detail}")]
    private static partial void Ended(ILogger logger, LogLevel level, PeerEndReason reason, PeerPhase phase, string detail);

    [LoggerMessage(1005, LogLevel.Error, "The engine failed; the connection ends.")]
    public static partial void EngineFailed(ILogger logger, Exception exception);

    [LoggerMessage(1009, LogLevel.Information, "The addresses of this machine have changed: {Added} came, {Gone} went.")]
    public static partial void AddressesChanged(ILogger logger, int added, int gone);

    [LoggerMessage(1010, LogLevel.Information, "ICE has been restarted; the call goes by {Path}.")]
    public static partial void IceRestarted(ILogger logger, string path);

    [LoggerMessage(1011, LogLevel.Warning, "ICE could not be restarted; the call goes on by the path that it has. {Why}")]
    public static partial void IceRestartFailed(ILogger logger, string? why);

    [LoggerMessage(1007, LogLevel.Debug, "A TCP connection with {Remote} is open ({Proxy}).")]
    public static partial void StreamOpened(ILogger logger, TransportAddress remote, string proxy);

    [LoggerMessage(1008, LogLevel.Debug, "The TCP connection with {Remote} has ended: {Why}.")]
    public static partial void StreamEnded(ILogger logger, TransportAddress remote, string why);

    [LoggerMessage(1006, LogLevel.Warning, "The SDP cannot be used: line {Line}: {Problem}")]
    public static partial void SdpRefused(ILogger logger, int line, string problem);
}
