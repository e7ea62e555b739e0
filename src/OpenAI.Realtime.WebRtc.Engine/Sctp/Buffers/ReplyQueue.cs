using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Buffers;

/// <summary>Answers that wait for the next packet: whole chunks. What does not fit is not sent, as if it had been lost.</summary>
/// <remarks><code>
/// one entry:  +--------------------+---------------+-----------+------------------------
///             | verification tag 4 | goes alone? 2 | length 2  | chunk, padded
/// </code></remarks>
internal sealed class ReplyQueue
{
    /// <summary>What answers may take while they wait, in bytes.</summary>
    public const int Capacity = 4096;

    private const int EntryHeaderLength = 8;

    private byte[] _bytes = [];
    private int _head;
    private int _tail;

    public bool IsEmpty => _head == _tail;

    /// <summary>Whether the next one goes in a packet of its own.</summary>
    public bool NextGoesAlone => !IsEmpty && _bytes[_head + 5] != 0;

    public uint NextTag => BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(_head));

    /// <summary>How long the next one is, padded; 0 when there is none.</summary>
    public int NextLength => IsEmpty ? 0 : BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(_head + 6));

    /// <summary>Adds a chunk.</summary>
    /// <param name="verificationTag">The tag of its packet; of importance only when it goes alone.</param>
    /// <param name="goesAlone">Whether it must not be bundled.</param>
    /// <param name="type">The chunk's type.</param>
    /// <param name="flags">The chunk's flags.</param>
    /// <param name="value">The chunk's value.</param>
    /// <returns>False when there is no room.</returns>
    public bool TryAdd(uint verificationTag, bool goesAlone, byte type, byte flags, ReadOnlySpan<byte> value)
    {
        if (_bytes.Length == 0)
            _bytes = new byte[Capacity];
        if (IsEmpty)
            _head = _tail = 0;
        int length = Chunk.Padded(Chunk.HeaderLength + value.Length);
        if (_tail + EntryHeaderLength + length > Capacity)
            return false;
        SpanWriter writer = new(_bytes.AsSpan(_tail));
        writer.WriteUInt32(verificationTag);
        writer.WriteUInt16(goesAlone ? (ushort)1 : (ushort)0);
        writer.WriteUInt16((ushort)length);
        int begin = Chunk.Begin(ref writer, type, flags);
        writer.WriteBytes(value);
        Chunk.End(ref writer, begin);
        _tail += writer.Length;
        return true;
    }

    /// <summary>Moves the next one into a packet, when it fits.</summary>
    public bool TryMoveTo(ref SpanWriter writer)
    {
        if (NextLength > writer.Free)
            return false;
        writer.WriteBytes(_bytes.AsSpan(_head + EntryHeaderLength, NextLength));
        Drop();
        return true;
    }

    public void Drop() => _head += EntryHeaderLength + NextLength;

    public void Clear() => _head = _tail = 0;
}
