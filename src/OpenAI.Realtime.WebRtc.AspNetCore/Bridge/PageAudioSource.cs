using System.Runtime.CompilerServices;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>The page's voice on its way to the service: Opus in, the same Opus out. Allocates nothing per packet.</summary>
internal sealed class PageAudioSource(IOpusReader page) : IEncodedAudioSource
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
            while (page.TryRead(buffer.Span, out EncodedAudio packet))
            {
                cancellationToken.ThrowIfCancellationRequested();
                Listeners.Show(buffer.Span[..packet.Length], in packet);
                if (packet.Length == 0)
                    _stream.Skip(packet.SequenceNumber);
                else if (_stream.TryAccept(in packet, out OpusPacketHeader header))
                    return new EncodedAudioFrame(packet.Length, header);
            }
            if (!await page.WaitAsync(cancellationToken).ConfigureAwait(false))
                return default;
        }
    }
}
