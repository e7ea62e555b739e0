using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>What is logged; ids are stable. Neither what is said nor what tools are given or give, at any level; an exception of a tool may hold some of it, so it is shown at Debug alone.</summary>
internal static partial class AgentsLog
{
    public const string Category = "OpenAI.Realtime.WebRtc.Agents";

    [LoggerMessage(6001, LogLevel.Information, "Conversation with {Agent} has begun, call {CallId}")]
    public static partial void ConversationStarted(this ILogger logger, string agent, string? callId);

    [LoggerMessage(6002, LogLevel.Information, "Conversation has ended ({Reason}): {Detail}")]
    public static partial void ConversationEnded(this ILogger logger, ConversationEndReason reason, string detail);

    [LoggerMessage(6003, LogLevel.Debug, "Tool {Tool} is {Status} after {Milliseconds:0} ms")]
    public static partial void ToolEnded(this ILogger logger, string tool, ToolCallStatus status, double milliseconds);

    [LoggerMessage(6004, LogLevel.Debug, "Tool {Tool} threw")]
    public static partial void ToolFailed(this ILogger logger, string tool, Exception exception);

    [LoggerMessage(6005, LogLevel.Warning, "A response that was to follow by itself did not come: {Code}: {Text}")]
    public static partial void FollowUpFailed(this ILogger logger, string? code, string? text);

    [LoggerMessage(6006, LogLevel.Warning, "Nobody reads the updates; the oldest are being dropped ({Lost} so far)")]
    public static partial void UpdatesLost(this ILogger logger, long lost);

    [LoggerMessage(6007, LogLevel.Error, "The conversation failed")]
    public static partial void ConversationFailed(this ILogger logger, Exception exception);

    [LoggerMessage(6008, LogLevel.Information, "{From} has handed the conversation over to {To}")]
    public static partial void HandedOver(this ILogger logger, string from, string to);

    [LoggerMessage(6009, LogLevel.Warning, "{Event} could not be sent: {Reason}")]
    public static partial void NotSent(this ILogger logger, string @event, string reason);

    [LoggerMessage(6010, LogLevel.Information, "Call {CallId} has taken the place of {PreviousCallId} ({Why}) after {Gap:0} ms without one; {Untold} items of the history could not be told")]
    public static partial void CallExchanged(this ILogger logger, string? callId, string? previousCallId, string why, double gap, int untold);

    [LoggerMessage(6011, LogLevel.Warning, "The next call could not be opened (attempt {Attempt}), the conversation goes on in the old one: {Failure}: {Text}")]
    public static partial void RotationFailed(this ILogger logger, int attempt, string failure, string text);

    [LoggerMessage(6012, LogLevel.Warning, "The call was lost ({Reason}), another is being opened: {Detail}")]
    public static partial void CallLost(this ILogger logger, SessionEndReason reason, string detail);

    [LoggerMessage(6013, LogLevel.Warning, "Attempt {Attempt} to replace the call failed: {Failure}: {Text}")]
    public static partial void ReconnectFailed(this ILogger logger, int attempt, string failure, string text);

    [LoggerMessage(6014, LogLevel.Information, "Guardrail {Guardrail}: {Outcome}")]
    public static partial void Guardrail(this ILogger logger, string guardrail, string outcome);

    [LoggerMessage(6015, LogLevel.Debug, "Guardrail {Guardrail} threw")]
    public static partial void GuardrailFailed(this ILogger logger, string guardrail, Exception exception);
}
