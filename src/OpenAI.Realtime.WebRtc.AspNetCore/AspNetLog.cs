using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>What is logged; ids are stable. Neither keys nor SDP nor content, at any level.</summary>
internal static partial class AspNetLog
{
    public const string Category = "OpenAI.Realtime.WebRtc.AspNetCore";

    // 5001–5019: routes
    [LoggerMessage(5001, LogLevel.Debug, "{Route} refused a request with {Status} ({Code})")]
    public static partial void Refused(this ILogger logger, string route, int status, string code);

    [LoggerMessage(5002, LogLevel.Warning, "{Route} could not serve a request, {Status} ({Code}): {Reason}")]
    public static partial void ServiceFailed(this ILogger logger, string route, int status, string code, string reason);

    [LoggerMessage(5003, LogLevel.Error, "{Route}: {Hook} failed")]
    public static partial void HookFailed(this ILogger logger, string route, string hook, Exception exception);

    [LoggerMessage(5004, LogLevel.Error, "{Route} failed")]
    public static partial void RouteFailed(this ILogger logger, string route, Exception exception);

    [LoggerMessage(5005, LogLevel.Warning, "{Route} is open to everyone who reaches this host: it has neither an authorization policy nor AllowAnonymous(). Outside Development the host would not start")]
    public static partial void OpenInDevelopment(this ILogger logger, string route);

    [LoggerMessage(5006, LogLevel.Debug, "An ephemeral key was minted")]
    public static partial void KeyMinted(this ILogger logger);

    [LoggerMessage(5007, LogLevel.Debug, "Call {CallId} was opened for a page")]
    public static partial void CallOpened(this ILogger logger, string? callId);

    [LoggerMessage(5008, LogLevel.Debug, "Call {CallId} was hung up by its page")]
    public static partial void CallHungUp(this ILogger logger, string callId);

    [LoggerMessage(5009, LogLevel.Warning, "The key provider gave a key that somebody has had already; it was not handed out")]
    public static partial void KeyNotFresh(this ILogger logger);
}
