using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Between samples and their 16-bit little-endian bytes.</summary>
internal static class PcmBytes
{
    public static void ToSamples(ReadOnlySpan<byte> bytes, Span<short> samples)
    {
        ReadOnlySpan<short> from = MemoryMarshal.Cast<byte, short>(bytes);
        if (BitConverter.IsLittleEndian)
            from.CopyTo(samples);
        else
            BinaryPrimitives.ReverseEndianness(from, samples[..from.Length]);
    }

    public static void ToBytes(ReadOnlySpan<short> samples, Span<byte> bytes)
    {
        Span<short> to = MemoryMarshal.Cast<byte, short>(bytes);
        if (BitConverter.IsLittleEndian)
            samples.CopyTo(to);
        else
            BinaryPrimitives.ReverseEndianness(samples, to[..samples.Length]);
    }
}
