namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Where the assistant's voice goes: a loudspeaker, a file, a phone line. The caller owns it; a session never disposes it.</summary>
/// <remarks>
/// A session writes 20 ms every 20 ms from the first received packet on, silence where nothing was said. It has one write under way at a time.
/// A write that takes long makes the session drop what is older than 80 ms, counted; one that throws ends the writing and is reported once.
/// </remarks>
public interface IAudioSink
{
    /// <summary>The shape of what is to be written. Does not change.</summary>
    AudioFormat Format { get; }

    /// <summary>
    /// True when <see cref="WriteAsync"/> never holds up its caller: it returns at once, with a task that may complete later, and takes well under a millisecond. The session then writes
    /// on the thread that paces the packets of all calls, which saves a switch of threads every 20 ms. A file, a pipe or a driver may block: leave it false. Default: false.
    /// </summary>
    bool IsNonBlocking => false;

    /// <summary>Takes samples, interleaved. Completes when the buffer may be used again.</summary>
    /// <param name="pcm">Samples in <see cref="Format"/>; not to be used after the task has completed.</param>
    /// <param name="cancellationToken">Cancelled when the session ends.</param>
    ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default);

    /// <summary>
    /// Drops at once whatever has been written but not yet heard, because the assistant was interrupted. Called from any thread, also while a
    /// write is under way, and does not block. What is no longer ours to drop (a file, a pipe) stays.
    /// </summary>
    void Flush();

    /// <summary>How much has been written and not yet been heard; zero where the sink cannot tell. Called from any thread. Default: zero.</summary>
    TimeSpan Buffered => TimeSpan.Zero;
}
