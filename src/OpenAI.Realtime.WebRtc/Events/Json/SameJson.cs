using System.Text.Json;

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
}
