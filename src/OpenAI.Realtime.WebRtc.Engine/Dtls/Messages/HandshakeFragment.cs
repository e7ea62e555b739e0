using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>
/// A handshake message, or a piece of one (RFC 6347 §4.2.2).
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+-----------------------------------------------+
/// |   msg_type    |        length (of the whole message)          |
/// +---------------+---------------+-------------------------------+
/// |          message_seq          |      fragment_offset …        |
/// +-------------------------------+---------------+---------------+
/// |       … fragment_offset       |      fragment_length …        |
/// +---------------+---------------+---------------+---------------+
/// |   … fragment_length           |  body (fragment_length bytes) …
/// +-------------------------------+--------------------
/// </code>
/// </summary>
internal readonly ref struct HandshakeFragment
{
    public const int HeaderSize = 12;

    public HandshakeType Type { get; private init; }

    /// <summary>The length of the whole message, without its header.</summary>
    public int Length { get; private init; }

    public ushort Sequence { get; private init; }

    public int Offset { get; private init; }

    public ReadOnlySpan<byte> Body { get; private init; }

    public bool EndsMessage => Offset + Body.Length == Length;

    public static bool TryRead(ref SpanReader reader, out HandshakeFragment fragment)
    {
        fragment = default;
        if (!reader.TryReadUInt8(out byte type)
            || !reader.TryReadUInt24(out int length)
            || !reader.TryReadUInt16(out ushort sequence)
            || !reader.TryReadUInt24(out int offset)
            || !reader.TryReadVector24(out ReadOnlySpan<byte> body)
            || offset + body.Length > length)
        {
            return false;
        }

        fragment = new HandshakeFragment { Type = (HandshakeType)type, Length = length, Sequence = sequence, Offset = offset, Body = body };
        return true;
    }

    public static void WriteHeader(Span<byte> destination, HandshakeType type, int length, ushort sequence, int offset, int fragmentLength)
    {
        var writer = new SpanWriter(destination);
        writer.WriteUInt8((byte)type);
        writer.WriteUInt24(length);
        writer.WriteUInt16(sequence);
        writer.WriteUInt24(offset);
        writer.WriteUInt24(fragmentLength);
    }
}
