using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>JSON inside what is unknown, kept as it is.</summary>
internal sealed class ElementConverter : JsonConverter<JsonElement>
{
    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);

    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) => writer.WriteAsItCame(value);
}

/// <summary>A number. One too great for a <see cref="double"/> does not fit: infinity has no JSON.</summary>
internal sealed class FiniteNumberConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDouble() is var number && double.IsFinite(number) ? number : throw new JsonException("The number is too great.");

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
