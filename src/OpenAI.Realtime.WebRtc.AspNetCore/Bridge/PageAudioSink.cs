using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>The assistant's voice on its way to the page: Opus in, the same Opus out. Allocates nothing per packet, and never waits.</summary>
internal sealed class PageAudioSink(IOpusTrack page) : IEncodedAudioSink
{
    private readonly RelayedStream _stream = new();

    /// <summary>Who listens in.</summary>
    public AudioListeners Listeners { get; } = new();

    public RelayedAudio Counted => _stream.Counted;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> opus, EncodedAudio packet, CancellationToken cancellationToken = default)
    {
        Listeners.Show(opus.Span, in packet);
        if (opus.IsEmpty)
            _stream.Skip(packet.SequenceNumber);
        else if (_stream.TryAccept(in packet, out OpusPacketHeader header))
            page.Send(opus.Span, header);
        return default;
    }

    /// <summary>Nothing is kept here; what listens in drops what it has.</summary>
    public void Flush() => Listeners.Flush();
}
