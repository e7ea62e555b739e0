using System.Runtime.CompilerServices;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>The page's voice on its way to the service: Opus in, the same Opus out. Allocates nothing per packet.</summary>
internal sealed class PageAudioSource(IPeerConnection page) : IEncodedAudioSource
{
    private readonly RelayedStream _stream = new();

    /// <summary>Who listens in.</summary>
    public AudioListeners Listeners { get; } = new();

    public RelayedAudio Counted => _stream.Counted;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<EncodedAudioFrame> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            while (page.TryReadAudio(buffer.Span, out EncodedAudio packet))
            {
                Listeners.Show(buffer.Span[..packet.Length], in packet);
                if (packet.Length > 0 && _stream.TryAccept(in packet, out uint timestamp, out int missing))
                    return new EncodedAudioFrame(packet.Length, timestamp, packet.Marker) { Lost = missing };
            }
            if (!await page.WaitForAudioAsync(cancellationToken).ConfigureAwait(false))
                return default;
        }
    }
}
