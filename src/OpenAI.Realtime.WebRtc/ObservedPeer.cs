using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>A peer that tells when its first audio packet is read, and is otherwise the peer itself. The audio's receiver gets it.</summary>
internal sealed class ObservedPeer(IPeerConnection peer, Action<EncodedAudio> firstAudio) : IPeerConnection
{
    private int _heard;

    public PeerState State => peer.State;

    public ChannelReader<PeerStateChange> StateChanges => peer.StateChanges;

    public Task<PeerEnd> Completion => peer.Completion;

    public ValueTask<string> CreateOfferAsync(CancellationToken cancellationToken = default) => peer.CreateOfferAsync(cancellationToken);

    public ValueTask<string> CreateAnswerAsync(string offer, CancellationToken cancellationToken = default) => peer.CreateAnswerAsync(offer, cancellationToken);

    public void SetAnswer(string sdp) => peer.SetAnswer(sdp);

    public Task ConnectAsync(CancellationToken cancellationToken = default) => peer.ConnectAsync(cancellationToken);

    public PeerStatistics GetStatistics() => peer.GetStatistics();

    public ValueTask<IncomingMessage?> ReceiveMessageAsync(CancellationToken cancellationToken = default) => peer.ReceiveMessageAsync(cancellationToken);

    public ValueTask SendMessageAsync(ReadOnlyMemory<byte> message, MessageKind kind, CancellationToken cancellationToken = default) =>
        peer.SendMessageAsync(message, kind, cancellationToken);

    public ValueTask<bool> WaitForAudioAsync(CancellationToken cancellationToken = default) => peer.WaitForAudioAsync(cancellationToken);

    public bool TryReadAudio(Span<byte> destination, out EncodedAudio packet)
    {
        bool read = peer.TryReadAudio(destination, out packet);
        if (read && Volatile.Read(ref _heard) == 0 && Interlocked.Exchange(ref _heard, 1) == 0)
            firstAudio(packet);
        return read;
    }

    public void SendAudio(ReadOnlySpan<byte> opus, uint timestamp, bool marker) => peer.SendAudio(opus, timestamp, marker);

    public void SendAudio(ReadOnlySpan<byte> opus, uint timestamp, bool marker, int lost) => peer.SendAudio(opus, timestamp, marker, lost);

    public Task CloseAsync(CancellationToken cancellationToken = default) => peer.CloseAsync(cancellationToken);

    public ValueTask DisposeAsync() => peer.DisposeAsync();
}
