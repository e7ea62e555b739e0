using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Rtp;

/// <summary>
/// A view of an RTP packet (RFC 3550 §5.1).
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---+-+-+-------+-+-------------+-------------------------------+
/// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
/// +---+-+-+-------+-+-------------+-------------------------------+
/// |                           timestamp                           |
/// +---------------------------------------------------------------+
/// |           synchronization source (SSRC) identifier            |
/// +===============================================================+
/// |            contributing source (CSRC), CC words               |
/// +-------------------------------+-------------------------------+
/// |      defined by profile       |        length in words        |   only when X is set (§5.3.1)
/// +-------------------------------+-------------------------------+
/// |                       header extension                        |
/// +---------------------------------------------------------------+
/// |                          payload …                            |
/// |                               +-------------------------------+
/// |                               |  padding … |  padding count   |   only when P is set
/// +-------------------------------+-------------------------------+
/// </code>
/// </summary>
internal readonly ref struct RtpPacket
{
    /// <summary>The version of RTP that there is.</summary>
    public const int Version = 2;

    /// <summary>Whether this begins a talkspurt (RFC 7587 §4.1, RFC 3551 §4.1).</summary>
    public bool Marker { get; private init; }

    public byte PayloadType { get; private init; }

    public Serial16 SequenceNumber { get; private init; }

    /// <summary>In units of the clock rate: 48 kHz for Opus, whatever its audio bandwidth (RFC 7587 §4.1).</summary>
    public uint Timestamp { get; private init; }

    public uint Ssrc { get; private init; }

    /// <summary>The contributing sources, four bytes each; a mixer's business, passed over.</summary>
    public ReadOnlySpan<byte> Csrcs { get; private init; }

    /// <summary>The 16 bits that say what kind of header extension follows; 0 when there is none.</summary>
    public ushort ExtensionProfile { get; private init; }

    /// <summary>The header extension without its first word; empty when there is none.</summary>
    public ReadOnlySpan<byte> Extension { get; private init; }

    /// <summary>The payload without padding; may be empty.</summary>
    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>Reads a packet. False when a length does not fit or the version is another one (§A.1).</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out RtpPacket packet)
    {
        packet = default;
        SpanReader reader = new(bytes);
        if (!reader.TryReadUInt8(out byte first) || first >> 6 != Version)
            return false;
        if (!reader.TryReadUInt8(out byte second)
            || !reader.TryReadUInt16(out ushort sequenceNumber)
            || !reader.TryReadUInt32(out uint timestamp)
            || !reader.TryReadUInt32(out uint ssrc)
            || !reader.TryReadBytes(4 * (first & 0x0F), out ReadOnlySpan<byte> csrcs))
        {
            return false;
        }

        ushort extensionProfile = 0;
        ReadOnlySpan<byte> extension = default;
        if ((first & 0x10) != 0)
        {
            if (!reader.TryReadUInt16(out extensionProfile)
                || !reader.TryReadUInt16(out ushort words)
                || !reader.TryReadBytes(4 * words, out extension))
            {
                return false;
            }
        }

        ReadOnlySpan<byte> payload = reader.Rest;
        if ((first & 0x20) != 0)
        {
            // The last byte counts the padding, itself included.
            if (payload.IsEmpty || payload[^1] == 0 || payload[^1] > payload.Length)
                return false;
            payload = payload[..^payload[^1]];
        }

        packet = new()
        {
            Marker = (second & 0x80) != 0,
            PayloadType = (byte)(second & 0x7F),
            SequenceNumber = new(sequenceNumber),
            Timestamp = timestamp,
            Ssrc = ssrc,
            Csrcs = csrcs,
            ExtensionProfile = extensionProfile,
            Extension = extension,
            Payload = payload,
        };
        return true;
    }

    /// <summary>
    /// Whether a packet that RFC 7983 found to be RTP or RTCP is RTCP: RTCP's packet types are payload types that RTP does not use
    /// (RFC 5761 §4).
    /// </summary>
    public static bool IsRtcp(ReadOnlySpan<byte> packet) => packet.Length >= 2 && packet[1] is >= 192 and <= 223;
}

/// <summary>The header that we write: no padding, no extension, no contributing sources.</summary>
internal readonly record struct RtpHeader(byte PayloadType, bool Marker, Serial16 SequenceNumber, uint Timestamp, uint Ssrc)
{
    /// <summary>How long it is.</summary>
    public const int Length = 12;

    /// <summary>Writes <see cref="Length"/> bytes; false when they do not fit.</summary>
    public bool TryWrite(Span<byte> destination)
    {
        if (destination.Length < Length)
            return false;
        destination[0] = RtpPacket.Version << 6;
        destination[1] = (byte)((Marker ? 0x80 : 0) | (PayloadType & 0x7F));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], SequenceNumber.Value);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Ssrc);
        return true;
    }
}
