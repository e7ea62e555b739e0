using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

/// <summary>The common header (RFC 9260 §3.1) and the chunks behind it.</summary>
/// <remarks><code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-------------------------------+-------------------------------+
/// |          Source port          |       Destination port        |
/// +-------------------------------+-------------------------------+
/// |                       Verification tag                        |
/// +---------------------------------------------------------------+
/// |             Checksum (CRC32c, least byte first)               |
/// +---------------------------------------------------------------+
/// |                          Chunks …                             |
/// </code></remarks>
internal readonly ref struct SctpPacket
{
    public const int HeaderLength = 12;

    private SctpPacket(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    private ReadOnlySpan<byte> Bytes { get; }

    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(Bytes);

    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(Bytes[2..]);

    public uint VerificationTag => BinaryPrimitives.ReadUInt32BigEndian(Bytes[4..]);

    public ReadOnlySpan<byte> Chunks => Bytes[HeaderLength..];

    public bool HasValidChecksum => BinaryPrimitives.ReadUInt32LittleEndian(Bytes[8..]) == Crc32c.ComputeForPacket(Bytes);

    /// <summary>A packet has a header and at least one chunk.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out SctpPacket packet)
    {
        packet = new(bytes);
        return bytes.Length >= HeaderLength + Chunk.HeaderLength;
    }

    /// <summary>Writes the header; the checksum is filled in at the end, by <see cref="Seal"/>.</summary>
    public static void WriteHeader(ref SpanWriter writer, ushort sourcePort, ushort destinationPort, uint verificationTag)
    {
        writer.WriteUInt16(sourcePort);
        writer.WriteUInt16(destinationPort);
        writer.WriteUInt32(verificationTag);
        writer.WriteUInt32(0);
    }

    /// <summary>Writes the checksum over the whole packet.</summary>
    public static void Seal(Span<byte> packet) =>
        BinaryPrimitives.WriteUInt32LittleEndian(packet[8..], Crc32c.ComputeForPacket(packet));
}
