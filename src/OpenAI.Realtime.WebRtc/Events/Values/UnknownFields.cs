using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// Fields of an object that this version has no property for, by name. They are written again where they were read. It also remembers which of the known fields came as
/// null, so that these are written again too; a known field that is missing stays missing. Equal when the JSON is.
/// </summary>
public sealed class UnknownFields : Dictionary<string, JsonElement>, IEquatable<UnknownFields>
{
    private HashSet<string>? _nulls;

    /// <summary>Makes an empty one.</summary>
    public UnknownFields()
        : base(StringComparer.Ordinal)
    {
    }

    /// <inheritdoc/>
    public bool Equals(UnknownFields? other) =>
        other is not null && other.Count == Count && (other._nulls ?? []).SetEquals(_nulls ?? [])
        && this.All(field => other.TryGetValue(field.Key, out JsonElement value) && SameJson.Same(field.Value, value));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UnknownFields);

    /// <inheritdoc/>
    public override int GetHashCode() => Count;

    /// <summary>Takes down that a known field came as null.</summary>
    /// <param name="name">The field's name on the wire.</param>
    public void AddNull(string name) => (_nulls ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);

    /// <summary>Whether a known field came as null.</summary>
    /// <param name="name">The field's name on the wire.</param>
    public bool HasNull(string name) => _nulls?.Contains(name) == true;

    /// <summary>The fields' names.</summary>
    public override string ToString() => string.Join(", ", Keys);
}
