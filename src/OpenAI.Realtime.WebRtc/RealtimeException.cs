using System.Net;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// What goes wrong between this package and a service: connecting (<see cref="RealtimeConnectException"/>), controlling a call (<see cref="RealtimeCallException"/>), using a session
/// that has ended (<see cref="RealtimeSessionEndedException"/>), and what packages above this one add. The message says what happened and what to do; it never holds a key.
/// </summary>
public abstract class RealtimeException : Exception
{
    /// <summary>For the packages above this one, whose failures are of the same kind.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="message">What happened and what to do, without a secret.</param>
    /// <param name="innerException">What caused it.</param>
    protected RealtimeException(RealtimeFailure failure, string message, Exception? innerException)
        : base(message, innerException) => Failure = failure;

    /// <summary>Why, as a value to branch on.</summary>
    public RealtimeFailure Failure { get; }

    /// <summary>All that an HTTP answer said about its failure.</summary>
    internal ServiceError Said
    {
        init => (HttpStatus, ErrorCode, ErrorType, Param, RequestId, RetryAfter) = (value.Status, value.Code, value.Type, value.Param, value.RequestId, value.RetryAfter);
    }

    /// <summary>The status of the HTTP answer, when there was one.</summary>
    public HttpStatusCode? HttpStatus { get; init; }

    /// <summary><c>error.code</c> of the service's error, such as <c>invalid_api_key</c>.</summary>
    public string? ErrorCode { get; init; }

    /// <summary><c>error.type</c> of the service's error, such as <c>invalid_request_error</c>.</summary>
    public string? ErrorType { get; init; }

    /// <summary><c>error.param</c> of the service's error: the field that is wrong.</summary>
    public string? Param { get; init; }

    /// <summary>The service's <c>x-request-id</c>, for its support.</summary>
    public string? RequestId { get; init; }

    /// <summary>How long the service asks to wait before the next try (<c>Retry-After</c>).</summary>
    public TimeSpan? RetryAfter { get; init; }
}
