using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

// Until the configuration of sessions brings the types of these names; then this file goes.

/// <summary>How many tokens an answer may have.</summary>
[JsonConverter(typeof(OutputLimitStandIn))]
public readonly record struct OutputLimit(RawJson Json) : IOptional
{
    /// <summary>Whether it is set.</summary>
    public bool IsSet => Json.Element.ValueKind != JsonValueKind.Undefined;
}

/// <summary>A format of audio.</summary>
public sealed record AudioEncoding : IHasUnknownFields
{
    /// <summary>Every field.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>Texts by name.</summary>
public sealed class StringMap : Dictionary<string, string>, IEquatable<StringMap>
{
    /// <inheritdoc/>
    public bool Equals(StringMap? other) => other is not null && other.Count == Count && this.All(entry => other.TryGetValue(entry.Key, out string? value) && value == entry.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StringMap);

    /// <inheritdoc/>
    public override int GetHashCode() => Count;
}

internal sealed class OutputLimitStandIn : JsonConverter<OutputLimit>
{
    public override bool HandleNull => true;

    public override OutputLimit Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, OutputLimit value, JsonSerializerOptions options) => value.Json.Element.WriteTo(writer);
}
