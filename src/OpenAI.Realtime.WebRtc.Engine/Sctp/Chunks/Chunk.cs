using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

/// <summary>A chunk: type, flags, length and value (RFC 9260 §3.2).</summary>
/// <remarks><code>
/// +---------------+---------------+-------------------------------+
/// |     Type      |     Flags     | Length, these 4 bytes included|
/// +---------------+---------------+-------------------------------+
/// |      Value, then 0 to 3 bytes of padding outside the length   |
/// </code></remarks>
internal readonly ref struct Chunk(byte type, byte flags, ReadOnlySpan<byte> value)
{
    public const int HeaderLength = 4;

    public byte Type { get; } = type;

    public byte Flags { get; } = flags;

    public ReadOnlySpan<byte> Value { get; } = value;

    /// <summary>Starts a chunk; what is written until <see cref="End"/> is its value.</summary>
    public static int Begin(ref SpanWriter writer, byte type, byte flags = 0)
    {
        int begin = writer.Length;
        writer.WriteUInt8(type);
        writer.WriteUInt8(flags);
        writer.WriteUInt16(0);
        return begin;
    }

    /// <summary>Writes the chunk's length, and pads.</summary>
    public static void End(ref SpanWriter writer, int begin)
    {
        if (writer.Overflowed)
            return;
        int length = writer.Length - begin;
        BinaryPrimitives.WriteUInt16BigEndian(writer.Written[(begin + 2)..], (ushort)length);
        writer.WriteZeros(Padding(length));
    }

    /// <summary>A chunk without a value.</summary>
    public static void WriteEmpty(ref SpanWriter writer, byte type, byte flags = 0) => End(ref writer, Begin(ref writer, type, flags));

    public static int Padding(int length) => -length & 3;

    public static int Padded(int length) => length + Padding(length);
}

/// <summary>Walks through the chunks of a packet. Ends early, with <see cref="IsMalformed"/>, at one that does not fit.</summary>
internal ref struct ChunkReader(ReadOnlySpan<byte> chunks)
{
    private ReadOnlySpan<byte> _rest = chunks;

    public bool IsMalformed { get; private set; }

    /// <summary>Whether more follows; of one chunk that must travel alone this says whether it did.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    public bool TryRead(out Chunk chunk)
    {
        chunk = default;
        if (_rest.IsEmpty || IsMalformed)
            return false;
        int length = _rest.Length < Chunk.HeaderLength ? 0 : BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
        if (length < Chunk.HeaderLength || length > _rest.Length)
        {
            IsMalformed = true;
            return false;
        }

        chunk = new(_rest[0], _rest[1], _rest[Chunk.HeaderLength..length]);
        // The padding of the last chunk may be missing.
        _rest = _rest[Math.Min(Chunk.Padded(length), _rest.Length)..];
        return true;
    }
}
