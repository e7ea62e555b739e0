using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>The receiving half of a connection, fed with copies of packets: what the SDK's receiver reads from. It holds 1.28 s; then the oldest are dropped.</summary>
internal sealed class PacketFeed : IPeerConnection
{
    private readonly IncomingAudio _packets = new();

    public void Enqueue(ReadOnlySpan<byte> opus, in EncodedAudio packet) => _packets.Enqueue(opus, new ReceivedAudio(
        opus.Length, packet.PayloadType, packet.SequenceNumber, packet.Timestamp, packet.Marker, packet.Ssrc, Instant.Zero + packet.Arrival));

    /// <summary>No more will come.</summary>
    public void Complete() => _packets.Complete();

    public ValueTask<bool> WaitForAudioAsync(CancellationToken cancellationToken = default) => _packets.WaitAsync(cancellationToken);

    public bool TryReadAudio(Span<byte> destination, out EncodedAudio packet) => _packets.TryRead(destination, out packet);

    // The other half belongs to a real connection.
    public PeerState State => throw NotHere();

    public ChannelReader<PeerStateChange> StateChanges => throw NotHere();

    public Task<PeerEnd> Completion => throw NotHere();

    public ValueTask<string> CreateOfferAsync(CancellationToken cancellationToken = default) => throw NotHere();

    public ValueTask<string> CreateAnswerAsync(string offer, CancellationToken cancellationToken = default) => throw NotHere();

    public void SetAnswer(string sdp) => throw NotHere();

    public Task ConnectAsync(CancellationToken cancellationToken = default) => throw NotHere();

    public PeerStatistics GetStatistics() => throw NotHere();

    public ValueTask<IncomingMessage?> ReceiveMessageAsync(CancellationToken cancellationToken = default) => throw NotHere();

    public ValueTask SendMessageAsync(ReadOnlyMemory<byte> message, MessageKind kind, CancellationToken cancellationToken = default) => throw NotHere();

    public void SendAudio(ReadOnlySpan<byte> opus, uint timestamp, bool marker) => throw NotHere();

    public Task CloseAsync(CancellationToken cancellationToken = default) => throw NotHere();

    public ValueTask DisposeAsync() => default;

    private static NotSupportedException NotHere() => new("A feed of packets has only its audio.");
}
