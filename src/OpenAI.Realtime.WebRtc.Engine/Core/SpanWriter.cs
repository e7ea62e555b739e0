using System.Buffers.Binary;

namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>
/// Writes a packet in network byte order. What does not fit is not written and sets <see cref="Overflowed"/>,
/// so that a message is written straight through and checked once at its end.
/// </summary>
internal ref struct SpanWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>How many bytes have been written.</summary>
    public int Length { get; private set; }

    /// <summary>Whether something did not fit.</summary>
    public bool Overflowed { get; private set; }

    public readonly int Free => _destination.Length - Length;

    public readonly Span<byte> Written => _destination[..Length];

    /// <summary>Takes the next <paramref name="count"/> bytes to be filled by the caller; empty when they do not fit.</summary>
    public Span<byte> Take(int count)
    {
        if (Overflowed || count > Free)
        {
            Overflowed = true;
            return default;
        }

        Span<byte> taken = _destination.Slice(Length, count);
        Length += count;
        return taken;
    }

    public void WriteUInt8(byte value)
    {
        Span<byte> at = Take(1);
        if (!at.IsEmpty)
            at[0] = value;
    }

    public void WriteUInt16(ushort value) => BinaryPrimitives.TryWriteUInt16BigEndian(Take(2), value);

    public void WriteUInt24(int value)
    {
        Span<byte> at = Take(3);
        if (!at.IsEmpty)
        {
            at[0] = (byte)(value >> 16);
            at[1] = (byte)(value >> 8);
            at[2] = (byte)value;
        }
    }

    public void WriteUInt32(uint value) => BinaryPrimitives.TryWriteUInt32BigEndian(Take(4), value);

    public void WriteUInt48(ulong value)
    {
        WriteUInt16((ushort)(value >> 32));
        WriteUInt32((uint)value);
    }

    public void WriteUInt64(ulong value) => BinaryPrimitives.TryWriteUInt64BigEndian(Take(8), value);

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        Span<byte> at = Take(value.Length);
        if (!at.IsEmpty)
            value.CopyTo(at);
    }

    public void WriteZeros(int count) => Take(count).Clear();

    /// <summary>Leaves room for a 16-bit length of what follows; see <see cref="EndLength16"/>.</summary>
    public int BeginLength16()
    {
        WriteUInt16(0);
        return Length;
    }

    /// <summary>Writes the number of bytes since <paramref name="begin"/> into the room left for it.</summary>
    public readonly void EndLength16(int begin)
    {
        if (!Overflowed)
            BinaryPrimitives.WriteUInt16BigEndian(_destination[(begin - 2)..], (ushort)(Length - begin));
    }

    /// <summary>Leaves room for a 24-bit length of what follows; see <see cref="EndLength24"/>.</summary>
    public int BeginLength24()
    {
        WriteUInt24(0);
        return Length;
    }

    /// <summary>Writes the number of bytes since <paramref name="begin"/> into the room left for it.</summary>
    public readonly void EndLength24(int begin)
    {
        if (Overflowed)
            return;
        int length = Length - begin;
        _destination[begin - 3] = (byte)(length >> 16);
        _destination[begin - 2] = (byte)(length >> 8);
        _destination[begin - 1] = (byte)length;
    }
}
