using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>Finds the member that says what an object is, wherever in the object it stands.</summary>
internal static class TypePeek
{
    /// <summary>The string that the member <paramref name="name"/> holds; null when there is none. Reads a copy: the reader stays at the brace.</summary>
    /// <exception cref="JsonException">There is no object, or the member is no string.</exception>
    public static string? Find(Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object is missing.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new JsonException("The type is no string.");
            reader.Skip();
        }
        return null;
    }
}
