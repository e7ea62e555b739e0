using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>What nobody knows the shape of: kept and written as it came.</summary>
internal interface IKeepsJson
{
    RawJson Json { get; }
}

/// <summary>What is a mere text on the wire, while its siblings are objects.</summary>
internal interface IBareText
{
    string Text { get; }
}

/// <summary>A family whose JSON takes several shapes: a text, objects told apart by their <c>type</c>, and whatever may come yet.</summary>
internal abstract class ShapeConverter<T> : JsonConverter<T>
    where T : class
{
    /// <summary>What a text stands for; null when it may not be one.</summary>
    protected virtual T? FromText(string text) => null;

    /// <summary>The type of an object; null for one that nobody knows.</summary>
    /// <param name="kind">Its <c>type</c>; null when it is missing.</param>
    protected abstract Type? TypeOf(string? kind);

    /// <summary>Everything else.</summary>
    protected abstract T Keep(RawJson json);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && FromText(reader.GetString()!) is { } named)
            return named;
        if (reader.TokenType == JsonTokenType.StartObject && TypeOf(Kind(reader)) is { } type)
            return (T)JsonSerializer.Deserialize(ref reader, options.GetTypeInfo(type))!;
        return Keep(JsonElement.ParseValue(ref reader));
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (value is IKeepsJson { Json: var json })
            JsonSerializer.Serialize(writer, json, options.Of<RawJson>());
        else if (value is IBareText { Text: var text })
            writer.WriteStringValue(text);
        else
            JsonSerializer.Serialize(writer, value, options.GetTypeInfo(value.GetType()));
    }

    // Unlike TypePeek this takes a type that is no string for one that nobody knows.
    private static string? Kind(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (found)
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : "";
            reader.Skip();
        }
        return null;
    }
}

internal static class RawKinds
{
    /// <summary>The <c>type</c> of an object; null where there is none.</summary>
    public static string? KindOf(this RawJson json) =>
        json.Element.ValueKind == JsonValueKind.Object && json.Element.TryGetProperty("type"u8, out JsonElement type) && type.ValueKind == JsonValueKind.String
            ? LenientText.Of(type)
            : null;
}
