using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// A field with three states, as <see cref="Optional{T}"/>, whose value is a name out of an open set. Takes text as well: <c>Voice = "marin"</c> is
/// <c>Voice = Voice.Marin</c>.
/// </summary>
/// <typeparam name="T">The open set, such as <see cref="Events.Voice"/>.</typeparam>
[JsonConverter(typeof(OptionalConverterFactory))]
public readonly struct OptionalValue<T> : IOptional, IEquatable<OptionalValue<T>>
    where T : struct, IOpenValue<T>
{
    /// <summary>Not for use: <c>new()</c> would look like a value and mean "not set".</summary>
    [Obsolete("Write the value itself, such as Voice.Marin or \"marin\", or leave the field out: new() alone would mean \"not set\".", error: true)]
    public OptionalValue() => Value = null;

    /// <summary>Makes a field that is set.</summary>
    /// <param name="value">What it is set to; null writes <c>null</c>.</param>
    public OptionalValue(T? value)
    {
        Value = value;
        IsSet = true;
    }

    /// <summary>Whether the field is set, be it to null.</summary>
    public bool IsSet { get; }

    /// <summary>What the field is set to; null when it is null or not set.</summary>
    public T? Value { get; }

    object? IOptional.Content => null;

    /// <summary>Sets a field.</summary>
    public static implicit operator OptionalValue<T>(T value) => new(value);

    /// <summary>Sets a field; null writes <c>null</c>.</summary>
    public static implicit operator OptionalValue<T>(string? value) => new(value is null ? (T?)null : (T)value);

    /// <inheritdoc/>
    public bool Equals(OptionalValue<T> other) => IsSet == other.IsSet && EqualityComparer<T?>.Default.Equals(Value, other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is OptionalValue<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsSet, Value);

    /// <summary>Whether both are set alike.</summary>
    public static bool operator ==(OptionalValue<T> left, OptionalValue<T> right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(OptionalValue<T> left, OptionalValue<T> right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => !IsSet ? "(not set)" : Value?.Value ?? "null";
}
