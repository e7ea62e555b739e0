using System.Buffers.Binary;

namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>
/// Where the engine takes every random number from: unpredictable in production, seeded in simulation.
/// A seed gives the same decisions, not the same bytes: key generation and ECDSA use the platform's own generator.
/// </summary>
public abstract class RandomSource
{
    /// <summary>Fills <paramref name="destination"/> with random bytes.</summary>
    public abstract void Fill(Span<byte> destination);

    /// <summary>A random 16-bit number.</summary>
    public ushort NextUInt16()
    {
        Span<byte> bytes = stackalloc byte[2];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    /// <summary>A random 32-bit number.</summary>
    public uint NextUInt32()
    {
        Span<byte> bytes = stackalloc byte[4];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>A random 64-bit number.</summary>
    public ulong NextUInt64()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }
}
