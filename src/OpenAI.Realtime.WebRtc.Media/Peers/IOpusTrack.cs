using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What an Opus packet is sent with.</summary>
/// <param name="SequenceNumber">
/// From any start, and one more for each packet; wraps around. The peer sees the distances: a number left out is a loss, one that comes late is reordered. An engine that numbers packets
/// itself shows neither.
/// </param>
/// <param name="Timestamp">In 48 kHz units from any start; wraps around. The engine adds its own random offset. A jump shows the peer a gap.</param>
/// <param name="Marker">Whether this is the first packet after a gap (RFC 3551 §4.1).</param>
public readonly record struct OpusPacketHeader(ushort SequenceNumber, uint Timestamp, bool Marker);

/// <summary>Opus packets that arrive. One reader at a time, on any thread.</summary>
public interface IOpusReader
{
    /// <summary>Waits until a packet can be read.</summary>
    /// <returns>False when no more will come.</returns>
    ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default);

    /// <summary>Copies the next received packet out, in order of arrival (not of sequence). Never waits.</summary>
    /// <param name="destination">At least <see cref="EncodedAudio.MaxLength"/> bytes.</param>
    /// <param name="packet">What the packet's header said.</param>
    /// <returns>False when none is waiting.</returns>
    bool TryRead(Span<byte> destination, out EncodedAudio packet);
}

/// <summary>The audio track of a connection: Opus packets in both directions.</summary>
public interface IOpusTrack : IOpusReader
{
    /// <summary>
    /// Sends one packet. Never waits: before the connection is up, or when the queue is full, the packet is dropped and counted. Any thread, several at once.
    /// </summary>
    /// <param name="opus">One Opus packet of at most <see cref="EncodedAudio.MaxLength"/> bytes; copied before the call returns.</param>
    /// <param name="header">Its number, time and marker.</param>
    void Send(ReadOnlySpan<byte> opus, OpusPacketHeader header);

    /// <summary>How the peer wishes to be sent Opus, from its SDP; null before it is known, and from an engine that does not tell. Any thread; cheap enough to ask for each packet.</summary>
    OpusPreferences? Preferences => null;

    /// <summary>The share of our packets that the peer's last receiver report calls lost, 0 to 1; null before the first, and from an engine that does not tell. As <see cref="Preferences"/>.</summary>
    double? FractionLost => null;
}
