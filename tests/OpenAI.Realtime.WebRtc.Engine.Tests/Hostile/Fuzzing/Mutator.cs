using System.Buffers.Binary;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

/// <summary>Changes bytes as chance has it: the same seed, the same changes.</summary>
internal sealed class Mutator(Random random)
{
    /// <summary>Nothing grows beyond this.</summary>
    public const int MaxLength = 8192;

    private const int Kinds = 10;

    private static readonly uint[] s_boundaries =
    [
        0, 1, 2, 3, 4, 7, 8, 0x0F, 0x10, 0x3F, 0x40, 0x7F, 0x80, 0xFE, 0xFF, 0x100, 0x3FFF, 0x4000, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x1_0000,
        0x7F_FFFF, 0x80_0000, 0xFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFE, 0xFFFF_FFFF,
    ];

    public Random Random => random;

    /// <summary>One of a list.</summary>
    public T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    public bool Chance(int percent) => random.Next(100) < percent;

    /// <summary>An integer at which programs tend to turn.</summary>
    public uint Boundary() => s_boundaries[random.Next(s_boundaries.Length)];

    /// <summary>A changed copy.</summary>
    /// <param name="original">What is changed.</param>
    /// <param name="other">Another packet to splice with; may be the same.</param>
    /// <param name="from">The bytes before this stay as they are.</param>
    public byte[] Mutate(ReadOnlySpan<byte> original, ReadOnlySpan<byte> other, int from = 0)
    {
        byte[] bytes = original.ToArray();
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            if (bytes.Length <= from)
                return [.. bytes, .. Noise(random.Next(1, 32))];
            bytes = MutateOnce(bytes, other, from);
        }

        return bytes.Length > MaxLength ? bytes[..MaxLength] : bytes;
    }

    /// <summary>Bytes without any meaning.</summary>
    public byte[] Noise(int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private byte[] MutateOnce(byte[] bytes, ReadOnlySpan<byte> other, int from)
    {
        int at = random.Next(from, bytes.Length);
        int length = Math.Min(bytes.Length - at, random.Next(1, 40));
        switch (random.Next(Kinds))
        {
            case 0: // flip a bit
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1: // change a byte
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2: // a boundary integer of one to four bytes
                WriteInteger(bytes.AsSpan(at), Math.Min(random.Next(1, 5), bytes.Length - at), Boundary());
                return bytes;
            case 3: // truncate
                return bytes[..at];
            case 4: // extend
                return [.. bytes, .. Chance(50) ? new byte[length] : Noise(length)];
            case 5: // splice: the head of this with the tail of the other
                return other.IsEmpty ? bytes : [.. bytes.AsSpan(0, at), .. other[random.Next(other.Length)..]];
            case 6: // repeat a piece, often
                int times = Chance(10) ? random.Next(2, 60) : 1;
                byte[] repeated = bytes[at..(at + length)];
                return [.. bytes.AsSpan(0, at + length), .. Enumerable.Repeat(repeated, times).SelectMany(b => b), .. bytes.AsSpan(at + length)];
            case 7: // take a piece out
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)];
            case 8: // two pieces change places
                int second = random.Next(from, bytes.Length);
                length = Math.Min(length, bytes.Length - second);
                byte[] kept = bytes[second..(second + length)];
                bytes.AsSpan(at, length).CopyTo(bytes.AsSpan(second));
                kept.CopyTo(bytes.AsSpan(at));
                return bytes;
            default:
                EditLength(bytes, from);
                return bytes;
        }
    }

    /// <summary>Finds a number that looks like the length of what follows it, and makes it lie.</summary>
    private void EditLength(byte[] bytes, int from)
    {
        for (int attempt = 0; attempt < 16; attempt++)
        {
            int at = random.Next(from, bytes.Length);
            int width = Math.Min(random.Next(1, 4), bytes.Length - at);
            uint value = 0;
            for (int i = 0; i < width; i++)
                value = (value << 8) | bytes[at + i];
            int rest = bytes.Length - at - width;
            if ((value == 0 || value > rest + 4) && attempt < 15)
                continue;
            uint lie = random.Next(8) switch
            {
                0 => 0,
                1 => value + 1,
                2 => value - 1,
                3 => value + 4,
                4 => value - 4,
                5 => (uint)rest,
                6 => (uint)rest + 1,
                _ => uint.MaxValue,
            };
            WriteInteger(bytes.AsSpan(at), width, lie);
            return;
        }
    }

    private static void WriteInteger(Span<byte> at, int width, uint value)
    {
        Span<byte> whole = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(whole, value);
        whole[(4 - width)..].CopyTo(at);
    }
}
