using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>What is logged; ids are stable. Neither keys nor SDP nor content, at any level.</summary>
internal static partial class TestingLog
{
    [LoggerMessage(4001, LogLevel.Information, "The endpoint listens on {Address}.")]
    public static partial void Listening(this ILogger logger, Uri address);

    [LoggerMessage(4002, LogLevel.Debug, "{Route} answered {Status} (request {RequestId}).")]
    public static partial void Answered(this ILogger logger, RealtimeTestRoute route, int status, string requestId);

    [LoggerMessage(4003, LogLevel.Warning, "{Route} failed (request {RequestId}).")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, RealtimeTestRoute route, string requestId);

    [LoggerMessage(4004, LogLevel.Debug, "Call {CallId} was created.")]
    public static partial void CallCreated(this ILogger logger, string callId);

    [LoggerMessage(4005, LogLevel.Debug, "Call {CallId} is connected.")]
    public static partial void CallConnected(this ILogger logger, string callId);

    [LoggerMessage(4006, LogLevel.Debug, "Call {CallId} has ended: {Detail}")]
    public static partial void CallEnded(this ILogger logger, string callId, string detail);

    [LoggerMessage(4007, LogLevel.Error, "The script's {Hook} failed.")]
    public static partial void HookFailed(this ILogger logger, string hook, Exception exception);

    [LoggerMessage(4008, LogLevel.Error, "Audio could not be sent.")]
    public static partial void AudioFailed(this ILogger logger, Exception exception);

    [LoggerMessage(4009, LogLevel.Warning, "Call {CallId} is ended: its client reads no events.")]
    public static partial void ClientDoesNotRead(this ILogger logger, string callId);

    [LoggerMessage(4010, LogLevel.Warning, "Call {CallId}: an event of {Length} bytes could not be sent.")]
    public static partial void EventNotSent(this ILogger logger, string callId, int length, Exception exception);

    [LoggerMessage(4011, LogLevel.Error, "Call {CallId} failed.")]
    public static partial void CallFailed(this ILogger logger, string callId, Exception exception);

    [LoggerMessage(4012, LogLevel.Debug, "Call {CallId} has a sideband.")]
    public static partial void SidebandAttached(this ILogger logger, string callId);

    [LoggerMessage(4013, LogLevel.Debug, "Call {CallId} has lost a sideband.")]
    public static partial void SidebandGone(this ILogger logger, string callId);
}
