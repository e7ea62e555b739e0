namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>One Opus packet that an <see cref="IEncodedAudioSource"/> has read.</summary>
/// <param name="Length">How many bytes of the buffer are the packet; 0 means the end.</param>
/// <param name="Timestamp">In 48 kHz units from any start; wraps around. A jump shows the peer a gap.</param>
/// <param name="Marker">Whether this is the first packet after a gap (RFC 3551 §4.1).</param>
public readonly record struct EncodedAudioFrame(int Length, uint Timestamp, bool Marker)
{
    /// <summary>How many packets before this one the source never got; the peer is shown the loss and can conceal it. Default: 0.</summary>
    public int Lost { get; init; }
}

/// <summary>
/// Opus packets made elsewhere, such as by a browser at the other end of a bridge: they are sent as they are, when they come, without
/// decoding. The caller owns it; a session never disposes it.
/// </summary>
public interface IEncodedAudioSource
{
    /// <summary>Waits for the next packet. It is sent as soon as it has been read: the source sets the pace.</summary>
    /// <param name="buffer">At least <see cref="EncodedAudio.MaxLength"/> bytes; not to be used after the task has completed.</param>
    /// <param name="cancellationToken">Cancelled when the session ends.</param>
    /// <returns>The packet's length, timestamp and marker; a length of 0 means the end.</returns>
    ValueTask<EncodedAudioFrame> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);
}
