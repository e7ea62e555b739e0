using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// The sound of a call: source, sink and codecs on one side, a track on the other. The track can be replaced while sound flows, so that the same microphone and loudspeaker go on while the
/// call beneath them is exchanged.
/// </summary>
/// <remarks>Every member may be called from any thread. The port owns codecs and buffers; source, sink and tracks are the caller's.</remarks>
public sealed class MediaPort : IAsyncDisposable
{
    private readonly ReplaceableTrack? _track;
    private readonly IAudioUplink _uplink;
    private readonly IAudioDownlink _downlink;

    /// <summary>Makes a port in which nothing runs yet.</summary>
    /// <param name="options">Source, sink, codec, delay.</param>
    /// <param name="track">The track to begin with.</param>
    /// <param name="timeProvider">The clock. Default: the system's.</param>
    /// <param name="logger">Where a failing source, sink or codec is reported. Default: nowhere.</param>
    /// <param name="codecs">The Opus implementation where <paramref name="options"/> name none. Default: libopus, or Concentus where that is missing.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or a format cannot be used.</exception>
    /// <exception cref="OpusLibraryNotFoundException">libopus is asked for and missing.</exception>
    public MediaPort(AudioOptions options, IOpusTrack track, TimeProvider? timeProvider = null, ILogger? logger = null, IOpusCodecFactory? codecs = null)
        : this(options, track, new AudioLinkContext(timeProvider ?? TimeProvider.System, logger) { Codecs = codecs })
    {
    }

    internal MediaPort(AudioOptions options, IOpusTrack track, AudioLinkContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(track);
        options.Validate();
        _track = new ReplaceableTrack(track);
        if (options.EncodedSource is null || options.EncodedSink is null)
        {
            IOpusCodecFactory codecs = AudioLinks.Codecs(options, context);
            Codec = codecs.Name;
            ConcentusRehearsal.Begin(codecs, options.Encoder);
            if (context.Logger is { } logger)
                AudioLog.Codec(logger, Codec);
        }

        _downlink = AudioLinks.CreateDownlink(options, _track, context);
        try
        {
            _uplink = AudioLinks.CreateUplink(options, _track, context);
        }
        catch
        {
            _ = _downlink.DisposeAsync().AsTask();      // it holds a decoder; nothing of it runs, so there is nothing to wait for
            throw;
        }
    }

    /// <summary>For tests that need no sound.</summary>
    internal MediaPort(IAudioUplink uplink, IAudioDownlink downlink) => (_uplink, _downlink) = (uplink, downlink);

    /// <summary>
    /// The track that sound goes to and comes from. Another one may be set at any moment: the next packet sent goes to it, and its first packet starts the jitter buffer anew.
    /// What the old one still held is not read.
    /// </summary>
    public IOpusTrack Track
    {
        get => Replaceable.Current;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Replaceable.Current = value;
        }
    }

    /// <summary>Whether encoded silence is sent in place of the source; the source is read on. Default: <see cref="AudioOptions.StartMuted"/>.</summary>
    public bool IsMuted
    {
        get => _uplink.IsMuted;
        set => _uplink.IsMuted = value;
    }

    /// <summary>The name of the Opus implementation that runs; null when packets are sent and taken as they are.</summary>
    public string? Codec { get; }

    /// <summary>How loud the last 20 ms sent were.</summary>
    public AudioLevel InputLevel => _uplink.Level;

    /// <summary>How loud the last 20 ms played were.</summary>
    public AudioLevel OutputLevel => _downlink.Level;

    private ReplaceableTrack Replaceable => _track ?? throw new InvalidOperationException("This port was made without a track.");

    /// <summary>Starts to play what arrives. Once; before or after the track carries anything.</summary>
    public void StartReceiving() => _downlink.Start();

    /// <summary>Starts to send: the first packet leaves within 20 ms. Once, when the track may carry sound.</summary>
    public void StartSending() => _uplink.Start();

    /// <summary>Drops at once all that was received and not yet heard. Does not block.</summary>
    public void Flush() => _downlink.Flush();

    /// <summary>What has been counted until now; also after the end.</summary>
    public AudioStatistics GetStatistics() => new(_uplink.GetStatistics(), _downlink.GetStatistics());

    /// <summary>Ends the sending; what arrives is played on. Later calls do nothing.</summary>
    public ValueTask StopSendingAsync() => _uplink.DisposeAsync();

    /// <summary>Ends both directions and frees the codecs. A source or sink that does not return within 500 ms is left behind, and logged.</summary>
    public async ValueTask DisposeAsync()
    {
        await _uplink.DisposeAsync().ConfigureAwait(false);
        await _downlink.DisposeAsync().ConfigureAwait(false);
        _track?.Dispose();
    }
}
