using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Rtp;

/// <summary>
/// A view of a goodbye (RFC 3550 §6.6).
/// <code>
/// +---+-+---------+---------------+-------------------------------+
/// |V=2|P|   SC    |   PT=BYE=203  |            length             |
/// +---+-+---------+---------------+-------------------------------+
/// |                     SSRC or CSRC, SC words                    |
/// +---------------+-----------------------------------------------+
/// |    length     |     reason for leaving …                      |   may be left out; passed over
/// +---------------+-----------------------------------------------+
/// </code>
/// </summary>
internal static class RtcpBye
{
    /// <summary>Whether the packet is a goodbye from this source.</summary>
    public static bool IsFrom(in RtcpPacket packet, uint ssrc)
    {
        if (packet.Type != RtcpPacketType.Bye)
            return false;
        SpanReader reader = new(packet.Body);
        for (int i = 0; i < packet.Count && reader.TryReadUInt32(out uint source); i++)
        {
            if (source == ssrc)
                return true;
        }

        return false;
    }
}
