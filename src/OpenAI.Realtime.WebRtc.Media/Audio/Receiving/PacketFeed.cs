using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The receiving half of a track, fed with copies of packets: what the SDK's receiver reads from. It holds 1.28 s; then the oldest are dropped.</summary>
internal sealed class PacketFeed : IOpusReader
{
    private readonly IncomingAudio _packets = new(TimeSpan.Zero);

    public void Enqueue(ReadOnlySpan<byte> opus, in EncodedAudio packet) => _packets.Enqueue(opus, new ReceivedAudio(
        opus.Length, packet.PayloadType, packet.SequenceNumber, packet.Timestamp, packet.Marker, packet.Ssrc, Instant.Zero + packet.Arrival));

    /// <summary>No more will come.</summary>
    public void Complete() => _packets.Complete();

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => _packets.WaitAsync(cancellationToken);

    public bool TryRead(Span<byte> destination, out EncodedAudio packet) => _packets.TryRead(destination, out packet);
}
