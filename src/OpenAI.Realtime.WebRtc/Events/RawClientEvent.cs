using System.Buffers;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>An event that you have written yourself. It is sent byte for byte, unless it is given another id or more fields than it was written with.</summary>
public sealed record RawClientEvent : ClientEvent
{
    private readonly byte[] _utf8Json;
    private readonly string? _eventId;

    /// <summary>Takes an event.</summary>
    /// <param name="utf8Json">A JSON object with a string <c>type</c>, as UTF-8; copied.</param>
    /// <exception cref="ArgumentException">It is no JSON object with a string <c>type</c>.</exception>
    public RawClientEvent(ReadOnlySpan<byte> utf8Json)
    {
        JsonElement root;
        try
        {
            root = JsonElement.Parse(utf8Json);
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("type"u8, out JsonElement type) || type.ValueKind != JsonValueKind.String)
                throw new ArgumentException("An event is a JSON object with a string \"type\".", nameof(utf8Json));
            Type = type.GetString()!;
            if (root.TryGetProperty("event_id"u8, out JsonElement id) && id.ValueKind == JsonValueKind.String)
                EventId = _eventId = id.GetString();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter: its name, its id or a member's name is no valid text.
            throw new ArgumentException("The event is no JSON: " + e.Message, nameof(utf8Json), e);
        }
        _utf8Json = utf8Json.ToArray();
        Json = root;
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

    /// <summary>The whole event.</summary>
    public RawJson Json { get; }

    /// <summary>Whether both are the same JSON.</summary>
    public bool Equals(RawClientEvent? other) =>
        other is not null && Json == other.Json && EventId == other.EventId && EqualityComparer<UnknownFields?>.Default.Equals(AdditionalProperties, other.AdditionalProperties);

    /// <inheritdoc/>
    public override int GetHashCode() => Type.GetHashCode(StringComparison.Ordinal);

    internal override void Write(IBufferWriter<byte> output, RealtimeDialect dialect)
    {
        if (EventId == _eventId && AdditionalProperties is not { Count: > 0 })
        {
            output.Write(_utf8Json);
            return;
        }
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        foreach (JsonProperty member in Json.Element.EnumerateObject())
        {
            string name = LenientText.NameOf(member);
            if (name == "event_id" || AdditionalProperties?.ContainsKey(name) == true)
                continue;
            writer.WritePropertyName(name);
            writer.WriteAsItCame(member.Value);
        }
        if (EventId is not null)
            writer.WriteString("event_id"u8, EventId);
        foreach ((string name, JsonElement value) in AdditionalProperties ?? [])
        {
            writer.WritePropertyName(name);
            writer.WriteAsItCame(value);
        }
        writer.WriteEndObject();
    }
}
