using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>Trees that can be changed, out of what was received.</summary>
internal static class JsonNodes
{
    /// <summary>Writes a value letter by letter: its texts may hold half a surrogate pair, which is valid JSON and cannot be written as text.</summary>
    public static void WriteAsItCame(this Utf8JsonWriter writer, JsonElement element) =>
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(element), skipInputValidation: true);

    /// <inheritdoc cref="WriteAsItCame(Utf8JsonWriter, JsonElement)"/>
    public static void WriteAsItCame(this Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case null:
                writer.WriteNullValue();
                break;
            case JsonObject members:
                writer.WriteStartObject();
                foreach ((string name, JsonNode? member) in members)
                {
                    writer.WritePropertyName(name);
                    writer.WriteAsItCame(member);
                }
                writer.WriteEndObject();
                break;
            case JsonArray items:
                writer.WriteStartArray();
                foreach (JsonNode? item in items)
                    writer.WriteAsItCame(item);
                writer.WriteEndArray();
                break;
            case JsonValue value when value.TryGetValue(out JsonElement element):
                writer.WriteAsItCame(element);
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }

    /// <summary>Copies a value. Of two members of one name the last counts: <see cref="JsonNode"/> itself would throw, later and elsewhere.</summary>
    public static JsonNode? Copy(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (JsonProperty member in element.EnumerateObject())
                    members[member.Name] = Copy(member.Value);
                return members;
            case JsonValueKind.Array:
                var items = new JsonArray();
                foreach (JsonElement item in element.EnumerateArray())
                    items.Add(Copy(item));
                return items;
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element.Clone());
        }
    }
}
