using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>The kind of an error.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<ErrorType>))]
public readonly record struct ErrorType(string Value) : IOpenValue<ErrorType>
{
    /// <summary><c>invalid_request_error</c>: what the client asked for is wrong.</summary>
    public static ErrorType InvalidRequestError => new("invalid_request_error");

    /// <summary><c>server_error</c>: the service failed.</summary>
    public static ErrorType ServerError => new("server_error");

    /// <summary><c>insufficient_quota</c>: the account has no credit left.</summary>
    public static ErrorType InsufficientQuota => new("insufficient_quota");

    /// <inheritdoc/>
    public static implicit operator ErrorType(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>What exactly went wrong. Not in the published description; these are the ones that are known to occur.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<ErrorCode>))]
public readonly record struct ErrorCode(string Value) : IOpenValue<ErrorCode>
{
    /// <summary><c>invalid_event</c>: the event is of an unknown type or has the wrong shape.</summary>
    public static ErrorCode InvalidEvent => new("invalid_event");

    /// <summary><c>invalid_value</c>: a field has a value that it cannot have.</summary>
    public static ErrorCode InvalidValue => new("invalid_value");

    /// <summary><c>session_expired</c>: the session has reached its time limit and ends.</summary>
    public static ErrorCode SessionExpired => new("session_expired");

    /// <summary><c>response_cancel_not_active</c>: there is no response to cancel.</summary>
    public static ErrorCode ResponseCancelNotActive => new("response_cancel_not_active");

    /// <summary><c>conversation_already_has_active_response</c>: a response is running already.</summary>
    public static ErrorCode ConversationAlreadyHasActiveResponse => new("conversation_already_has_active_response");

    /// <summary><c>input_audio_buffer_commit_empty</c>: there is nothing to commit, or less than 100 ms.</summary>
    public static ErrorCode InputAudioBufferCommitEmpty => new("input_audio_buffer_commit_empty");

    /// <summary><c>item_truncate_invalid_item_id</c>: there is no such item to truncate.</summary>
    public static ErrorCode ItemTruncateInvalidItemId => new("item_truncate_invalid_item_id");

    /// <summary><c>unsupported_content_type</c>: that cannot be done with this kind of content.</summary>
    public static ErrorCode UnsupportedContentType => new("unsupported_content_type");

    /// <summary><c>beta_api_shape_disabled</c>: the beta dialect is no longer spoken; choose GA.</summary>
    public static ErrorCode BetaApiShapeDisabled => new("beta_api_shape_disabled");

    /// <summary><c>call_id_not_found</c>: the output belongs to no function call, or the call is gone.</summary>
    public static ErrorCode CallIdNotFound => new("call_id_not_found");

    /// <summary><c>model_not_found</c>: there is no such model, or the key may not use it.</summary>
    public static ErrorCode ModelNotFound => new("model_not_found");

    /// <summary><c>rate_limit_exceeded</c>: too much has been asked for in too short a time.</summary>
    public static ErrorCode RateLimitExceeded => new("rate_limit_exceeded");

    /// <summary><c>insufficient_quota</c>: the account has no credit left.</summary>
    public static ErrorCode InsufficientQuota => new("insufficient_quota");

    /// <inheritdoc/>
    public static implicit operator ErrorCode(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}
