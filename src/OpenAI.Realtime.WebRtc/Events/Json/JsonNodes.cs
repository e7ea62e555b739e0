using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>Trees that can be changed, out of what was received.</summary>
internal static class JsonNodes
{
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
