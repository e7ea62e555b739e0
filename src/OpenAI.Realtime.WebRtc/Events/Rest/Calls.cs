using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// The body of <c>POST realtime/calls</c> where SDP and configuration go in one request. It is no JSON: its two fields are parts of <c>multipart/form-data</c>. The reply is an SDP
/// answer, with the call's id in the header <c>Location</c>.
/// </summary>
public sealed record CallCreateRequest
{
    /// <summary>The SDP offer, to its last line break.</summary>
    public required string Sdp { get; init; }

    /// <summary>What the session is to be. Default: null, what the key says.</summary>
    public SessionConfig? Session { get; init; }

    /// <summary>The body, as UTF-8.</summary>
    /// <param name="boundary">What separates the parts; must not occur in them. It belongs into the content type, <c>multipart/form-data; boundary=…</c>.</param>
    public byte[] ToMultipart(string boundary)
    {
        ArgumentException.ThrowIfNullOrEmpty(boundary);
        return Signaling.MultipartCall.Write(boundary, Sdp, Session?.ToUtf8Json() ?? []);
    }
}

/// <summary>The body of <c>POST realtime/calls/{call_id}/reject</c>: turns an incoming SIP call down.</summary>
public sealed record CallRejectRequest : RestObject
{
    /// <summary>The SIP status, such as 486 (busy). Default: null, the service's 603 (decline).</summary>
    public int? StatusCode { get; set; }

    /// <summary>Reads a request.</summary>
    /// <exception cref="JsonException">It is no JSON, or does not fit.</exception>
    public static CallRejectRequest Read(ReadOnlySpan<byte> utf8Json) => Read<CallRejectRequest>(utf8Json);
}

/// <summary>The body of <c>POST realtime/calls/{call_id}/refer</c>: hands a SIP call on.</summary>
public sealed record CallReferRequest : RestObject
{
    /// <summary>To whom: <c>tel:+14155550123</c>, or a <c>sip:</c> address.</summary>
    public required string TargetUri { get; set; }

    /// <summary>Reads a request.</summary>
    /// <exception cref="JsonException">It is no JSON, or does not fit.</exception>
    public static CallReferRequest Read(ReadOnlySpan<byte> utf8Json) => Read<CallReferRequest>(utf8Json);
}

/// <summary>The body of an HTTP error of the service.</summary>
public sealed record ApiErrorReply : RestObject
{
    /// <summary>What is wrong.</summary>
    public required ApiError Error { get; init; }

    /// <summary>Reads an error.</summary>
    /// <exception cref="JsonException">It is no JSON, or does not fit.</exception>
    public static ApiErrorReply Read(ReadOnlySpan<byte> utf8Json) => Read<ApiErrorReply>(utf8Json);
}

/// <summary><c>error</c> of an HTTP error.</summary>
public sealed record ApiError : IHasUnknownFields
{
    /// <summary>What is wrong, for people.</summary>
    public string? Message { get; init; }

    /// <summary>The kind, such as <c>invalid_request_error</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The field that is wrong.</summary>
    public string? Param { get; init; }

    /// <summary>What is wrong, for programs, such as <c>invalid_api_key</c>.</summary>
    public string? Code { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>
/// <c>realtime.call.incoming</c>, a webhook: somebody calls the project's SIP address. Answer with <see cref="RealtimeCalls.AcceptAsync"/> or <see cref="RealtimeCalls.RejectAsync"/>. Check the
/// webhook's signature before you believe it: <c>MapRealtimeWebhooks</c> of the ASP.NET package does, and <see cref="WebhookSecret"/> elsewhere.
/// </summary>
public sealed record RealtimeCallIncoming : RestObject
{
    /// <summary>The event's id, <c>evt_…</c>.</summary>
    public string? Id { get; init; }

    /// <summary><c>event</c>, where the service says so.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; init; }

    /// <summary>When it was sent.</summary>
    [JsonConverter(typeof(UnixSecondsConverter))]
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The kind, <c>realtime.call.incoming</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The call.</summary>
    public required IncomingCall Data { get; init; }

    /// <summary>Reads a webhook's body.</summary>
    /// <exception cref="JsonException">It is no JSON, or does not fit.</exception>
    public static RealtimeCallIncoming Read(ReadOnlySpan<byte> utf8Json) => Read<RealtimeCallIncoming>(utf8Json);
}

/// <summary><c>data</c> of <c>realtime.call.incoming</c>.</summary>
public sealed record IncomingCall : IHasUnknownFields
{
    /// <summary>The call's id, <c>rtc_…</c>.</summary>
    public required string CallId { get; init; }

    /// <summary>The headers of the SIP invitation, such as <c>From</c>.</summary>
    public OptionalList<SipHeader> SipHeaders { get; init; }

    /// <summary>Whether the caller's audio is encrypted between the caller and the service, as SDP agreed; null where the service does not know.</summary>
    public SipMediaSecurity? SipMediaSecurity { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>A header of a SIP message.</summary>
public sealed record SipHeader : IHasUnknownFields
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Its value.</summary>
    public string? Value { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}
