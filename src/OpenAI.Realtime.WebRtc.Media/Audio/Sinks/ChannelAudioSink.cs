namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>A sink that the program reads samples out of: for a loudspeaker that asks for samples, a phone line, an analysis.</summary>
public sealed class ChannelAudioSink : IAudioSink
{
    private readonly PcmPipe _pipe;

    /// <summary>Makes one.</summary>
    /// <param name="format">The shape of what will be read. Default: 24 kHz mono.</param>
    /// <param name="capacity">How much may wait to be read; beyond that the session drops what it would write. 20 ms to 1 h, held in memory. Default: 1 s.</param>
    public ChannelAudioSink(AudioFormat? format = null, TimeSpan? capacity = null)
    {
        Format = format ?? AudioFormat.Mono24kHz;
        Format.Validate(nameof(format));
        TimeSpan time = capacity ?? TimeSpan.FromSeconds(1);
        ArgumentOutOfRangeException.ThrowIfLessThan(time, FramePacer.Frame, nameof(capacity));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TimeSpan.FromHours(1), nameof(capacity));
        _pipe = new PcmPipe(Format.SamplesIn(time));
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public TimeSpan Buffered => Format.DurationOf(_pipe.Count);

    /// <summary>Reads what there is, waiting while there is nothing. One reader at a time.</summary>
    /// <returns>How many samples, all channels counted; 0 after <see cref="Complete"/> when all has been read.</returns>
    public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default) =>
        _pipe.ReadAsync(buffer, Format.Channels, cancellationToken);

    /// <summary>Reads what there is without waiting, for the callback of a sound card. Returns how many samples; the rest is left as it was.</summary>
    public int TryRead(Span<short> buffer) => _pipe.Read(buffer, Format.Channels, out _);

    /// <inheritdoc/>
    public bool IsNonBlocking => true;

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default) =>
        _pipe.WriteAsync(pcm, Format.Channels, cancellationToken);

    /// <inheritdoc/>
    public void Flush() => _pipe.Clear();

    /// <summary>No more will be kept: the reader sees the end when it has read what is there, and later writes are dropped.</summary>
    public void Complete() => _pipe.Complete();
}
