using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>Any JSON value, kept as it is.</summary>
public sealed class RawJsonConverter : JsonConverter<RawJson>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options)
    {
        if (value.Element.ValueKind == JsonValueKind.Undefined)
            writer.WriteNullValue();
        else
            writer.WriteAsItCame(value.Element);
    }
}
