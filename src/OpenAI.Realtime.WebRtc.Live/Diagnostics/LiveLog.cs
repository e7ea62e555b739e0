using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Live.Diagnostics;

/// <summary>What this package logs beside what it has in common with the other API, whose ids go to 41. Keys and ICE passwords stand in none of them; the content of a conversation only at Trace.</summary>
internal static partial class LiveLog
{
    [LoggerMessage(42, LogLevel.Information, "Live session {SessionId} is closed ({Reason}), {Seconds:0.###} s are charged for")]
    public static partial void Closed(this ILogger logger, string? sessionId, string? reason, double? seconds);

    [LoggerMessage(43, LogLevel.Warning, "The service did not confirm within {Seconds:0.###} s that Live session {SessionId} is closed")]
    public static partial void CloseUnconfirmed(this ILogger logger, string? sessionId, double seconds);

    [LoggerMessage(44, LogLevel.Debug, "The service remarks: {Code}: {Text}")]
    public static partial void Remark(this ILogger logger, string? code, string? text);

    [LoggerMessage(45, LogLevel.Warning, "A text could not be appended, or not with certainty: {Reason}")]
    public static partial void NotAppended(this ILogger logger, string reason);

    [LoggerMessage(46, LogLevel.Warning, "The program's code for {Task} threw")]
    public static partial void TaskFailed(this ILogger logger, string task, Exception exception);

    [LoggerMessage(47, LogLevel.Warning, "Task {Task} did not end within {Seconds:0.###} s and was given up")]
    public static partial void TaskTimedOut(this ILogger logger, string task, double seconds);

    [LoggerMessage(48, LogLevel.Error, "The Responses model cannot go on in this session: {Why} It was given {Items} items, {Bytes} bytes")]
    public static partial void BackendExhausted(this ILogger logger, string why, int items, int bytes);

    [LoggerMessage(49, LogLevel.Warning, "Decisions come faster than they are acted on; the oldest was dropped")]
    public static partial void DecisionDropped(this ILogger logger);

    [LoggerMessage(52, LogLevel.Warning, "Connected, but nothing has been heard or read of the service for {Seconds:0} s: its audio may not have started")]
    public static partial void NothingHeard(this ILogger logger, double seconds);

    [LoggerMessage(50, LogLevel.Debug, "Connecting a Live session to {Endpoint} ({Model})")]
    public static partial void ConnectingLive(this ILogger logger, string endpoint, string model);

    [LoggerMessage(51, LogLevel.Information, "Live session {SessionId} has started after {Milliseconds:0.0} ms")]
    public static partial void Started(this ILogger logger, string? sessionId, double milliseconds);
}
