using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>The audio half of a connection: what a test delivers can be read, what is sent is kept.</summary>
internal sealed class FakePeerConnection : IPeerConnection
{
    private readonly Channel<(byte[] Opus, EncodedAudio Header)> _received =
        Channel.CreateUnbounded<(byte[], EncodedAudio)>(new() { AllowSynchronousContinuations = true, SingleReader = true });

    public List<(byte[] Opus, uint Timestamp, bool Marker)> Sent { get; } = [];

    public PeerState State => PeerState.Connected;

    public ChannelReader<PeerStateChange> StateChanges => Channel.CreateUnbounded<PeerStateChange>().Reader;

    public Task<PeerEnd> Completion => new TaskCompletionSource<PeerEnd>().Task;

    public void Deliver(ReadOnlySpan<byte> opus, ushort sequence, uint timestamp, TimeSpan arrival, uint ssrc = 1)
    {
        using NoSynchronizationContext scope = NoSynchronizationContext.Enter();
        Assert.True(_received.Writer.TryWrite((opus.ToArray(), new EncodedAudio(opus.Length, 111, sequence, timestamp, false, ssrc, arrival))));
    }

    public void EndAudio() => _received.Writer.TryComplete();

    public ValueTask<bool> WaitForAudioAsync(CancellationToken cancellationToken = default) => _received.Reader.WaitToReadAsync(cancellationToken);

    public bool TryReadAudio(Span<byte> destination, out EncodedAudio packet)
    {
        if (!_received.Reader.TryRead(out (byte[] Opus, EncodedAudio Header) next))
        {
            packet = default;
            return false;
        }

        next.Opus.CopyTo(destination);
        packet = next.Header;
        return true;
    }

    public void SendAudio(ReadOnlySpan<byte> opus, uint timestamp, bool marker) => Sent.Add((opus.ToArray(), timestamp, marker));

    public ValueTask<string> CreateOfferAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<string> CreateAnswerAsync(string offer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void SetAnswer(string sdp) => throw new NotSupportedException();

    public Task ConnectAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public PeerStatistics GetStatistics() => new();

    public ValueTask<IncomingMessage?> ReceiveMessageAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask SendMessageAsync(ReadOnlyMemory<byte> message, MessageKind kind, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task CloseAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public ValueTask DisposeAsync() => default;
}
