namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Takes out of what the microphone heard that which the loudspeaker played. Mono at 48 kHz, 20 ms a call. <see cref="EchoCanceller"/> is the one of this package; implement it to bring another.
/// </summary>
/// <remarks>One caller at a time; <see cref="State"/> may be read by any thread.</remarks>
public interface IEchoCanceller
{
    /// <summary>By how much the output is later than the near end.</summary>
    TimeSpan Latency { get; }

    /// <summary>What it is doing. Any thread.</summary>
    EchoCancellerState State { get; }

    /// <summary>Cancels 20 ms. Allocates nothing, does not block and does not throw for what the samples are.</summary>
    /// <param name="farEnd">
    /// 960 samples that were given to the loudspeaker, at the moment at which they were given to it; zeros where nothing was played. One frame of each side a call, so that the two advance together.
    /// </param>
    /// <param name="nearEnd">960 samples of the microphone.</param>
    /// <param name="output">Room for 960 samples; may be the memory of <paramref name="nearEnd"/>.</param>
    /// <param name="delay">
    /// How much later the echo of a far-end sample comes in the near end, 0 to 500 ms, as both devices' buffers tell; null where nobody knows. A hint: it may be wrong by tens of milliseconds.
    /// </param>
    /// <exception cref="ArgumentException">One of the spans has another length.</exception>
    void Process(ReadOnlySpan<short> farEnd, ReadOnlySpan<short> nearEnd, Span<short> output, TimeSpan? delay = null);

    /// <summary>Forgets everything: another device, another room.</summary>
    void Reset();
}
