using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// A sink that listens in on packets which belong to somebody else, such as those of a relay: copies of them go through a jitter buffer and a decoder of its own, beside the relay and never
/// in its way.
/// </summary>
/// <remarks>One caller of <see cref="Show"/>; the rest from any thread. The sink is the caller's.</remarks>
public sealed class OpusListener : IAsyncDisposable
{
    private readonly PacketFeed _feed = new();
    private readonly AudioReceiver _receiver;

    /// <summary>Makes one that does not play yet.</summary>
    /// <param name="sink">Where the sound goes.</param>
    /// <param name="codec">The Opus implementation. Default: libopus, or Concentus where that is missing.</param>
    /// <param name="timeProvider">The clock. Default: the system's.</param>
    /// <param name="logger">Where a failing sink or codec is reported. Default: nowhere.</param>
    /// <exception cref="ArgumentException">The sink's format cannot be used.</exception>
    /// <exception cref="OpusLibraryNotFoundException"><paramref name="codec"/> is libopus, and that is missing.</exception>
    public OpusListener(IAudioSink sink, IOpusCodecFactory? codec = null, TimeProvider? timeProvider = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        IOpusDecoder decoder = (codec ?? OpusCodecs.Auto).CreateDecoder();
        try
        {
            _receiver = new AudioReceiver(sink, decoder, new JitterBufferOptions(), _feed, new AudioLinkContext(timeProvider ?? TimeProvider.System, logger));
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <summary>Starts to play what is shown. Once.</summary>
    public void Start() => _receiver.Start();

    /// <summary>Shows a packet, in order of arrival. It is copied; when more than 1.28 s wait to be played, the oldest is dropped.</summary>
    public void Show(ReadOnlySpan<byte> opus, in EncodedAudio packet) => _feed.Enqueue(opus, in packet);

    /// <summary>Drops at once what was shown and not yet heard.</summary>
    public void Flush() => _receiver.Flush();

    /// <summary>Ends the listening and frees the decoder.</summary>
    public async ValueTask DisposeAsync()
    {
        _feed.Complete();
        await _receiver.DisposeAsync().ConfigureAwait(false);
    }
}
