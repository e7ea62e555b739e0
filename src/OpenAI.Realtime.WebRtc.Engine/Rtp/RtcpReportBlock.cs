using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Rtp;

/// <summary>
/// What a receiver says about one source (RFC 3550 §6.4.1).
/// <code>
/// +---------------------------------------------------------------+
/// |                    SSRC of the reported source                |
/// +---------------+-----------------------------------------------+
/// | fraction lost |       cumulative number of packets lost       |
/// +---------------+-----------------------------------------------+
/// |           extended highest sequence number received           |
/// +---------------------------------------------------------------+
/// |                      interarrival jitter                      |
/// +---------------------------------------------------------------+
/// |                         last SR (LSR)                         |
/// +---------------------------------------------------------------+
/// |                   delay since last SR (DLSR)                  |
/// +---------------------------------------------------------------+
/// </code>
/// </summary>
/// <param name="Ssrc">The source that this is about.</param>
/// <param name="FractionLost">Lost since the last report, in 1/256.</param>
/// <param name="CumulativeLost">Lost altogether; 24 bits with a sign, negative when duplicates outnumber losses.</param>
/// <param name="ExtendedHighestSequence">The highest sequence number, with the count of its wraps above it.</param>
/// <param name="Jitter">In units of the RTP clock.</param>
/// <param name="LastSenderReport">The middle 32 bits of the last sender report's NTP time; 0 when none came.</param>
/// <param name="DelaySinceLastSenderReport">In 1/65536 s; 0 when none came.</param>
internal readonly record struct RtcpReportBlock(
    uint Ssrc,
    byte FractionLost,
    int CumulativeLost,
    uint ExtendedHighestSequence,
    uint Jitter,
    uint LastSenderReport,
    uint DelaySinceLastSenderReport)
{
    public const int Length = 24;

    public static bool TryRead(ref SpanReader reader, out RtcpReportBlock block)
    {
        block = default;
        if (!reader.TryReadUInt32(out uint ssrc)
            || !reader.TryReadUInt8(out byte fractionLost)
            || !reader.TryReadUInt24(out int lost)
            || !reader.TryReadUInt32(out uint highest)
            || !reader.TryReadUInt32(out uint jitter)
            || !reader.TryReadUInt32(out uint lastSenderReport)
            || !reader.TryReadUInt32(out uint delay))
        {
            return false;
        }

        block = new(ssrc, fractionLost, lost << 8 >> 8, highest, jitter, lastSenderReport, delay);
        return true;
    }

    public void Write(ref SpanWriter writer)
    {
        writer.WriteUInt32(Ssrc);
        writer.WriteUInt8(FractionLost);
        writer.WriteUInt24(CumulativeLost & 0xFF_FFFF);
        writer.WriteUInt32(ExtendedHighestSequence);
        writer.WriteUInt32(Jitter);
        writer.WriteUInt32(LastSenderReport);
        writer.WriteUInt32(DelaySinceLastSenderReport);
    }
}
