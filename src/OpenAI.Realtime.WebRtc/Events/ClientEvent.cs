using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>An event to send to the service. Two events are equal when everything in them is.</summary>
public abstract record ClientEvent : IHasUnknownFields
{
    private protected ClientEvent()
    {
    }

    /// <summary>The event's name on the wire, in the GA dialect.</summary>
    public abstract string Type { get; }

    /// <summary>An id of your own, at most 512 characters; an error that the event causes repeats it. Default: none.</summary>
    [JsonPropertyOrder(-1)]
    public string? EventId { get; init; }

    /// <summary>Fields that have no property here; sent as they are. Default: none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>What <see cref="ToString"/> says beside the name; null for nothing. Never audio, never more than a line.</summary>
    private protected virtual string? Gist => null;

    /// <summary>Reads an event that a client sent: for servers, recorders and tests. One of an unknown name is a <see cref="RawClientEvent"/>.</summary>
    /// <param name="utf8Json">The message, as UTF-8.</param>
    /// <param name="dialect">Whose names it bears.</param>
    /// <param name="clientEvent">The event.</param>
    /// <param name="reason">What does not fit, where it cannot be read.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> utf8Json, RealtimeDialect dialect, [NotNullWhen(true)] out ClientEvent? clientEvent, [NotNullWhen(false)] out string? reason) =>
        ClientEventReader.TryRead(utf8Json, dialect, out clientEvent, out reason);

    /// <summary>The event as it goes on the wire, as UTF-8.</summary>
    /// <param name="dialect">Whose names and shapes it is to have.</param>
    public byte[] ToUtf8Json(RealtimeDialect dialect = RealtimeDialect.Ga)
    {
        using var buffer = new PooledBuffer();
        Write(buffer, dialect);
        return buffer.Written.ToArray();
    }

    /// <summary>The event's name and gist.</summary>
    public sealed override string ToString() => EventText.Of(Type, Gist);

    /// <summary>Writes the event as it goes on the wire.</summary>
    internal virtual void Write(IBufferWriter<byte> output, RealtimeDialect dialect)
    {
        using var writer = new Utf8JsonWriter(output);
        JsonSerializer.Serialize(writer, this, EventsJson.For(dialect).GetTypeInfo(GetType()));
    }

    /// <summary>The event's name in a dialect.</summary>
    internal virtual string NameIn(RealtimeDialect dialect) => Type;
}
