using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Rtp;

/// <summary>The one source that we send: its numbering (RFC 3550 §5.1), and what a sender report says about it (§6.4.1).</summary>
internal sealed class RtpSender
{
    /// <summary>The most numbers left out at a time; more would tell a receiver that the stream begins anew (RFC 3550 A.1, MAX_DROPOUT).</summary>
    public const int MaxLost = 500;

    private readonly byte _payloadType;
    private readonly uint _timestampOffset;
    private Serial16 _nextSequence;
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
        _nextSequence = new((ushort)(random.NextUInt16() & 0x7FFF));
    }

    public uint Ssrc { get; }

    /// <summary>RTP packets written.</summary>
    public long PacketCount { get; private set; }

    /// <summary>Payload bytes written.</summary>
    public long OctetCount { get; private set; }

    /// <summary>The number that the next packet gets.</summary>
    public Serial16 NextSequence => _nextSequence;

    /// <summary>Leaves numbers out: a relay shows its listener what it has not got itself (RFC 3550 §7.1).</summary>
    public void SkipLost(int packets) => _nextSequence += Math.Clamp(packets, 0, MaxLost);

    /// <summary>Writes an RTP packet. False when it does not fit; no number is used up then.</summary>
    /// <param name="payload">One Opus packet; may be empty. Must not overlap <paramref name="buffer"/>, except where it already stands behind the header.</param>
    /// <param name="timestamp">In 48 kHz units from any start; our random offset is added.</param>
    /// <param name="marker">Whether a talkspurt begins.</param>
    /// <param name="now">For the RTP timestamp of sender reports.</param>
    /// <param name="buffer">Where the packet goes; leave room behind it for SRTP's tag.</param>
    /// <param name="length">The length of the packet.</param>
    public bool TryWritePacket(ReadOnlySpan<byte> payload, uint timestamp, bool marker, Instant now, Span<byte> buffer, out int length)
    {
        length = 0;
        if (buffer.Length < RtpHeader.Length + payload.Length)
            return false;

        payload.CopyTo(buffer[RtpHeader.Length..]); // first: it may already stand there
        _lastTimestamp = unchecked(timestamp + _timestampOffset);
        _lastSentAt = now;
        RtpHeader header = new(_payloadType, marker, _nextSequence, _lastTimestamp, Ssrc);
        header.TryWrite(buffer);
        _nextSequence++;
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
