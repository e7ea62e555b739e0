using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// A field with three states: not set (not written at all, so the service keeps what it has), null (written as <c>null</c>, which
/// switches the feature off where the service allows it), and a value.
/// </summary>
/// <typeparam name="T">The field's type; nullable where the service accepts null.</typeparam>
/// <remarks>A value converts implicitly: <c>Voice = "marin"</c>, <c>TurnDetection = null</c>. The default is "not set".</remarks>
[JsonConverter(typeof(OptionalConverterFactory))]
public readonly struct Optional<T> : IOptional, IEquatable<Optional<T>>
{
    private readonly T _value;

    /// <summary>Not for use: <c>new()</c> would look like a value and mean "not set".</summary>
    [Obsolete("Write the value itself, such as new InputTranscription(), or leave the field out: new() alone would mean \"not set\".", error: true)]
    public Optional() => _value = default!;

    /// <summary>Makes a field that is set.</summary>
    /// <param name="value">What it is set to; may be null where <typeparamref name="T"/> allows it.</param>
    public Optional(T value)
    {
        _value = value;
        IsSet = true;
    }

    /// <summary>Whether the field is set, be it to null.</summary>
    public bool IsSet { get; }

    /// <summary>What the field is set to; the type's default when it is not set.</summary>
    public T Value => _value;

    object? IOptional.Content => typeof(T).IsValueType ? null : _value;

    /// <summary>Sets a field.</summary>
    public static implicit operator Optional<T>(T value) => new(value);

    /// <inheritdoc/>
    public bool Equals(Optional<T> other) =>
        IsSet == other.IsSet && EqualityComparer<T>.Default.Equals(_value, other._value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Optional<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsSet, _value);

    /// <summary>Whether both are set alike.</summary>
    public static bool operator ==(Optional<T> left, Optional<T> right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(Optional<T> left, Optional<T> right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => !IsSet ? "(not set)" : _value?.ToString() ?? "null";
}
