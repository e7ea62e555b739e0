using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Diagnostics;

/// <summary>
/// All that the SDK logs, with ids that stay. Keys and ICE passwords stand in none of them; the content of a conversation only at Trace.
/// </summary>
internal static partial class Log
{
    // 1–9: HTTP
    [LoggerMessage(1, LogLevel.Debug, "POST {Address} answered {Status} after {Milliseconds:0.0} ms (request id {RequestId})")]
    public static partial void HttpAnswered(this ILogger logger, string address, int status, double milliseconds, string? requestId);

    [LoggerMessage(2, LogLevel.Debug, "Call {CallId} hung up")]
    public static partial void HungUp(this ILogger logger, string callId);

    [LoggerMessage(3, LogLevel.Warning, "Call {CallId} may still be open: {Reason}")]
    public static partial void HangUpFailed(this ILogger logger, string callId, string reason);

    [LoggerMessage(4, LogLevel.Information, "The service refused a kept key; asking for a new one")]
    public static partial void KeyRefusedOnce(this ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "Keys travel unencrypted: {Address} is neither https nor on this machine")]
    public static partial void KeysInClearText(this ILogger logger, string address);

    // 10–19: connecting
    [LoggerMessage(10, LogLevel.Debug, "Connecting to {Endpoint} ({Dialect}, {Model})")]
    public static partial void Connecting(this ILogger logger, string endpoint, RealtimeDialect dialect, string model);

    [LoggerMessage(11, LogLevel.Information, "Connected after {Milliseconds:0.0} ms, call {CallId}")]
    public static partial void Connected(this ILogger logger, double milliseconds, string? callId);

    [LoggerMessage(12, LogLevel.Warning, "Connecting failed in phase {Phase} after {Milliseconds:0.0} ms ({Failure}): {Reason}")]
    public static partial void ConnectFailed(this ILogger logger, ConnectPhase phase, double milliseconds, RealtimeFailure failure, string reason);

    [LoggerMessage(13, LogLevel.Debug, "Connecting was cancelled after {Milliseconds:0.0} ms")]
    public static partial void ConnectCancelled(this ILogger logger, double milliseconds);

    [LoggerMessage(14, LogLevel.Debug, "Warming up failed: {Reason}")]
    public static partial void WarmUpFailed(this ILogger logger, string reason);

    // 20–29: the session
    [LoggerMessage(20, LogLevel.Debug, "Session is {State} ({Reason})")]
    public static partial void SessionState(this ILogger logger, SessionState state, string? reason);

    [LoggerMessage(21, LogLevel.Information, "Session ended ({Reason}): {Detail}")]
    public static partial void SessionEnded(this ILogger logger, SessionEndReason reason, string detail);

    [LoggerMessage(22, LogLevel.Warning, "The service reports an error: {Code}: {Text}")]
    public static partial void ServiceError(this ILogger logger, string? code, string? text);

    [LoggerMessage(23, LogLevel.Warning, "Event {Type} does not fit its type: {Reason}")]
    public static partial void MalformedEvent(this ILogger logger, string type, string reason);

    [LoggerMessage(24, LogLevel.Debug, "Event {Type} is not known to this version")]
    public static partial void UnknownEvent(this ILogger logger, string type);

    [LoggerMessage(25, LogLevel.Warning, "Nobody reads the events; the oldest are being dropped ({Dropped} so far)")]
    public static partial void EventsDropped(this ILogger logger, long dropped);

    [LoggerMessage(26, LogLevel.Error, "{Part} failed")]
    public static partial void PartFailed(this ILogger logger, string part, Exception exception);

    [LoggerMessage(30, LogLevel.Trace, "received {Json}")]
    public static partial void Received(this ILogger logger, string json);

    [LoggerMessage(31, LogLevel.Trace, "sent {Json}")]
    public static partial void Sent(this ILogger logger, string json);

    // 40–49: a sideband
    [LoggerMessage(40, LogLevel.Information, "Attached to {CallId} after {Milliseconds:0.0} ms")]
    public static partial void Attached(this ILogger logger, string callId, double milliseconds);

    [LoggerMessage(41, LogLevel.Debug, "Attaching to {CallId} in {Milliseconds:0} ms: {Reason}")]
    public static partial void AttachingLater(this ILogger logger, string callId, double milliseconds, string reason);
}
