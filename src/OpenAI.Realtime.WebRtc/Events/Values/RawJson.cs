using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>A JSON value that the API leaves to you, such as the schema of a function's parameters. Equal when the JSON is, whatever the order of members.</summary>
[JsonConverter(typeof(RawJsonConverter))]
public readonly struct RawJson : IEquatable<RawJson>
{
    /// <summary>Takes a value; it is copied, so that it outlives its document.</summary>
    public RawJson(JsonElement element) => Element = element.ValueKind == JsonValueKind.Undefined ? default : element.Clone();

    /// <summary>The value. <see cref="JsonValueKind.Undefined"/> for the default of this type, which is written as <c>null</c>.</summary>
    public JsonElement Element { get; }

    /// <summary>Reads JSON text.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static RawJson Parse(string json) => new(JsonElement.Parse(json));

    /// <summary>Takes a value.</summary>
    public static implicit operator RawJson(JsonElement element) => new(element);

    /// <summary>Takes a value.</summary>
    public static implicit operator RawJson(JsonNode? node) => new(JsonElement.Parse(node?.ToJsonString() ?? "null"));

    /// <inheritdoc/>
    public bool Equals(RawJson other) =>
        Element.ValueKind == other.Element.ValueKind
        && (Element.ValueKind == JsonValueKind.Undefined || SameJson.Same(Element, other.Element));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RawJson other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Element.ValueKind;

    /// <summary>Whether both are the same JSON.</summary>
    public static bool operator ==(RawJson left, RawJson right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(RawJson left, RawJson right) => !left.Equals(right);

    /// <summary>The JSON text.</summary>
    public override string ToString() => Element.ValueKind == JsonValueKind.Undefined ? "null" : LenientText.JsonOf(Element);
}
