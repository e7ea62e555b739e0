using System.Buffers.Binary;
using System.Numerics;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

/// <summary>CRC32c (RFC 9260 Appendix A), by the processor's instruction where it has one.</summary>
internal static class Crc32c
{
    private const int ChecksumOffset = 8;

    /// <summary>The CRC32c of <paramref name="bytes"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Update(uint.MaxValue, bytes);

    /// <summary>The CRC32c of a packet, its checksum field taken as zero (RFC 9260 §6.8).</summary>
    public static uint ComputeForPacket(ReadOnlySpan<byte> packet)
    {
        uint crc = Update(uint.MaxValue, packet[..ChecksumOffset]);
        crc = BitOperations.Crc32C(crc, 0u);
        return ~Update(crc, packet[(ChecksumOffset + 4)..]);
    }

    private static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (byte b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
