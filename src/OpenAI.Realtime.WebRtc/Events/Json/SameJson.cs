using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>Compares JSON by value.</summary>
internal static class SameJson
{
    /// <summary>Whether both are the same value, whatever the order of members and the spelling of numbers and texts.</summary>
    public static bool Same(JsonElement left, JsonElement right)
    {
        try
        {
            return JsonElement.DeepEquals(left, right);
        }
        catch (InvalidOperationException)
        {
            // A text with half a surrogate pair is valid JSON and no valid text; it is equal to what is spelt alike.
            return left.GetRawText() == right.GetRawText();
        }
    }

    /// <inheritdoc cref="Same(JsonElement, JsonElement)"/>
    public static bool Same(JsonNode? left, JsonNode? right) => (left, right) switch
    {
        (JsonObject l, JsonObject r) => l.Count == r.Count && l.All(member => r.TryGetPropertyValue(member.Key, out JsonNode? value) && Same(member.Value, value)),
        (JsonArray l, JsonArray r) => l.Count == r.Count && l.Zip(r).All(pair => Same(pair.First, pair.Second)),
        (JsonValue l, JsonValue r) when l.TryGetValue(out JsonElement first) && r.TryGetValue(out JsonElement second) => Same(first, second),
        _ => JsonNode.DeepEquals(left, right),
    };
}
