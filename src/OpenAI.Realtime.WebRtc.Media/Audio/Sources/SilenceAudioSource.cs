namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Silence without end: for who only listens, or talks by text.</summary>
public sealed class SilenceAudioSource : IAudioSource
{
    /// <inheritdoc/>
    public AudioFormat Format => AudioFormat.Mono48kHz;

    /// <inheritdoc/>
    public bool PacesItself => false;

    /// <inheritdoc/>
    public bool IsNonBlocking => true;

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
    {
        buffer.Span.Clear();
        return new(buffer.Length);
    }
}
