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
