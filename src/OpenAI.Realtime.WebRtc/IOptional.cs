namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// A field that can be left unset, whatever its type: <see cref="Optional{T}"/>, <see cref="OptionalValue{T}"/>, <see cref="OptionalList{T}"/>. For code that walks through objects of the API, such as
/// that of another package which describes an API in the same way.
/// </summary>
public interface IOptional
{
    /// <summary>Whether the field is set, be it to null.</summary>
    bool IsSet { get; }

    /// <summary>The object that it is set to, where that may hold fields of its own; otherwise null.</summary>
    object? Content { get; }
}
