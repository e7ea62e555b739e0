using System.Buffers;
using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>An event to send to the service.</summary>
public abstract class ClientEvent
{
    private protected ClientEvent()
    {
    }

    /// <summary>The event's name on the wire.</summary>
    public abstract string Type { get; }

    /// <summary>An id of your own, at most 512 characters; an error that the event causes repeats it. Default: none.</summary>
    public string? EventId { get; init; }

    /// <summary>Names the event.</summary>
    public override string ToString() => Type;

    /// <summary>Writes the event as it goes on the wire.</summary>
    internal virtual void Write(IBufferWriter<byte> output, RealtimeDialect dialect)
    {
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteString("type"u8, Type);
        ConversationItem.WriteIfSet(writer, "event_id"u8, EventId);
        WriteBody(writer, dialect);
        writer.WriteEndObject();
    }

    /// <summary>Writes the members beside <c>type</c> and <c>event_id</c>.</summary>
    private protected virtual void WriteBody(Utf8JsonWriter writer, RealtimeDialect dialect)
    {
    }
}

/// <summary>An event that you have written yourself. It is sent byte for byte.</summary>
public sealed class RawClientEvent : ClientEvent
{
    private readonly byte[] _utf8Json;

    /// <summary>Takes an event.</summary>
    /// <param name="utf8Json">A JSON object with a string <c>type</c>, as UTF-8; copied.</param>
    /// <exception cref="ArgumentException">It is no JSON object with a string <c>type</c>.</exception>
    public RawClientEvent(ReadOnlySpan<byte> utf8Json)
    {
        JsonElement root;
        try
        {
            root = JsonElement.Parse(utf8Json);
        }
        catch (JsonException e)
        {
            throw new ArgumentException("The event is no JSON: " + e.Message, nameof(utf8Json), e);
        }
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("type"u8, out JsonElement type) || type.ValueKind != JsonValueKind.String)
            throw new ArgumentException("An event is a JSON object with a string \"type\".", nameof(utf8Json));
        Type = type.GetString()!;
        if (root.TryGetProperty("event_id"u8, out JsonElement id) && id.ValueKind == JsonValueKind.String)
            EventId = id.GetString();
        _utf8Json = utf8Json.ToArray();
    }

    /// <summary>Takes an event.</summary>
    /// <param name="json">A JSON object with a string <c>type</c>.</param>
    /// <exception cref="ArgumentException">It is no JSON object with a string <c>type</c>.</exception>
    public RawClientEvent(string json)
        : this(System.Text.Encoding.UTF8.GetBytes(json ?? throw new ArgumentNullException(nameof(json))))
    {
    }

    /// <inheritdoc/>
    public override string Type { get; }

    internal override void Write(IBufferWriter<byte> output, RealtimeDialect dialect) => output.Write(_utf8Json);
}
