using System.Runtime.InteropServices;
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
            // A text with half a surrogate pair, or with bytes that are no UTF-8, is no valid text; it is equal to what is spelt alike, byte for byte.
            return JsonMarshal.GetRawUtf8Value(left).SequenceEqual(JsonMarshal.GetRawUtf8Value(right));
        }
    }

    /// <inheritdoc cref="Same(JsonElement, JsonElement)"/>
    public static bool Same(JsonNode? left, JsonNode? right) => (left, right) switch
    {
        (JsonObject l, JsonObject r) => l.Count == r.Count && l.All(member => r.TryGetPropertyValue(member.Key, out JsonNode? value) && Same(member.Value, value)),
        (JsonArray l, JsonArray r) => l.Count == r.Count && l.Zip(r).All(pair => Same(pair.First, pair.Second)),
        (JsonValue l, JsonValue r) when l.TryGetValue(out JsonElement first) && r.TryGetValue(out JsonElement second) => Same(first, second),
        _ => DeepEquals(left, right),
    };

    private static bool DeepEquals(JsonNode? left, JsonNode? right)
    {
        try
        {
            return JsonNode.DeepEquals(left, right);
        }
        catch (InvalidOperationException)
        {
            return false;   // One of the two was received and is no valid text; the other was not, and is.
        }
    }
}
