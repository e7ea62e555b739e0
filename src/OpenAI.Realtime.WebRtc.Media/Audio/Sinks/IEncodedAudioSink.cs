
namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Takes the assistant's Opus packets as they arrive, without jitter buffer and decoder: to relay or to record them. The caller owns it;
/// a session never disposes it.
/// </summary>
public interface IEncodedAudioSink
{
    /// <summary>Takes one packet, in order of arrival; sequence number and timestamp show loss, reordering and gaps.</summary>
    /// <param name="opus">The packet; not to be used after the task has completed. Empty where the packet was padding alone: its number is then no loss.</param>
    /// <param name="packet">What its header said.</param>
    /// <param name="cancellationToken">Cancelled when the session ends.</param>
    ValueTask WriteAsync(ReadOnlyMemory<byte> opus, EncodedAudio packet, CancellationToken cancellationToken = default);

    /// <summary>The assistant was interrupted: drop at once what is still queued. Called from any thread, and does not block.</summary>
    void Flush();
}
