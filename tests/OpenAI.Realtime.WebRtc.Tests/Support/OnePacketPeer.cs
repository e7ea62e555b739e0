using System.Threading.Tasks.Sources;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>A connection that gives the same packet again and again with rising numbers, and allocates nothing for it.</summary>
internal sealed class OnePacketPeer(byte[] opus) : IPeerConnection, IValueTaskSource<bool>
{
    private ManualResetValueTaskSourceCore<bool> _core;
    private int _number = -1;
    private bool _there;

    public IPeerConnection Connection => this;

    public PeerState State => PeerState.Connected;

    public System.Threading.Channels.ChannelReader<PeerStateChange> StateChanges => throw new NotSupportedException();

    public Task<PeerEnd> Completion => throw new NotSupportedException();

    public void Deliver()
    {
        using NoSynchronizationContext scope = NoSynchronizationContext.Enter();
        _number++;
        _there = true;
        _core.SetResult(true);
    }

    public ValueTask<bool> WaitForAudioAsync(CancellationToken cancellationToken = default)
    {
        if (_number < 0)
            cancellationToken.Register(() => _core.SetResult(false));
        _core.Reset();
        return new(this, _core.Version);
    }

    public bool TryReadAudio(Span<byte> destination, out EncodedAudio packet)
    {
        bool there = _there;
        _there = false;
        opus.CopyTo(destination);
        packet = new EncodedAudio(opus.Length, 111, (ushort)_number, (uint)(960 * _number), false, 1, default);
        return there;
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    public ValueTask<string> CreateOfferAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<string> CreateAnswerAsync(string offer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void SetAnswer(string sdp) => throw new NotSupportedException();

    public Task ConnectAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public PeerStatistics GetStatistics() => throw new NotSupportedException();

    public ValueTask<IncomingMessage?> ReceiveMessageAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask SendMessageAsync(ReadOnlyMemory<byte> message, MessageKind kind, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public void SendAudio(ReadOnlySpan<byte> opus, uint timestamp, bool marker) => throw new NotSupportedException();

    public Task CloseAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => default;
}
