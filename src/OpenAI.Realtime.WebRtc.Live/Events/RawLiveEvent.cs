using System.Buffers;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>An event that you have written yourself. It is sent byte for byte, unless it is given another id or more fields than it was written with.</summary>
public sealed record RawLiveEvent : LiveClientEvent
{
    private readonly RawEventJson _written;

    /// <summary>Takes an event.</summary>
    /// <param name="utf8Json">A JSON object with a string <c>type</c>, as UTF-8; copied.</param>
    /// <exception cref="ArgumentException">It is no JSON object with a string <c>type</c>.</exception>
    public RawLiveEvent(ReadOnlySpan<byte> utf8Json)
    {
        _written = new RawEventJson(utf8Json, nameof(utf8Json));
        EventId = _written.EventId;
    }

    /// <summary>Takes an event.</summary>
    /// <param name="json">A JSON object with a string <c>type</c>.</param>
    /// <exception cref="ArgumentException">It is no JSON object with a string <c>type</c>.</exception>
    public RawLiveEvent(string json)
        : this(System.Text.Encoding.UTF8.GetBytes(json ?? throw new ArgumentNullException(nameof(json))))
    {
    }

    /// <inheritdoc/>
    public override string Type => _written.Type;

    /// <summary>The whole event.</summary>
    public RawJson Json => _written.Json;

    /// <summary>Whether both are the same JSON.</summary>
    public bool Equals(RawLiveEvent? other) =>
        other is not null && Json == other.Json && EventId == other.EventId && EqualityComparer<UnknownFields?>.Default.Equals(AdditionalProperties, other.AdditionalProperties);

    /// <inheritdoc/>
    public override int GetHashCode() => Type.GetHashCode(StringComparison.Ordinal);

    internal override void Write(IBufferWriter<byte> output) => _written.Write(output, EventId, AdditionalProperties);
}
