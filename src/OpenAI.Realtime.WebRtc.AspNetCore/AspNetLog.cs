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

    [LoggerMessage(5008, LogLevel.Debug, "Call {CallId} was hung up for its page")]
    public static partial void CallHungUp(this ILogger logger, string callId);

    [LoggerMessage(5009, LogLevel.Warning, "The key provider gave a key that somebody has had already; it was not handed out")]
    public static partial void KeyNotFresh(this ILogger logger);

    [LoggerMessage(5010, LogLevel.Warning, "Call {CallId} may still be open, though its page has gone: {Reason}")]
    public static partial void CallLeftOpen(this ILogger logger, string callId, string reason);

    [LoggerMessage(5011, LogLevel.Warning, "The other hosts do not know who opened call {CallId}, so only this one lets it be hung up: the cache failed. {Reason}")]
    public static partial void CallOwnerNotShared(this ILogger logger, string callId, string reason);

    [LoggerMessage(5012, LogLevel.Warning, "A call of another host's was not hung up, because the cache did not say who opened it: {Reason}")]
    public static partial void CallOwnerUnknown(this ILogger logger, string reason);

    [LoggerMessage(5013, LogLevel.Debug, "Who opened call {CallId} stays in the cache for up to two hours, though the call has ended: {Reason}")]
    public static partial void CallOwnerKept(this ILogger logger, string callId, string reason);

    [LoggerMessage(5014, LogLevel.Debug, "{Route}: who opened which call is known to {Where}")]
    public static partial void OwnersKept(this ILogger logger, string route, string where);

    [LoggerMessage(5015, LogLevel.Debug, "Call {CallId}: what the host does beside it has begun")]
    public static partial void CallAttended(this ILogger logger, string callId);

    [LoggerMessage(5016, LogLevel.Error, "Call {CallId} is being hung up, because OnCall failed")]
    public static partial void CallAttendantFailed(this ILogger logger, string callId, Exception exception);

    [LoggerMessage(5017, LogLevel.Debug, "Call {CallId}: what the host does beside it has ended")]
    public static partial void CallLetGo(this ILogger logger, string callId);

    [LoggerMessage(5018, LogLevel.Information, "Call {CallId} is being hung up, because the page that opened it has not connected in time")]
    public static partial void PageNotConnected(this ILogger logger, string callId);

    // 5020–5029: bridged calls
    [LoggerMessage(5020, LogLevel.Information, "Bridged call {BridgeId} has begun, call {CallId} at the service")]
    public static partial void BridgeStarted(this ILogger logger, string bridgeId, string? callId);

    [LoggerMessage(5021, LogLevel.Debug, "Bridged call {BridgeId}: the page is connected")]
    public static partial void BridgeConnected(this ILogger logger, string bridgeId);

    [LoggerMessage(5022, LogLevel.Information, "Bridged call {BridgeId} has ended ({Reason}) after {Seconds:0.0} s: {Detail}")]
    public static partial void BridgeEnded(this ILogger logger, string bridgeId, RealtimeBridgeEndReason reason, double seconds, string detail);

    [LoggerMessage(5023, LogLevel.Error, "Bridged call {BridgeId} failed")]
    public static partial void BridgeFailed(this ILogger logger, string bridgeId, Exception exception);

    [LoggerMessage(5024, LogLevel.Error, "Bridged call {BridgeId}: the handler's {Hook} failed ({Failures} times until now; the 1st, 2nd, 4th, 8th … are logged)")]
    public static partial void HandlerFailed(this ILogger logger, string bridgeId, string hook, int failures, Exception exception);

    [LoggerMessage(5025, LogLevel.Debug, "Bridged call {BridgeId}: an event of the page was refused: {Reason}")]
    public static partial void PageEventRefused(this ILogger logger, string bridgeId, string reason);

    [LoggerMessage(5026, LogLevel.Warning, "Bridged call {BridgeId}: an event of {Length} bytes is larger than the page accepts")]
    public static partial void EventTooLarge(this ILogger logger, string bridgeId, int length, Exception exception);

    [LoggerMessage(5027, LogLevel.Information, "The host stops: {Calls} bridged calls are being ended")]
    public static partial void BridgeDraining(this ILogger logger, int calls);

    [LoggerMessage(5028, LogLevel.Warning, "Bridged call {BridgeId}: the page does not take its events, and more than {Bytes} bytes wait for it; the call is being ended")]
    public static partial void PageStalled(this ILogger logger, string bridgeId, int bytes);

    [LoggerMessage(5029, LogLevel.Debug, "Bridged call {BridgeId}: the page has offered again, to restart ICE or to go on as it is")]
    public static partial void BridgeRestarted(this ILogger logger, string bridgeId);

    // 5030–5039: webhooks
    [LoggerMessage(5030, LogLevel.Information, "Webhook {WebhookId} came again; it has been handled and is not handled anew")]
    public static partial void WebhookReplayed(this ILogger logger, string webhookId);

    [LoggerMessage(5031, LogLevel.Warning, "Webhook {WebhookId} is signed, but its time is {Seconds:0} s off this host's; is a clock wrong, or is it a replay?")]
    public static partial void WebhookOutOfTime(this ILogger logger, string webhookId, double seconds);

    [LoggerMessage(5032, LogLevel.Warning, "A webhook of kind {Type} ({WebhookId}) was answered with 200 and not handled: there is no handler for it")]
    public static partial void WebhookNotHandled(this ILogger logger, string type, string webhookId);

    [LoggerMessage(5033, LogLevel.Warning, "The other hosts may not know that a webhook has come, since the cache failed: {Reason}")]
    public static partial void WebhookIdsNotShared(this ILogger logger, string reason);

    [LoggerMessage(5034, LogLevel.Warning, "{Route} refused {Count} webhooks (400) since this was last said, at most once a minute: they are signed by none of the secrets that are set ({Secrets}). If they are the platform's, the secret is another's or an old one, and no call comes through: set the one that the platform shows for this address (whsec_…)")]
    public static partial void SignatureRefused(this ILogger logger, string route, long count, int secrets);

    [LoggerMessage(5035, LogLevel.Warning, "{Route}: secret {Number} of {Secrets} does not begin with whsec_ and is taken byte by byte. The platform's look like whsec_MfKQ…: is it another setting's value?")]
    public static partial void SecretUnusual(this ILogger logger, string route, int number, int secrets);
}
