using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>
/// A request that ends with <c>application/problem+json</c> (RFC 9457). Title and detail are sentences of ours: what the service said stays in the host's
/// log, but for its error code and request id.
/// </summary>
internal sealed class HttpProblem(int status, string code, string title, string? detail = null, Exception? cause = null) : Exception(title, cause)
{
    public int Status => status;

    /// <summary>A stable name for programs, in the problem's member <c>code</c>.</summary>
    public string Code => code;

    public TimeSpan? RetryAfter { get; init; }

    public string? ServiceCode { get; init; }

    public string? RequestId { get; init; }

    public async Task WriteAsync(HttpContext context)
    {
        if (RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = ((long)Math.Max(1, Math.Ceiling(wait.TotalSeconds))).ToString(CultureInfo.InvariantCulture);
        Dictionary<string, object?> extensions = new(StringComparer.Ordinal) { ["code"] = code };
        if (ServiceCode is not null)
            extensions["service_code"] = ServiceCode;
        if (RequestId is not null)
            extensions["request_id"] = RequestId;
        await TypedResults.Problem(detail, statusCode: status, title: Message, extensions: extensions).ExecuteAsync(context).ConfigureAwait(false);
    }

    public static HttpProblem TooLarge(int max) => new(StatusCodes.Status413PayloadTooLarge, "too_large", "The request is too large.", $"At most {max} bytes are read.");

    /// <summary>What the page is told when the service, or the way to it, failed.</summary>
    public static HttpProblem From(RealtimeConnectException e) => (e.Failure, e.HttpStatus) switch
    {
        (RealtimeFailure.KeyRefused, _) => Of(e, 502, "host_refused", "The service did not accept this host.", "The host's API key, its permissions or its region were refused. Its log says more."),
        (_, HttpStatusCode.TooManyRequests) => Of(e, 503, "service_busy", "The service takes no more calls of this host at the moment.", "Try again a little later."),
        (_, HttpStatusCode.ServiceUnavailable) => Of(e, 503, "service_busy", "The service is not available at the moment.", "Try again a little later."),
        (RealtimeFailure.RequestRejected, HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity) when e.Param is "sdp" or "transport.sdp" =>     // of the Live API
            Of(e, 422, "offer_refused", "The service cannot use this offer.", "It needs one audio track and a data channel."),
        (RealtimeFailure.RequestRejected, { } status) when (int)status < 500 => Of(e, 502, "call_refused", "The service refused the call.", "The host's session configuration may be at fault. Its log says more."),
        (RealtimeFailure.EndpointUnreachable, null) when e.InnerException is OperationCanceledException => Of(e, 504, "service_timeout", "The service did not answer in time.", "Try again."),
        (RealtimeFailure.EndpointUnreachable, _) => Of(e, 502, "service_unreachable", "The service cannot be reached from this host.", "Try again; the host's log says more."),
        (RealtimeFailure.IceFailed or RealtimeFailure.DtlsFailed or RealtimeFailure.ChannelNeverOpened, _) =>
            Of(e, 504, "service_unreachable", "The host found no way to the service for the call.", "The host's log says more."),
        (RealtimeFailure.KeyUnusable, null) => Of(e, 500, "host_failed", "The host has no key for the service.", "Its log says more."),
        (RealtimeFailure.Internal or RealtimeFailure.NoLocalAddress, _) => Of(e, 500, "host_failed", "The host could not open the call.", "Its log says more."),
        _ => Of(e, 502, "service_failed", "The service failed.", "Try again; the host's log says more."),
    };

    private static HttpProblem Of(RealtimeConnectException e, int status, string code, string title, string detail) => new(status, code, title, detail, e)
    {
        RetryAfter = status == 503 ? e.RetryAfter : null,
        ServiceCode = e.ErrorCode is { Length: <= 100 } named ? Redaction.Hide(named) : null,
        RequestId = e.RequestId is { Length: <= 200 } id ? Redaction.Hide(id) : null,
    };
}
