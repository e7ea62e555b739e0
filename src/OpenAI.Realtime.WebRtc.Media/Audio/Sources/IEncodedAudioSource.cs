namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>One Opus packet that an <see cref="IEncodedAudioSource"/> has read.</summary>
/// <param name="Length">How many bytes of the buffer are the packet; 0 means the end.</param>
/// <param name="Header">Its number, time and marker: what was lost or reordered on the way to the source is shown to the peer as it is.</param>
public readonly record struct EncodedAudioFrame(int Length, OpusPacketHeader Header);

/// <summary>
/// Opus packets made elsewhere, such as by a browser at the other end of a bridge: they are sent as they are, when they come, without
/// decoding. The caller owns it; a session never disposes it.
/// </summary>
public interface IEncodedAudioSource
{
    /// <summary>Waits for the next packet. It is sent as soon as it has been read: the source sets the pace.</summary>
    /// <param name="buffer">At least <see cref="EncodedAudio.MaxLength"/> bytes; not to be used after the task has completed.</param>
    /// <param name="cancellationToken">Cancelled when the session ends.</param>
    /// <returns>The packet's length and header; a length of 0 means the end.</returns>
    ValueTask<EncodedAudioFrame> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);
}
