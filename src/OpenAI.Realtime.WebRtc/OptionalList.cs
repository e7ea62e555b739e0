using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// A list with the three states of <see cref="Optional{T}"/>: not set (the default), null, and a list, which may be empty. Read-only; equal when the elements are.
/// </summary>
/// <typeparam name="T">What it lists.</typeparam>
/// <remarks>Takes a collection expression: <c>Tools = [weather, clock]</c>, <c>Tools = []</c>. Reads as empty when it is null or not set, so it can always be enumerated. A list of another type is spread: <c>[.. tools]</c>.</remarks>
[JsonConverter(typeof(OptionalConverterFactory))]
[CollectionBuilder(typeof(OptionalList), nameof(OptionalList.Create))]
public readonly struct OptionalList<T> : IOptional, IReadOnlyList<T>, IEquatable<OptionalList<T>>
{
    private readonly T[]? _elements;

    /// <summary>Not for use: <c>new()</c> would look like an empty list and mean "not set".</summary>
    [Obsolete("Write [] for an empty list, or leave the field out: new() alone would mean \"not set\".", error: true)]
    public OptionalList() => _elements = null;

    /// <summary>Makes a list that is set.</summary>
    /// <param name="elements">The elements, not copied; null writes <c>null</c>.</param>
    public OptionalList(T[]? elements)
    {
        _elements = elements;
        IsSet = true;
    }

    /// <summary>Whether the list is set, be it to null.</summary>
    public bool IsSet { get; }

    /// <summary>Whether the list is set to null.</summary>
    public bool IsNull => IsSet && _elements is null;

    /// <inheritdoc/>
    public int Count => _elements?.Length ?? 0;

    /// <inheritdoc/>
    public T this[int index] => (_elements ?? [])[index];

    /// <summary>The elements, without copying.</summary>
    public ReadOnlySpan<T> AsSpan() => _elements;

    /// <summary>Enumerates without allocating.</summary>
    public ArraySegment<T>.Enumerator GetEnumerator() => new ArraySegment<T>(_elements ?? []).GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)(_elements ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (_elements ?? []).GetEnumerator();

    object? IOptional.Content => null;

    /// <summary>Sets a list; null writes <c>null</c>.</summary>
    public static implicit operator OptionalList<T>(T[]? elements) => new(elements);

    /// <inheritdoc/>
    public bool Equals(OptionalList<T> other) =>
        IsSet == other.IsSet && IsNull == other.IsNull && AsSpan().SequenceEqual(other.AsSpan(), EqualityComparer<T>.Default);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is OptionalList<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(IsSet);
        foreach (T element in AsSpan())
            hash.Add(element);
        return hash.ToHashCode();
    }

    /// <summary>Whether both are set alike and hold equal elements.</summary>
    public static bool operator ==(OptionalList<T> left, OptionalList<T> right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(OptionalList<T> left, OptionalList<T> right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => !IsSet ? "(not set)" : _elements is null ? "null" : $"[{string.Join(", ", _elements)}]";
}

/// <summary>Makes an <see cref="OptionalList{T}"/> of a collection expression.</summary>
public static class OptionalList
{
    /// <summary>Makes a list that is set to the elements, copied.</summary>
    public static OptionalList<T> Create<T>(ReadOnlySpan<T> elements) => new(elements.ToArray());
}
