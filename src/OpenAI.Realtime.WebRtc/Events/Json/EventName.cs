using System.Text;
using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>Finds out which event a message is.</summary>
internal static class EventName
{
    /// <summary>Walks the members of the outermost object until one is called <c>type</c>. Null for a name that the table does not hold.</summary>
    public static T? Find<T>(ref Utf8JsonReader reader, Utf8NameTable<T> table, ref string name, out bool nameIsFirst)
        where T : class
    {
        nameIsFirst = true;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An event is a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (!isType)
            {
                reader.Skip();
                nameIsFirst = false;
                continue;
            }
            if (reader.TokenType != JsonTokenType.String)
                throw new JsonException("The event's type is no string.");
            if (!reader.ValueIsEscaped && table.Find(reader.ValueSpan) is { } known)
                return known;
            name = reader.GetString()!;
            return reader.ValueIsEscaped ? table.Find(Encoding.UTF8.GetBytes(name)) : null;
        }
        throw new JsonException("The event has no type.");
    }

    /// <summary>
    /// Whether an exception says that a message does not fit. <see cref="JsonException"/>: no JSON, or not of this shape. The other two: text in it that
    /// is not valid UTF-8, or a number out of range.
    /// </summary>
    public static bool IsMisfit(Exception e) => e is JsonException or InvalidOperationException or FormatException;

    /// <summary>What an exception says to whoever gets the event. The serializer's words on a null are meant for the author of the type.</summary>
    public static string Reason(Exception e) => e is JsonException { Path: { } path } && e.Message.Contains("nullability", StringComparison.Ordinal)
        ? $"{path} is null, where a value is needed."
        : e.Message;
}
