using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>How far a response is, or how it ended.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<ResponseState>))]
public readonly record struct ResponseState(string Value) : IOpenValue<ResponseState>
{
    /// <summary><c>in_progress</c>: the model is at it.</summary>
    public static ResponseState InProgress => new("in_progress");

    /// <summary><c>completed</c>: whole.</summary>
    public static ResponseState Completed => new("completed");

    /// <summary><c>cancelled</c>: stopped, by the user's speech or by the client.</summary>
    public static ResponseState Cancelled => new("cancelled");

    /// <summary><c>failed</c>: the service could not answer.</summary>
    public static ResponseState Failed => new("failed");

    /// <summary><c>incomplete</c>: cut off by a limit or a filter.</summary>
    public static ResponseState Incomplete => new("incomplete");

    /// <inheritdoc/>
    public static implicit operator ResponseState(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>Why a response is not whole.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<ResponseEndReason>))]
public readonly record struct ResponseEndReason(string Value) : IOpenValue<ResponseEndReason>
{
    /// <summary><c>turn_detected</c>: the user began to speak.</summary>
    public static ResponseEndReason TurnDetected => new("turn_detected");

    /// <summary><c>client_cancelled</c>: the client cancelled it.</summary>
    public static ResponseEndReason ClientCancelled => new("client_cancelled");

    /// <summary><c>max_output_tokens</c>: it reached its limit of tokens.</summary>
    public static ResponseEndReason MaxOutputTokens => new("max_output_tokens");

    /// <summary><c>content_filter</c>: the filter stopped it.</summary>
    public static ResponseEndReason ContentFilter => new("content_filter");

    /// <inheritdoc/>
    public static implicit operator ResponseEndReason(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>What is limited.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<RateLimitName>))]
public readonly record struct RateLimitName(string Value) : IOpenValue<RateLimitName>
{
    /// <summary><c>requests</c>: how often the model may be asked.</summary>
    public static RateLimitName Requests => new("requests");

    /// <summary><c>tokens</c>: how much it may read and write.</summary>
    public static RateLimitName Tokens => new("tokens");

    /// <inheritdoc/>
    public static implicit operator RateLimitName(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}
