namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>Texts by name, such as the metadata of a response or the headers for an MCP server. Equal when the entries are, in whatever order.</summary>
public sealed class StringMap : Dictionary<string, string>, IEquatable<StringMap>
{
    /// <summary>Makes an empty one.</summary>
    public StringMap()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>Takes entries; copied.</summary>
    public StringMap(IEnumerable<KeyValuePair<string, string>> entries)
        : base(entries, StringComparer.Ordinal)
    {
    }

    /// <inheritdoc/>
    public bool Equals(StringMap? other) =>
        other is not null && other.Count == Count && this.All(entry => other.TryGetValue(entry.Key, out string? value) && value == entry.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StringMap);

    /// <inheritdoc/>
    public override int GetHashCode() => Count;

    /// <summary>The names; the values may be secret.</summary>
    public override string ToString() => string.Join(", ", Keys);
}
