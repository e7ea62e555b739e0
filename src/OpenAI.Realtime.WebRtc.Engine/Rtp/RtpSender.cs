using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Rtp;

/// <summary>The one source that we send: its numbering (RFC 3550 §5.1), and what a sender report says about it (§6.4.1).</summary>
internal sealed class RtpSender
{
    private readonly byte _payloadType;
    private readonly uint _timestampOffset;
    private readonly ushort _firstSequence;
    private ushort _callersFirst;
    private Serial16 _highestSequence;
    private uint _lastTimestamp;
    private Instant _lastSentAt;

    /// <param name="random">For the first sequence number and the timestamp's offset.</param>
    /// <param name="ssrc">As the SDP announces it.</param>
    /// <param name="payloadType">What the SDP negotiated for Opus; 0 to 127.</param>
    public RtpSender(RandomSource random, uint ssrc, byte payloadType)
    {
        Ssrc = ssrc;
        _payloadType = payloadType;
        _timestampOffset = random.NextUInt32();

        // Random (§5.1), but from the lower half: a receiver that misses the first packets then does not miss a roll-over with
        // them, which would cost it the stream (RFC 3711 §3.3.1).
        _firstSequence = (ushort)(random.NextUInt16() & 0x7FFF);
    }

    public uint Ssrc { get; }

    /// <summary>RTP packets written.</summary>
    public long PacketCount { get; private set; }

    /// <summary>Payload bytes written.</summary>
    public long OctetCount { get; private set; }

    /// <summary>Writes an RTP packet. False when it does not fit.</summary>
    /// <param name="payload">One Opus packet; may be empty. Must not overlap <paramref name="buffer"/>, except where it already stands behind the header.</param>
    /// <param name="sequenceNumber">
    /// The caller's own, from any start: the first packet gets our random first number, and every other one keeps its distance from it. So a relay shows loss as loss and
    /// reordering as reordering (RFC 3550 §7.1).
    /// </param>
    /// <param name="timestamp">In 48 kHz units from any start; our random offset is added.</param>
    /// <param name="marker">Whether a talkspurt begins.</param>
    /// <param name="now">For the RTP timestamp of sender reports.</param>
    /// <param name="buffer">Where the packet goes; leave room behind it for SRTP's tag.</param>
    /// <param name="length">The length of the packet.</param>
    public bool TryWritePacket(ReadOnlySpan<byte> payload, ushort sequenceNumber, uint timestamp, bool marker, Instant now, Span<byte> buffer, out int length)
    {
        length = 0;
        if (buffer.Length < RtpHeader.Length + payload.Length)
            return false;

        payload.CopyTo(buffer[RtpHeader.Length..]); // first: it may already stand there
        if (PacketCount == 0)
            _callersFirst = sequenceNumber;
        Serial16 sequence = new(unchecked((ushort)(_firstSequence + sequenceNumber - _callersFirst)));
        uint wireTimestamp = unchecked(timestamp + _timestampOffset);
        if (PacketCount == 0 || sequence > _highestSequence)
        {
            _highestSequence = sequence;
            _lastTimestamp = wireTimestamp;
            _lastSentAt = now;
        }

        RtpHeader header = new(_payloadType, marker, sequence, wireTimestamp, Ssrc);
        header.TryWrite(buffer);
        PacketCount++;
        OctetCount += payload.Length;
        length = RtpHeader.Length + payload.Length;
        return true;
    }

    /// <summary>
    /// What a sender report of this moment says. Its RTP timestamp is that of the same moment, not of the last packet (§6.4.1).
    /// </summary>
    public RtcpSenderInfo GetSenderInfo(DateTimeOffset wallClockAnchor, Instant now) => new(
        NtpTimestamp.At(wallClockAnchor, now),
        unchecked(_lastTimestamp + OpusClock.UnitsAt(now) - OpusClock.UnitsAt(_lastSentAt)),
        unchecked((uint)PacketCount),
        unchecked((uint)OctetCount));
}
