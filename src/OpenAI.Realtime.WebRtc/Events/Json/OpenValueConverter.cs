using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>Reads and writes a name out of an open set: any string. For the attribute on such a type.</summary>
/// <typeparam name="T">The set.</typeparam>
public sealed class OpenValueConverter<T> : JsonConverter<T>
    where T : struct, IOpenValue<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException($"A {typeof(T).Name} is a string.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value ?? "");
}
