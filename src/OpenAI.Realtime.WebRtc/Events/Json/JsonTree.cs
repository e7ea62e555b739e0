using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>An object of JSON inside a record: equal when the JSON is, as the rest of a record is.</summary>
internal readonly struct JsonTree(JsonObject? json) : IEquatable<JsonTree>
{
    public JsonObject? Json { get; } = json;

    public bool Equals(JsonTree other) => SameJson.Same(Json, other.Json);

    public override bool Equals(object? obj) => obj is JsonTree other && Equals(other);

    public override int GetHashCode() => Json?.Count ?? 0;
}
