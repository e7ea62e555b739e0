using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The caller's voice on its way to the engine. Start once the connection may carry audio; dispose to stop.</summary>
internal interface IAudioUplink : IAsyncDisposable
{
    /// <summary>Starts sending: the first packet leaves within 20 ms.</summary>
    void Start();

    /// <summary>Whether encoded silence is sent instead of the source; the source is read on. Any thread.</summary>
    bool IsMuted { get; set; }

    /// <summary>The level of the last frame sent. Any thread.</summary>
    AudioLevel Level { get; }

    /// <summary>What was counted. Any thread.</summary>
    AudioSendStatistics GetStatistics();
}

/// <summary>The assistant's voice on its way from the engine. Start before or after the connection is up; dispose to stop.</summary>
internal interface IAudioDownlink : IAsyncDisposable
{
    /// <summary>Starts reading packets from the connection.</summary>
    void Start();

    /// <summary>Drops at once all that was received and not yet heard. Any thread; does not block.</summary>
    void Flush();

    /// <summary>The level of the last 20 ms played. Any thread.</summary>
    AudioLevel Level { get; }

    /// <summary>What was counted. Any thread.</summary>
    AudioReceiveStatistics GetStatistics();
}

/// <summary>What both directions need from the session.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where faults are logged.</param>
/// <param name="OnFault">Called once when a source or a sink fails, on any thread; it must not block.</param>
internal sealed record AudioLinkContext(TimeProvider Time, ILogger? Logger = null, Action<AudioFault>? OnFault = null)
{
    /// <summary>Where faults are logged; what it throws is nobody's.</summary>
    public ILogger? Logger { get; } = Logger is null ? null : GuardedLogger.Guard(Logger);

    /// <summary>For tests in virtual time: user code runs on the thread that advances the clock, so that runs repeat exactly.</summary>
    public bool Inline { get; init; }

    /// <summary>The Opus implementation where the session's options name none; null for libopus or, where that is missing, Concentus.</summary>
    public IOpusCodecFactory? Codecs { get; init; }
}

/// <summary>A source, a sink or a codec failed.</summary>
/// <param name="Part">Which: <c>source</c>, <c>sink</c>, <c>encoder</c>, <c>decoder</c> or <c>connection</c>.</param>
/// <param name="Exception">What it threw.</param>
internal sealed record AudioFault(string Part, Exception Exception);

/// <summary>Makes the two directions of a session from its options.</summary>
internal static class AudioLinks
{
    /// <summary>Makes the uplink. Nothing runs before it is started.</summary>
    /// <exception cref="ArgumentException">A format cannot be used.</exception>
    /// <exception cref="OpusLibraryNotFoundException">libopus is asked for and missing.</exception>
    public static IAudioUplink CreateUplink(AudioOptions options, IOpusTrack track, AudioLinkContext context) =>
        options.EncodedSource is { } encoded
            ? new EncodedAudioSender(encoded, track, context) { IsMuted = options.StartMuted }
            : new AudioSender(options.Source ?? new SilenceAudioSource(), Codecs(options, context).CreateEncoder(options.Encoder), options.Encoder, track, context)
            {
                IsMuted = options.StartMuted,
            };

    /// <summary>Makes the downlink. Nothing runs before it is started.</summary>
    /// <exception cref="ArgumentException">A format cannot be used.</exception>
    /// <exception cref="OpusLibraryNotFoundException">libopus is asked for and missing.</exception>
    public static IAudioDownlink CreateDownlink(AudioOptions options, IOpusReader reader, AudioLinkContext context) =>
        options.EncodedSink is { } encoded
            ? new EncodedAudioReceiver(encoded, reader, context)
            : new AudioReceiver(options.Sink ?? new NullAudioSink(), Codecs(options, context).CreateDecoder(), options.JitterBuffer, reader, context);

    /// <summary>The Opus implementation of a session.</summary>
    public static IOpusCodecFactory Codecs(AudioOptions options, AudioLinkContext context) =>
        options.CodecFactory ?? (options.Codec == OpusCodecChoice.Auto ? context.Codecs : null) ?? OpusCodecs.For(options.Codec);
}
