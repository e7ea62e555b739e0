using System.Buffers;
using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Keys;

/// <summary>Writes JSON so that two texts of the same value are the same bytes: no blanks, members in ordinal order, strings escaped one way.</summary>
internal static class CanonicalJson
{
    /// <summary>The canonical form; the bytes themselves when they are empty, no JSON, or JSON with texts that are none.</summary>
    public static byte[] Canonicalize(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return [];
        try
        {
            JsonElement root = JsonElement.Parse(utf8);
            var buffer = new ArrayBufferWriter<byte>(utf8.Length);
            using (var writer = new Utf8JsonWriter(buffer))
                Write(writer, root);
            return buffer.WrittenSpan.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter: a text in it that is no valid text, such as half a surrogate pair.
            return utf8.ToArray();
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty property in element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(element.GetString());
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
