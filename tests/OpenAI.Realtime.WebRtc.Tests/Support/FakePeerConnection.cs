using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>A track: what a test delivers can be read, what is sent is kept.</summary>
internal sealed class FakePeerConnection : IOpusTrack
{
    private readonly Channel<(byte[] Opus, EncodedAudio Header)> _received =
        Channel.CreateUnbounded<(byte[], EncodedAudio)>(new() { AllowSynchronousContinuations = true, SingleReader = true });

    public List<(byte[] Opus, uint Timestamp, bool Marker)> Sent { get; } = [];

    /// <summary>The numbers of what was sent.</summary>
    public List<ushort> Numbers { get; } = [];

    public void Deliver(ReadOnlySpan<byte> opus, ushort sequence, uint timestamp, TimeSpan arrival, uint ssrc = 1, bool marker = false)
    {
        using NoSynchronizationContext scope = NoSynchronizationContext.Enter();
        Assert.True(_received.Writer.TryWrite((opus.ToArray(), new EncodedAudio(opus.Length, 111, sequence, timestamp, marker, ssrc, arrival))));
    }

    public void EndAudio() => _received.Writer.TryComplete();

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => _received.Reader.WaitToReadAsync(cancellationToken);

    public bool TryRead(Span<byte> destination, out EncodedAudio packet)
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

    public void Send(ReadOnlySpan<byte> opus, OpusPacketHeader header)
    {
        Sent.Add((opus.ToArray(), header.Timestamp, header.Marker));
        Numbers.Add(header.SequenceNumber);
    }
}
