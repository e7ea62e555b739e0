using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

/// <summary>Received Opus packets on their way to the reader. When it is full the oldest is dropped and counted.</summary>
internal sealed class AudioInbox
{
    /// <summary>1.28 s of 20 ms packets: older ones are of no use to a listener.</summary>
    public const int MaxPackets = 64;

    private readonly Channel<(byte[] Payload, EncodedAudio Header)> _packets;
    private long _received;
    private long _bytes;
    private long _dropped;

    public AudioInbox() => _packets = Channel.CreateBounded<(byte[], EncodedAudio)>(
        new BoundedChannelOptions(MaxPackets) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
        _ => Interlocked.Increment(ref _dropped));

    public long Received => Interlocked.Read(ref _received);

    public long ReceivedBytes => Interlocked.Read(ref _bytes);

    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Takes one packet; on SIPSorcery's socket thread.</summary>
    public void Put(byte[] payload, in EncodedAudio header)
    {
        Interlocked.Increment(ref _received);
        Interlocked.Add(ref _bytes, payload.Length);
        if (payload.Length > EncodedAudio.MaxLength || !_packets.Writer.TryWrite((payload, header)))
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>No more will come; what is here can still be read.</summary>
    public void Complete() => _packets.Writer.TryComplete();

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _packets.Reader.WaitToReadAsync(cancellationToken);

    public bool TryRead(Span<byte> destination, out EncodedAudio packet)
    {
        if (_packets.Reader.TryPeek(out (byte[] Payload, EncodedAudio) next) && next.Payload.Length > destination.Length)
            throw new ArgumentException($"The destination has {destination.Length} bytes; a packet can have {EncodedAudio.MaxLength}.", nameof(destination));
        if (!_packets.Reader.TryRead(out (byte[] Payload, EncodedAudio Header) read))
        {
            packet = default;
            return false;
        }

        read.Payload.CopyTo(destination);
        packet = read.Header;
        return true;
    }
}
