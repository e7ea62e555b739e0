using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>What a test does with a packet that is sent.</summary>
internal delegate void PacketSent(ReadOnlySpan<byte> opus, OpusPacketHeader header);

/// <summary>A track on which nothing arrives: each packet sent goes to the test.</summary>
internal sealed class SendingTrack(PacketSent sent) : IOpusTrack
{
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => new(false);

    public bool TryRead(Span<byte> destination, out EncodedAudio packet)
    {
        packet = default;
        return false;
    }

    public void Send(ReadOnlySpan<byte> opus, OpusPacketHeader header) => sent(opus, header);
}
