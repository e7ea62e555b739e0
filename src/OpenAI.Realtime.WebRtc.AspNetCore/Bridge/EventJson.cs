using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>Looks into an event without reading all of it.</summary>
internal static class EventJson
{
    /// <summary>Whether the event has this name. What is no event has the empty one.</summary>
    public static bool HasType(ReadOnlySpan<byte> utf8Json, string type)
    {
        var reader = new Utf8JsonReader(utf8Json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return type.Length == 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isType = reader.ValueTextEquals("type"u8);
                reader.Read();
                // A name that cannot be read, because it is no text, is none: asked for as a string it throws.
                if (isType)
                    return type.Length > 0 ? reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(type) : reader.TokenType != JsonTokenType.String || reader.GetString()!.Length == 0;
                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or a name with half a surrogate pair, which the reader will not compare: an event without a name.
        }
        return type.Length == 0;
    }

    /// <summary>The text of a member of an object.</summary>
    public static string? Text(this JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
