using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Live.Diagnostics;

/// <summary>What this package logs beside what it has in common with the other API. Keys and ICE passwords stand in none of them; the content of a conversation only at Trace.</summary>
internal static partial class LiveLog
{
    [LoggerMessage(40, LogLevel.Debug, "Connecting a Live session to {Endpoint} ({Model})")]
    public static partial void ConnectingLive(this ILogger logger, string endpoint, string model);

    [LoggerMessage(41, LogLevel.Information, "Live session {SessionId} has started after {Milliseconds:0.0} ms")]
    public static partial void Started(this ILogger logger, string? sessionId, double milliseconds);

    [LoggerMessage(42, LogLevel.Information, "Live session {SessionId} is closed ({Reason}), {Seconds:0.###} s are charged for")]
    public static partial void Closed(this ILogger logger, string? sessionId, string? reason, double? seconds);

    [LoggerMessage(43, LogLevel.Warning, "The service did not confirm within {Seconds:0.###} s that Live session {SessionId} is closed")]
    public static partial void CloseUnconfirmed(this ILogger logger, string? sessionId, double seconds);

    [LoggerMessage(44, LogLevel.Debug, "The service remarks: {Code}: {Text}")]
    public static partial void Remark(this ILogger logger, string? code, string? text);
}
