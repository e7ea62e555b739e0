using System.Buffers.Binary;

namespace OpenAI.Realtime.WebRtc.Fuzz.Targets;

/// <summary>An input that is several things, one after the other: each is told by two bytes, then that many bytes follow, or as many as are left.</summary>
internal static class Steps
{
    /// <summary>Bits of the two bytes that are no length: what they mean is the target's business.</summary>
    public const int LengthMask = 0x07FF;

    public static List<(int Head, byte[] Bytes)> Read(ReadOnlySpan<byte> input, int most)
    {
        List<(int, byte[])> steps = [];
        while (input.Length >= 2 && steps.Count < most)
        {
            int head = BinaryPrimitives.ReadUInt16BigEndian(input);
            int length = Math.Min(head & LengthMask, input.Length - 2);
            steps.Add((head, input.Slice(2, length).ToArray()));
            input = input[(2 + length)..];
        }

        return steps;
    }

    public static byte[] Write(params IEnumerable<(int Flags, byte[] Bytes)> steps)
    {
        List<byte> input = [];
        foreach ((int flags, byte[] bytes) in steps)
        {
            int head = (flags & ~LengthMask) | Math.Min(bytes.Length, LengthMask);
            input.AddRange([(byte)(head >> 8), (byte)head, .. bytes.Take(LengthMask)]);
        }

        return [.. input];
    }
}
