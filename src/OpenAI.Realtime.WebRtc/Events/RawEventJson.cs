using System.Buffers;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>An event of a client's that its author has written: byte for byte, unless it is given another id or more fields than it was written with.</summary>
internal sealed class RawEventJson
{
    private readonly byte[] _utf8Json;

    /// <summary>Takes an event; copied.</summary>
    /// <exception cref="ArgumentException">It is no JSON object with a string <c>type</c>.</exception>
    public RawEventJson(ReadOnlySpan<byte> utf8Json, string parameter)
    {
        try
        {
            JsonElement root = JsonElement.Parse(utf8Json);
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("type"u8, out JsonElement type) || type.ValueKind != JsonValueKind.String)
                throw new ArgumentException("An event is a JSON object with a string \"type\".", parameter);
            Type = type.GetString()!;
            if (root.TryGetProperty("event_id"u8, out JsonElement id) && id.ValueKind == JsonValueKind.String)
                EventId = id.GetString();
            Json = root;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter: its name, its id or a member's name is no valid text.
            throw new ArgumentException("The event is no JSON: " + e.Message, parameter, e);
        }
        _utf8Json = utf8Json.ToArray();
    }

    /// <summary>The event's name.</summary>
    public string Type { get; }

    /// <summary>The id that it was written with; null for none.</summary>
    public string? EventId { get; }

    /// <summary>The whole event.</summary>
    public RawJson Json { get; }

    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="eventId">The id that it is to have.</param>
    /// <param name="more">Fields that are laid over its own.</param>
    public void Write(IBufferWriter<byte> output, string? eventId, UnknownFields? more)
    {
        if (eventId == EventId && more is not { Count: > 0 })
        {
            output.Write(_utf8Json);
            return;
        }
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        foreach (JsonProperty member in Json.Element.EnumerateObject())
        {
            string name = LenientText.NameOf(member);
            if (name == "event_id" || more?.ContainsKey(name) == true)
                continue;
            writer.WritePropertyName(name);
            writer.WriteAsItCame(member.Value);
        }
        if (eventId is not null)
            writer.WriteString("event_id"u8, eventId);
        foreach ((string name, JsonElement value) in more ?? [])
        {
            writer.WritePropertyName(name);
            writer.WriteAsItCame(value);
        }
        writer.WriteEndObject();
    }
}
