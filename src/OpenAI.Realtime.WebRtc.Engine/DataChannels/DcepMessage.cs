using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.DataChannels;

/// <summary>DATA_CHANNEL_OPEN and DATA_CHANNEL_ACK (RFC 8832 §5).</summary>
/// <remarks><code>
///  0                   1                   2                   3
/// +---------------+---------------+-------------------------------+
/// |  Type = 0x03  |  Channel type |            Priority           |   Channel type 0x00: reliable and ordered
/// +---------------+---------------+-------------------------------+   0x80 is added for unordered; 0x01, 0x02: partially reliable
/// |                    Reliability parameter                      |
/// +-------------------------------+-------------------------------+
/// |         Label length          |       Protocol length         |
/// +-------------------------------+-------------------------------+
/// |                   Label …, then Protocol …                    |
///
/// +---------------+
/// |  Type = 0x02  |   DATA_CHANNEL_ACK
/// </code></remarks>
internal readonly ref struct DcepMessage
{
    public const byte Ack = 0x02;
    public const byte Open = 0x03;

    /// <summary>The fields before the label.</summary>
    public const int OpenHeaderLength = 12;

    public byte Type { get; private init; }

    public byte ChannelType { get; private init; }

    public ushort Priority { get; private init; }

    public uint ReliabilityParameter { get; private init; }

    /// <summary>UTF-8.</summary>
    public ReadOnlySpan<byte> Label { get; private init; }

    /// <summary>UTF-8.</summary>
    public ReadOnlySpan<byte> Protocol { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> bytes, out DcepMessage message)
    {
        message = default;
        SpanReader reader = new(bytes);
        if (!reader.TryReadUInt8(out byte type))
            return false;
        if (type == Ack)
        {
            message = new() { Type = Ack };
            return true;
        }

        if (type != Open || !reader.TryReadUInt8(out byte channelType) || !reader.TryReadUInt16(out ushort priority) ||
            !reader.TryReadUInt32(out uint reliability) || !reader.TryReadUInt16(out ushort labelLength) ||
            !reader.TryReadUInt16(out ushort protocolLength) || !reader.TryReadBytes(labelLength, out ReadOnlySpan<byte> label) ||
            !reader.TryReadBytes(protocolLength, out ReadOnlySpan<byte> protocol))
            return false;
        message = new()
        {
            Type = Open,
            ChannelType = channelType,
            Priority = priority,
            ReliabilityParameter = reliability,
            Label = label,
            Protocol = protocol,
        };
        return true;
    }

    /// <summary>Writes DATA_CHANNEL_OPEN of a reliable, ordered channel.</summary>
    public static void WriteOpen(ref SpanWriter writer, ReadOnlySpan<byte> label, ReadOnlySpan<byte> protocol)
    {
        writer.WriteUInt8(Open);
        writer.WriteUInt8(0);
        writer.WriteUInt16(256); // Normal priority (§5.1; the number as browsers send it).
        writer.WriteUInt32(0);
        writer.WriteUInt16((ushort)label.Length);
        writer.WriteUInt16((ushort)protocol.Length);
        writer.WriteBytes(label);
        writer.WriteBytes(protocol);
    }
}
