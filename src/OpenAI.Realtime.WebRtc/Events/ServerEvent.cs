using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// An event that the service sent. Every event arrives: one that this version does not know as <see cref="UnknownServerEvent"/>, one whose body does not fit
/// its type as <see cref="MalformedServerEvent"/>. Two events are equal when everything in them is.
/// </summary>
public abstract record ServerEvent : IHasUnknownFields
{
    private string? _received;
    private KeptJson _json;

    private protected ServerEvent()
    {
    }

    /// <summary>The event's name on the wire, as it was received.</summary>
    public string Type => _received ?? WireName;

    /// <summary>The event's id, such as <c>event_…</c>; null where the service gave none.</summary>
    [JsonPropertyOrder(-1)]
    public string? EventId { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>
    /// The message as it came, a copy, as UTF-8; null unless <see cref="OpenAIRealtimeWebRtcOptions.KeepEventJson"/> is set. No part of the event's value: it is not compared,
    /// not written, and a copy made by <c>with</c> still gives the original's.
    /// </summary>
    [JsonIgnore]
    public ReadOnlyMemory<byte>? ReceivedJson => _json.Utf8 is { } utf8 ? utf8 : default(ReadOnlyMemory<byte>?);

    /// <summary>The name in the GA dialect.</summary>
    private protected abstract string WireName { get; }

    /// <summary>What <see cref="ToString"/> says beside the name; null for nothing. Never audio, never more than a line.</summary>
    private protected virtual string? Gist => null;

    /// <summary>Reads one message of the data channel. Never throws: what cannot be read is a <see cref="MalformedServerEvent"/>.</summary>
    /// <param name="utf8Json">The message, as UTF-8.</param>
    /// <param name="dialect">Whose names it bears.</param>
    public static ServerEvent Read(ReadOnlySpan<byte> utf8Json, RealtimeDialect dialect = RealtimeDialect.Ga) => ServerEventReader.ReadEvent(utf8Json, dialect);

    /// <summary>The event as it goes on the wire, as UTF-8; with everything that was received, known or not.</summary>
    /// <param name="dialect">Whose names it is to bear.</param>
    public byte[] ToUtf8Json(RealtimeDialect dialect = RealtimeDialect.Ga)
    {
        using var buffer = new PooledBuffer();
        Write(buffer, dialect);
        return buffer.Written.ToArray();
    }

    /// <summary>The event's name and gist.</summary>
    public sealed override string ToString() => EventText.Of(Type, Gist);

    internal virtual void Write(IBufferWriter<byte> output, RealtimeDialect dialect)
    {
        using var writer = new Utf8JsonWriter(output);
        JsonSerializer.Serialize(writer, this, EventsJson.For(dialect).GetTypeInfo(GetType()));
    }

    /// <summary>The event's name in a dialect.</summary>
    internal virtual string NameIn(RealtimeDialect dialect) => dialect == RealtimeDialect.Beta ? BetaNames.OfEvent(WireName) : WireName;

    /// <summary>Takes the name down under which the event came, where that is another one.</summary>
    internal ServerEvent ReceivedAs(string type)
    {
        _received = type;
        return this;
    }

    /// <summary>Keeps the message.</summary>
    internal ServerEvent ReceivedFrom(ReadOnlySpan<byte> utf8)
    {
        _json = new KeptJson(utf8.ToArray());
        return this;
    }
}
