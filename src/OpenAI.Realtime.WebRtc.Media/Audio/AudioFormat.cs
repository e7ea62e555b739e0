namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The shape of PCM audio: 16-bit signed samples, interleaved when there are two channels.</summary>
/// <param name="SampleRate">Samples a second in each channel: 8,000 to 192,000, with a divisor of 48 or more in common with Opus' 48,000, as all usual rates have.</param>
/// <param name="Channels">1 or 2.</param>
public readonly record struct AudioFormat(int SampleRate, int Channels = 1)
{
    /// <summary>24 kHz mono: what the service's own PCM formats use, and the default of raw streams here.</summary>
    public static AudioFormat Mono24kHz => new(24_000);

    /// <summary>48 kHz mono: what Opus works in.</summary>
    public static AudioFormat Mono48kHz => new(48_000);

    /// <summary>The samples, all channels counted, that a time takes; rounded down to whole samples of each channel.</summary>
    public int SamplesIn(TimeSpan time) => checked((int)(time.Ticks * SampleRate / TimeSpan.TicksPerSecond) * Channels);

    /// <summary>How long so many samples, all channels counted, last.</summary>
    public TimeSpan DurationOf(long samples) => TimeSpan.FromTicks(samples / Channels * TimeSpan.TicksPerSecond / SampleRate);

    /// <summary>Throws unless the format can be used.</summary>
    internal void Validate(string parameterName)
    {
        if (Channels is not (1 or 2))
            throw new ArgumentException($"Audio has 1 or 2 channels, not {Channels}.", parameterName);
        if (!Resampler.CanConvert(SampleRate, OpusPacket.SampleRate))
            throw new ArgumentException($"A sample rate of {SampleRate} Hz cannot be converted to Opus' 48,000 Hz. A rate lies between 8,000 and 192,000 Hz and has a divisor of 48 or more in common with 48,000, "
                + "as 8, 11.025, 12, 16, 22.05, 24, 32, 44.1, 48, 96 and 192 kHz have.", parameterName);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{SampleRate} Hz {(Channels == 1 ? "mono" : "stereo")}";
}
