using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

/// <summary>
/// What stands before each record (RFC 6347 §4.1).
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+-------------------------------+---------------+
/// |     type      |            version            |    epoch …    |
/// +---------------+-------------------------------+---------------+
/// |    … epoch    |            sequence_number (48 bits) …        |
/// +---------------+-----------------------------------------------+
/// |            … sequence_number                  |   length …    |
/// +---------------+-------------------------------+---------------+
/// |   … length    |  fragment (length bytes) …
/// +---------------+------------------------------------
/// </code>
/// </summary>
internal readonly record struct RecordHeader(ContentType Type, ushort Version, ushort Epoch, ulong Sequence, int Length)
{
    public const int Size = 13;

    /// <summary>A plaintext holds at most 2^14 bytes (RFC 5246 §6.2.1); AES-GCM adds 24.</summary>
    public const int MaxFragmentLength = (1 << 14) + RecordProtection.Overhead;

    /// <summary>Reads a header and checks that its fragment fits the datagram.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out RecordHeader header)
    {
        var reader = new SpanReader(datagram);
        header = default;
        if (!reader.TryReadUInt8(out byte type)
            || !reader.TryReadUInt16(out ushort version)
            || !reader.TryReadUInt16(out ushort epoch)
            || !reader.TryReadUInt48(out ulong sequence)
            || !reader.TryReadUInt16(out ushort length)
            || length > reader.Remaining
            || length > MaxFragmentLength)
        {
            return false;
        }

        header = new RecordHeader((ContentType)type, version, epoch, sequence, length);
        return ProtocolVersion.IsDtls1(version) && header.Type is >= ContentType.ChangeCipherSpec and <= ContentType.ApplicationData;
    }

    public void Write(Span<byte> destination)
    {
        var writer = new SpanWriter(destination);
        writer.WriteUInt8((byte)Type);
        writer.WriteUInt16(Version);
        writer.WriteUInt16(Epoch);
        writer.WriteUInt48(Sequence);
        writer.WriteUInt16((ushort)Length);
    }
}

/// <summary>Versions as DTLS writes them: the ones' complement, so that a newer version is a smaller number (RFC 6347 §4.1).</summary>
internal static class ProtocolVersion
{
    public const ushort Dtls12 = 0xFEFD;

    /// <summary>Hello messages may say DTLS 1.0 in the record header (RFC 6347 §4.2.1); the handshake itself settles the version.</summary>
    public static bool IsDtls1(ushort version) => version >> 8 == 0xFE;
}
