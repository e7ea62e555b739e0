namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>A sine tone, for tests and for trying out a line.</summary>
public sealed class ToneAudioSource : IAudioSource
{
    private readonly double _step;
    private readonly double _amplitude;
    private long _left;
    private double _phase;

    /// <summary>Makes one.</summary>
    /// <param name="frequency">In Hz, below half of the sample rate.</param>
    /// <param name="peakDbfs">The peak in decibels below full scale. Default: −12.</param>
    /// <param name="format">Default: 48 kHz mono.</param>
    /// <param name="duration">When it ends. Default: null, never.</param>
    public ToneAudioSource(double frequency, double peakDbfs = -12, AudioFormat? format = null, TimeSpan? duration = null)
    {
        Format = format ?? AudioFormat.Mono48kHz;
        Format.Validate(nameof(format));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(frequency);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frequency, Format.SampleRate / 2.0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(peakDbfs, 0);
        if (duration is { } lasts)
            ArgumentOutOfRangeException.ThrowIfLessThan(lasts, TimeSpan.Zero, nameof(duration));
        _step = 2 * Math.PI * frequency / Format.SampleRate;
        _amplitude = short.MaxValue * Math.Pow(10, peakDbfs / 20);
        _left = duration is { } time ? (long)((Int128)time.Ticks * Format.SampleRate / TimeSpan.TicksPerSecond) : long.MaxValue;
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public bool PacesItself => false;

    /// <inheritdoc/>
    public bool IsNonBlocking => true;

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
    {
        Span<short> to = buffer.Span;
        int channels = Format.Channels;
        int count = (int)Math.Min(_left, to.Length / channels);
        for (int i = 0; i < count; i++)
        {
            to.Slice(i * channels, channels).Fill((short)Math.Round(_amplitude * Math.Sin(_phase)));
            _phase += _step;
            if (_phase > 2 * Math.PI)
                _phase -= 2 * Math.PI;
        }

        if (_left != long.MaxValue)
            _left -= count;
        return new(count * channels);
    }
}
