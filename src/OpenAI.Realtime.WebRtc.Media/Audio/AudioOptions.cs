namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The microphone, the loudspeaker and what lies between them and the wire. The caller owns sources and sinks.</summary>
public sealed class AudioOptions
{
    /// <summary>The caller's voice. Default: null, silence. Not together with <see cref="EncodedSource"/>.</summary>
    public IAudioSource? Source { get; set; }

    /// <summary>Where the assistant's voice goes. Default: null, nowhere; it is decoded and counted all the same. Not together with <see cref="EncodedSink"/>.</summary>
    public IAudioSink? Sink { get; set; }

    /// <summary>The caller's voice as Opus packets, sent as they are. Default: null.</summary>
    public IEncodedAudioSource? EncodedSource { get; set; }

    /// <summary>Takes the assistant's voice as Opus packets, as they arrive. Default: null.</summary>
    public IEncodedAudioSink? EncodedSink { get; set; }

    /// <summary>How the caller's voice is encoded.</summary>
    public OpusEncoderOptions Encoder { get; set; } = new();

    /// <summary>Which of the Opus implementations that come with this package runs. Default: <see cref="OpusCodecChoice.Auto"/>.</summary>
    public OpusCodecChoice Codec { get; set; }

    /// <summary>An Opus implementation of your own. Default: null, as <see cref="Codec"/> says. Not together with a <see cref="Codec"/> other than Auto.</summary>
    public IOpusCodecFactory? CodecFactory { get; set; }

    /// <summary>Whether the session begins muted. Default: false.</summary>
    public bool StartMuted { get; set; }

    /// <summary>The delay of the jitter buffer.</summary>
    public JitterBufferOptions JitterBuffer { get; set; } = new();

    /// <summary>Throws when the options contradict each other, a format cannot be used, or what must not be null is.</summary>
    /// <exception cref="ArgumentException">What is wrong.</exception>
    public void Validate()
    {
        if (Source is not null && EncodedSource is not null)
            throw new ArgumentException("Set either Source or EncodedSource, not both.", nameof(Source));
        if (Sink is not null && EncodedSink is not null)
            throw new ArgumentException("Set either Sink or EncodedSink, not both.", nameof(Sink));
        Source?.Format.Validate(nameof(Source));
        Sink?.Format.Validate(nameof(Sink));
        if (!Enum.IsDefined(Codec))
            throw new ArgumentOutOfRangeException(nameof(Codec), Codec, "Not an Opus implementation: choose Auto, LibOpus or Concentus.");
        if (CodecFactory is not null && Codec != OpusCodecChoice.Auto)
            throw new ArgumentException("Set either Codec or CodecFactory, not both.", nameof(CodecFactory));
        ArgumentNullException.ThrowIfNull(Encoder);
        ArgumentNullException.ThrowIfNull(JitterBuffer);
        Encoder.Validate();
        JitterBuffer.Validate();
    }
}

/// <summary>The bounds of the jitter buffer's delay, which adapts between them to what the network does.</summary>
public sealed class JitterBufferOptions
{
    /// <summary>The delay to begin with. Default: 30 ms.</summary>
    public TimeSpan InitialDelay { get; set; } = TimeSpan.FromMilliseconds(30);

    /// <summary>The least delay. Default: 20 ms.</summary>
    public TimeSpan MinDelay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The greatest delay aimed at, up to 500 ms. Default: 500 ms.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MinDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(InitialDelay, MinDelay);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDelay, InitialDelay);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxDelay, TimeSpan.FromMilliseconds(500));
    }
}
