using System.Text.Json;

namespace ConsoleVoiceChat;

/// <summary>An event's name, without reading the rest.</summary>
internal static class EventName
{
    public static string Of(ReadOnlySpan<byte> utf8Json)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8Json);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isType = reader.ValueTextEquals("type"u8);
                reader.Read();
                if (isType && reader.TokenType == JsonTokenType.String)
                    return reader.GetString()!;
                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or no valid UTF-8 in it: shown as what it is.
        }
        return "(no event)";
    }
}
