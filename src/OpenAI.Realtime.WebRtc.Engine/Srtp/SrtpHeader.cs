using System.Buffers.Binary;

namespace OpenAI.Realtime.WebRtc.Engine.Srtp;

/// <summary>
/// As much of an RTP header as SRTP needs: who sent it, its sequence number, and where the encrypted portion begins (RFC 3711 §3.1).
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---+-+-+-------+-+-------------+-------------------------------+
/// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
/// +---+-+-+-------+-+-------------+-------------------------------+
/// |                           timestamp                           |
/// +---------------------------------------------------------------+
/// |                             SSRC                              |
/// +---------------------------------------------------------------+
/// |                    CSRC, CC words (none or more)              |
/// +-------------------------------+-------------------------------+
/// |      defined by profile       |        length in words        |   only when X is set (RFC 3550 §5.3.1)
/// +-------------------------------+-------------------------------+
/// |                  header extension, length words               |
/// +===============================================================+
/// |                        encrypted portion                      |
/// </code>
/// </summary>
internal readonly struct SrtpHeader
{
    private const int FixedLength = 12;

    public int Length { get; private init; }

    public ushort SequenceNumber { get; private init; }

    public uint Ssrc { get; private init; }

    /// <summary>False when this is not version 2, or the header does not fit in the packet.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, out SrtpHeader header)
    {
        header = default;
        if (packet.Length < FixedLength || packet[0] >> 6 != 2)
            return false;

        int length = FixedLength + 4 * (packet[0] & 0x0F);
        bool hasExtension = (packet[0] & 0x10) != 0;
        if (hasExtension)
        {
            if (packet.Length < length + 4)
                return false;
            length += 4 + 4 * BinaryPrimitives.ReadUInt16BigEndian(packet[(length + 2)..]);
        }

        if (packet.Length < length)
            return false;
        header = new()
        {
            Length = length,
            SequenceNumber = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]),
            Ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]),
        };
        return true;
    }
}

/// <summary>
/// As much of an RTCP compound as SRTCP needs (RFC 3711 §3.4): the first eight bytes stay in the clear.
/// <code>
/// +---+-+---------+---------------+-------------------------------+
/// |V=2|P|   RC    |      PT       |            length             |
/// +---+-+---------+---------------+-------------------------------+
/// |                        SSRC of sender                         |
/// +===============================================================+
/// |                        encrypted portion                      |
/// </code>
/// </summary>
internal static class SrtcpHeader
{
    public const int Length = 8;

    public static bool TryParse(ReadOnlySpan<byte> packet, out uint ssrc)
    {
        ssrc = 0;
        if (packet.Length < Length || packet[0] >> 6 != 2)
            return false;
        ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        return true;
    }
}
