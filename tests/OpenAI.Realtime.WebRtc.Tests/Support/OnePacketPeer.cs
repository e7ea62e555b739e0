using System.Threading.Tasks.Sources;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>A track that gives the same packet again and again with rising numbers, and allocates nothing for it.</summary>
internal sealed class OnePacketPeer(byte[] opus) : IOpusReader, IValueTaskSource<bool>
{
    private ManualResetValueTaskSourceCore<bool> _core;
    private int _number = -1;
    private bool _there;

    public void Deliver()
    {
        using NoSynchronizationContext scope = NoSynchronizationContext.Enter();
        _number++;
        _there = true;
        _core.SetResult(true);
    }

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default)
    {
        if (_number < 0)
            cancellationToken.Register(() => _core.SetResult(false));
        _core.Reset();
        return new(this, _core.Version);
    }

    public bool TryRead(Span<byte> destination, out EncodedAudio packet)
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
}
