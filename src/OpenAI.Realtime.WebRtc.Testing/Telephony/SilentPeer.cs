using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The caller's side of a call that came in by telephone: it is connected, says nothing, and hears nothing. The conversation goes on by its sidebands.</summary>
internal sealed class SilentPeer : IPeerConnection, IMessageChannel, IOpusTrack
{
    private readonly TaskCompletionSource<PeerEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<PeerStateChange> _changes = Channel.CreateBounded<PeerStateChange>(1);

    public SilentPeer() => _changes.Writer.TryComplete();

    public PeerState State => _completion.Task.IsCompleted ? PeerState.Closed : PeerState.Connected;

    public ChannelReader<PeerStateChange> StateChanges => _changes.Reader;

    public IMessageChannel Messages => this;

    public IOpusTrack Audio => this;

    public Task<PeerEnd> Completion => _completion.Task;

    public ValueTask<string> CreateOfferAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<string> CreateAnswerAsync(string offer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void SetAnswer(string sdp) => throw new NotSupportedException();

    public Task ConnectAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public PeerStatistics GetStatistics() => new();

    public Task CloseAsync(CancellationToken cancellationToken = default)
    {
        _completion.TrySetResult(new PeerEnd(PeerEndReason.ClosedLocally, PeerPhase.Connected, "Closed by this side."));
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => new(CloseAsync());

    public void Send(ReadOnlySpan<byte> opus, OpusPacketHeader header)
    {
        // Nobody listens.
    }

    public bool TryRead(Span<byte> destination, out EncodedAudio packet)
    {
        packet = default;
        return false;
    }

    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default)
    {
        await _completion.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return false;
    }

    public async ValueTask<IncomingMessage?> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        await _completion.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return null;
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> message, MessageKind kind, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
}
