using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Live.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>An event to send to the Live service: a command. Two events are equal when everything in them is.</summary>
public abstract record LiveClientEvent : IHasUnknownFields
{
    private protected LiveClientEvent()
    {
    }

    /// <summary>The event's name on the wire.</summary>
    public abstract string Type { get; }

    /// <summary>
    /// An id of your own, never used twice; the acknowledgement and an error repeat it as <c>client_event_id</c>. Default: none; the session gives one to a command that it waits for.
    /// </summary>
    [JsonPropertyOrder(-1)]
    public string? EventId { get; init; }

    /// <summary>Fields that have no property here; sent as they are. The service refuses fields that it does not know. Default: none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>What <see cref="ToString"/> says beside the name; null for nothing. Never audio, never more than a line.</summary>
    private protected virtual string? Gist => null;

    /// <summary>Reads an event that a client sent: for servers, recorders and tests. One of an unknown name is a <see cref="RawLiveEvent"/>.</summary>
    /// <param name="utf8Json">The message, as UTF-8.</param>
    /// <param name="clientEvent">The event.</param>
    /// <param name="reason">What does not fit, where it cannot be read.</param>
    public static bool TryRead(ReadOnlySpan<byte> utf8Json, [NotNullWhen(true)] out LiveClientEvent? clientEvent, [NotNullWhen(false)] out string? reason) =>
        LiveClientEventReader.TryRead(utf8Json, out clientEvent, out reason);

    /// <summary>The event as it goes on the wire, as UTF-8.</summary>
    public byte[] ToUtf8Json()
    {
        using var buffer = new PooledBuffer();
        Write(buffer);
        return buffer.Written.ToArray();
    }

    /// <summary>The event's name and gist.</summary>
    public sealed override string ToString() => EventText.Of(Type, Gist);

    /// <summary>Writes the event as it goes on the wire.</summary>
    internal virtual void Write(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output);
        JsonSerializer.Serialize(writer, this, LiveJson.Options.GetTypeInfo(GetType()));
    }
}
