using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Live.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>
/// An event that the Live service sent. Every event arrives: one that this version does not know as <see cref="UnknownLiveEvent"/>, one whose body does not fit
/// its type as <see cref="MalformedLiveEvent"/>. Two events are equal when everything in them is.
/// </summary>
public abstract record LiveServerEvent : IHasUnknownFields
{
    private KeptJson _json;

    private protected LiveServerEvent()
    {
    }

    /// <summary>The event's name on the wire.</summary>
    public string Type => WireName;

    /// <summary>The event's id, by which one that comes twice is known; null where the service gave none.</summary>
    [JsonPropertyOrder(-1)]
    public string? EventId { get; init; }

    /// <summary>The <see cref="LiveClientEvent.EventId"/> of the command that this event answers; null where it answers none, or the service does not say.</summary>
    public string? ClientEventId { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>
    /// The message as it came, a copy, as UTF-8; null unless <see cref="OpenAILiveWebRtcOptions.KeepEventJson"/> is set. No part of the event's value: it is not compared,
    /// not written, and a copy made by <c>with</c> still gives the original's.
    /// </summary>
    [JsonIgnore]
    public ReadOnlyMemory<byte>? ReceivedJson => _json.Utf8 is { } utf8 ? utf8 : default(ReadOnlyMemory<byte>?);

    /// <summary>The name on the wire.</summary>
    private protected abstract string WireName { get; }

    /// <summary>What <see cref="ToString"/> says beside the name; null for nothing. Never audio, never more than a line.</summary>
    private protected virtual string? Gist => null;

    /// <summary>Reads one message of the data channel or of a sideband. Never throws: what cannot be read is a <see cref="MalformedLiveEvent"/>.</summary>
    /// <param name="utf8Json">The message, as UTF-8.</param>
    public static LiveServerEvent Read(ReadOnlySpan<byte> utf8Json) => LiveServerEventReader.ReadEvent(utf8Json);

    /// <summary>The event as it goes on the wire, as UTF-8; with everything that was received, known or not.</summary>
    public byte[] ToUtf8Json()
    {
        using var buffer = new PooledBuffer();
        Write(buffer);
        return buffer.Written.ToArray();
    }

    /// <summary>The event's name and gist.</summary>
    public sealed override string ToString() => EventText.Of(Type, Gist);

    internal virtual void Write(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output);
        JsonSerializer.Serialize(writer, this, LiveJson.Options.GetTypeInfo(GetType()));
    }

    /// <summary>Keeps the message.</summary>
    internal LiveServerEvent ReceivedFrom(ReadOnlySpan<byte> utf8)
    {
        _json = new KeptJson(utf8.ToArray());
        return this;
    }
}
