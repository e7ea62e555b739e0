using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Orleans;

/// <summary>What is logged; ids are stable. Neither keys nor content, at any level.</summary>
internal static partial class CallAgentsLog
{
    [LoggerMessage(7001, LogLevel.Information, "Call {CallId} is led from here; attached {Attachments} times")]
    public static partial void Attached(this ILogger logger, string callId, int attachments);

    [LoggerMessage(7002, LogLevel.Information, "Call {CallId} has ended; attached {Attachments} times, {Tokens} tokens: {Detail}")]
    public static partial void CallEnded(this ILogger logger, string callId, int attachments, long tokens, string detail);

    [LoggerMessage(7003, LogLevel.Warning, "Call {CallId} is not led at the moment; the reminder tries again")]
    public static partial void LeadingFailed(this ILogger logger, string callId, Exception exception);

    [LoggerMessage(7004, LogLevel.Warning, "Call {CallId}: a call of tool {Tool} that a crash had cut off was answered; run again: {IsAgain}")]
    public static partial void AnsweredAfterCrash(this ILogger logger, string callId, string tool, bool isAgain);

    [LoggerMessage(7005, LogLevel.Warning, "Call {CallId}: something failed beside the conversation, which goes on")]
    public static partial void WorkFailed(this ILogger logger, string callId, Exception exception);
}
