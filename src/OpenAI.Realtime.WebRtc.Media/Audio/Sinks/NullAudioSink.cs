namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Takes audio and forgets it.</summary>
public sealed class NullAudioSink : IAudioSink
{
    /// <summary>Makes one.</summary>
    /// <param name="format">Default: 48 kHz mono, which needs no resampling.</param>
    public NullAudioSink(AudioFormat? format = null) => Format = format ?? AudioFormat.Mono48kHz;

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public TimeSpan Buffered => TimeSpan.Zero;

    /// <inheritdoc/>
    public bool IsNonBlocking => true;

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default) => default;

    /// <inheritdoc/>
    public void Flush()
    {
    }
}
