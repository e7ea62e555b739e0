namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>A source that the program pushes samples into: speech made elsewhere, a decoder, a phone line. Silence is sent while it is empty.</summary>
public sealed class ChannelAudioSource : IAudioSource
{
    private readonly PcmPipe _pipe;

    /// <summary>Makes one.</summary>
    /// <param name="format">The shape of what will be pushed. Default: 24 kHz mono.</param>
    /// <param name="capacity">How much may wait before <see cref="WriteAsync"/> does. 20 ms to 1 h, held in memory. Default: 1 s.</param>
    /// <param name="isLive">
    /// Set it when what is pushed is being recorded, as on a phone line: what has piled up is left out, so that the voice never lags. Default: false, nothing is lost and
    /// <see cref="WriteAsync"/> keeps the pace, as for synthesised speech.
    /// </param>
    public ChannelAudioSource(AudioFormat? format = null, TimeSpan? capacity = null, bool isLive = false)
    {
        Format = format ?? AudioFormat.Mono24kHz;
        Format.Validate(nameof(format));
        TimeSpan time = capacity ?? TimeSpan.FromSeconds(1);
        ArgumentOutOfRangeException.ThrowIfLessThan(time, FramePacer.Frame, nameof(capacity));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TimeSpan.FromHours(1), nameof(capacity));
        _pipe = new PcmPipe(Format.SamplesIn(time));
        IsLive = isLive;
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public bool PacesItself => false;

    /// <inheritdoc/>
    public bool IsLive { get; }

    /// <summary>How much waits to be sent.</summary>
    public TimeSpan Buffered => Format.DurationOf(_pipe.Count);

    /// <summary>Pushes samples; waits while there is no room. Any thread, one writer at a time.</summary>
    /// <param name="pcm">Samples in <see cref="Format"/>, a multiple of the channels.</param>
    /// <param name="cancellationToken">Ends the wait; what had found room stays.</param>
    /// <exception cref="InvalidOperationException">The source was completed.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
    {
        ThrowIfCompleted();
        return _pipe.WriteAsync(pcm, Format.Channels, cancellationToken);
    }

    /// <summary>Pushes as many samples as there is room for, and says how many.</summary>
    /// <exception cref="InvalidOperationException">The source was completed.</exception>
    public int TryWrite(ReadOnlySpan<short> pcm)
    {
        ThrowIfCompleted();
        return _pipe.Write(pcm, Format.Channels);
    }

    /// <summary>Drops what waits to be sent.</summary>
    public void Clear() => _pipe.Clear();

    /// <summary>No more will come; what waits is still sent, then silence.</summary>
    public void Complete() => _pipe.Complete();

    /// <inheritdoc/>
    public bool IsNonBlocking => true;

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default) =>
        _pipe.ReadAsync(buffer, Format.Channels, cancellationToken);

    private void ThrowIfCompleted()
    {
        if (_pipe.IsCompleted)
            throw new InvalidOperationException("The source was completed: nothing more can be written.");
    }
}
