namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Where the caller's voice comes from: a microphone, a file, a phone line. The caller owns it; a session never disposes it.</summary>
/// <remarks>
/// A session has one read under way at a time and never calls it from the thread that paces packets (unless the source says <see cref="IsNonBlocking"/>), so a read may take as long as
/// it likes: silence is sent meanwhile. A read that throws ends the source; it is reported once, and silence is sent from then on.
/// </remarks>
public interface IAudioSource
{
    /// <summary>The shape of what is read. Does not change.</summary>
    AudioFormat Format { get; }

    /// <summary>
    /// True when the source has a clock of its own, such as a sound card that yields 10 or 20 ms at a time: each 20 ms is then sent as soon
    /// as it is there. False when it can be read faster than real time or in lumps, such as a file or a pipe: the session then takes 20 ms every 20 ms.
    /// Default: false.
    /// </summary>
    bool PacesItself => false;

    /// <summary>
    /// True when the samples are being recorded while they are read: a microphone, a phone line, a pipe from a recorder. What has piled up, before the call or when the program
    /// was held up, is then left out and counted (<see cref="AudioSendStatistics.DroppedFrames"/>), so that the voice never lags. False when nothing may be lost, such as a file or
    /// synthesised speech. Without effect when <see cref="PacesItself"/> is true. Default: false.
    /// </summary>
    bool IsLive => false;

    /// <summary>
    /// True when <see cref="ReadAsync"/> never holds up its caller: it returns at once, with samples or with a task that completes later, and takes well under a millisecond. The session
    /// then reads on the thread that paces the packets of all calls, which saves a switch of threads every 20 ms. A file, a pipe or a driver may block: leave it false. Default: false.
    /// </summary>
    bool IsNonBlocking => false;

    /// <summary>
    /// True when the source keeps its own delay, as a sound device does that has a small buffer between its clock and ours. A session then reads 20 ms at each deadline, on the thread that paces the packets,
    /// and sends them at once: nothing is held ahead and nothing left out. A read that does not complete at once costs a frame of silence, counted. Heeded only together with
    /// <see cref="IsNonBlocking"/>, and without effect when <see cref="PacesItself"/> is true. Default: false.
    /// </summary>
    bool KeepsItsOwnDelay => false;

    /// <summary>Reads samples, interleaved. May give fewer than asked; 0 means the end, and silence is sent from then on.</summary>
    /// <param name="buffer">Where the samples go; not to be used after the task has completed.</param>
    /// <param name="cancellationToken">Cancelled when the session ends.</param>
    /// <returns>How many samples were read, all channels counted: a multiple of the channels.</returns>
    ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default);
}
