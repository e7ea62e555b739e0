using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>A track that gives the same packet again and again with rising numbers, and allocates nothing for it. The first one alone can be waited for.</summary>
internal sealed class OnePacketPeer(byte[] opus) : IOpusReader
{
    private readonly TaskCompletionSource<bool> _first = new();
    private int _number = -1;
    private bool _there;

    public void Deliver()
    {
        using NoSynchronizationContext scope = NoSynchronizationContext.Enter();
        _there = true;
        if (++_number == 0)
            _first.SetResult(true);
    }

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => new(_first.Task.WaitAsync(cancellationToken));

    public bool TryRead(Span<byte> destination, out EncodedAudio packet)
    {
        bool there = _there;
        _there = false;
        opus.CopyTo(destination);
        packet = new EncodedAudio(opus.Length, 111, (ushort)_number, (uint)(960 * _number), false, 1, default);
        return there;
    }
}
