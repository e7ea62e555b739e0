using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Rtp;

/// <summary>
/// What a sender report says of the sender itself (RFC 3550 §6.4.1).
/// <code>
/// +---------------------------------------------------------------+
/// |                         SSRC of sender                        |
/// +===============================================================+
/// |                    NTP timestamp (64 bits)                    |
/// |                                                               |
/// +---------------------------------------------------------------+
/// |                         RTP timestamp                         |   the same moment on the media clock
/// +---------------------------------------------------------------+
/// |                     sender's packet count                     |
/// +---------------------------------------------------------------+
/// |                      sender's octet count                     |   payload only
/// +---------------------------------------------------------------+
/// </code>
/// </summary>
internal readonly record struct RtcpSenderInfo(NtpTimestamp NtpTime, uint RtpTimestamp, uint PacketCount, uint OctetCount)
{
    public const int Length = 20;
}

/// <summary>
/// A view of a sender report (§6.4.1) or a receiver report (§6.4.2): they differ in the sender's own part alone. What follows the
/// report blocks, a profile's extension, is passed over.
/// </summary>
internal ref struct RtcpReport
{
    private SpanReader _blocks;
    private int _blocksLeft;

    /// <summary>Who reports.</summary>
    public uint Ssrc { get; private init; }

    /// <summary>Present in a sender report.</summary>
    public RtcpSenderInfo? SenderInfo { get; private init; }

    /// <summary>False when this is another packet, or shorter than its report count says.</summary>
    public static bool TryParse(in RtcpPacket packet, out RtcpReport report)
    {
        report = default;
        if (packet.Type is not (RtcpPacketType.SenderReport or RtcpPacketType.ReceiverReport))
            return false;

        SpanReader reader = new(packet.Body);
        if (!reader.TryReadUInt32(out uint ssrc))
            return false;

        RtcpSenderInfo? senderInfo = null;
        if (packet.Type == RtcpPacketType.SenderReport)
        {
            if (!reader.TryReadUInt64(out ulong ntp)
                || !reader.TryReadUInt32(out uint rtp)
                || !reader.TryReadUInt32(out uint packets)
                || !reader.TryReadUInt32(out uint octets))
            {
                return false;
            }

            senderInfo = new(new(ntp), rtp, packets, octets);
        }

        if (reader.Remaining < packet.Count * RtcpReportBlock.Length)
            return false;
        report = new() { Ssrc = ssrc, SenderInfo = senderInfo, _blocks = reader, _blocksLeft = packet.Count };
        return true;
    }

    /// <summary>The next report block: at most 31 of them, by the width of the count.</summary>
    public bool TryReadNext(out RtcpReportBlock block)
    {
        block = default;
        return _blocksLeft-- > 0 && RtcpReportBlock.TryRead(ref _blocks, out block);
    }
}
