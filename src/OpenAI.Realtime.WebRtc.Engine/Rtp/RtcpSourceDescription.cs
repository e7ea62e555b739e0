using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Rtp;

/// <summary>
/// A view of a source description (RFC 3550 §6.5), of which only CNAME is looked for.
/// <code>
/// +---------------------------------------------------------------+
/// |                           SSRC or CSRC                        |   SC chunks, each of which
/// +---------------+---------------+-------------------------------+   ends with a zero and begins
/// |    item = 1   |    length     |   text …                      |   on a word boundary
/// +---------------+---------------+-------------------------------+
/// </code>
/// </summary>
internal static class RtcpSourceDescription
{
    /// <summary>The item that names a source for good (§6.5.1).</summary>
    public const byte CnameItem = 1;

    private const byte EndItem = 0;

    /// <summary>The CNAME of this source, as UTF-8. False when it is not there, or the packet is malformed.</summary>
    public static bool TryFindCname(in RtcpPacket packet, uint ssrc, out ReadOnlySpan<byte> cname)
    {
        cname = default;
        if (packet.Type != RtcpPacketType.SourceDescription)
            return false;

        SpanReader reader = new(packet.Body);
        for (int chunk = 0; chunk < packet.Count; chunk++)
        {
            if (!reader.TryReadUInt32(out uint source))
                return false;
            while (true)
            {
                if (!reader.TryReadUInt8(out byte item))
                    return false;
                if (item == EndItem)
                    break;
                if (!reader.TryReadVector8(out ReadOnlySpan<byte> text))
                    return false;
                if (item == CnameItem && source == ssrc)
                {
                    cname = text;
                    return true;
                }
            }

            // The body begins on a word boundary, so what is left after a chunk is whole words.
            if (!reader.TrySkip(reader.Remaining % 4))
                return false;
        }

        return false;
    }
}
