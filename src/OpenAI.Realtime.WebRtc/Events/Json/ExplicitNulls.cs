using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>An object that keeps the fields it does not know.</summary>
internal interface IHasUnknownFields
{
    UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>
/// To a program a field that is null and one that is missing are the same: the property is null. On the wire they are two things, so an object remembers which of its
/// fields came as null, and writes those again. This walks JSON and the objects read from it side by side; only where the text holds a null at all.
/// </summary>
internal static class ExplicitNulls
{
    public static void Note(ReadOnlySpan<byte> utf8, object? model, JsonSerializerOptions options)
    {
        if (model is null || utf8.IndexOf("null"u8) < 0)
            return;
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        Note(ref reader, model, options);
    }

    /// <summary>The reader stands at the first token of the value, and in the end at its last.</summary>
    public static void Note(ref Utf8JsonReader reader, object? model, JsonSerializerOptions options)
    {
        if (model is IOptional { Content: { } content })
            model = content;
        if (reader.TokenType == JsonTokenType.StartObject && model is IHasUnknownFields known and not IKeepsJson)
        {
            JsonTypeInfo type = options.GetTypeInfo(model.GetType());
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                reader.Read();
                Note(ref reader, known, type.Properties.FirstOrDefault(property => property.Name == name), options);
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray && model is IEnumerable list and not string)
        {
            IEnumerator elements = list.GetEnumerator();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                Note(ref reader, elements.MoveNext() ? elements.Current : null, options);
        }
        else
        {
            reader.Skip();
        }
    }

    private static void Note(ref Utf8JsonReader reader, IHasUnknownFields owner, JsonPropertyInfo? property, JsonSerializerOptions options)
    {
        object? value = property is { IsExtensionData: false } ? property.Get?.Invoke(owner) : null;
        if (reader.TokenType == JsonTokenType.Null && property is { Get: not null } && value is null)
            (owner.AdditionalProperties ??= []).AddNull(property.Name);
        else
            Note(ref reader, value, options);
    }
}
