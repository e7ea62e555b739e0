using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>A field of three states. One that is not set is never written: the options leave defaults out.</summary>
internal sealed class OptionalConverter<T> : JsonConverter<Optional<T>>
{
    public override bool HandleNull => true;

    public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonSerializer.Deserialize(ref reader, options.Of<T>())!);

    public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Value, options.Of<T>());
}

/// <summary>A name of three states.</summary>
internal sealed class OptionalValueConverter<T> : JsonConverter<OptionalValue<T>>
    where T : struct, IOpenValue<T>
{
    public override bool HandleNull => true;

    public override OptionalValue<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? new((T?)null) : new(JsonSerializer.Deserialize(ref reader, options.Of<T>()));

    public override void Write(Utf8JsonWriter writer, OptionalValue<T> value, JsonSerializerOptions options)
    {
        if (value.Value is { } name)
            JsonSerializer.Serialize(writer, name, options.Of<T>());
        else
            writer.WriteNullValue();
    }
}

/// <summary>A list of three states.</summary>
internal sealed class OptionalListConverter<T> : JsonConverter<OptionalList<T>>
{
    public override bool HandleNull => true;

    public override OptionalList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return new OptionalList<T>(null);
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("A list is a JSON array.");
        JsonTypeInfo<T> element = options.Of<T>();
        var elements = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            elements.Add(reader.TokenType == JsonTokenType.Null && default(T) is null
                ? throw new JsonException("A null stands in the list.")
                : JsonSerializer.Deserialize(ref reader, element)!);
        }
        return new OptionalList<T>([.. elements]);
    }

    public override void Write(Utf8JsonWriter writer, OptionalList<T> value, JsonSerializerOptions options)
    {
        if (value.IsNull)
        {
            writer.WriteNullValue();
            return;
        }
        JsonTypeInfo<T> element = options.Of<T>();
        writer.WriteStartArray();
        foreach (T item in value)
            JsonSerializer.Serialize(writer, item, element);
        writer.WriteEndArray();
    }
}
