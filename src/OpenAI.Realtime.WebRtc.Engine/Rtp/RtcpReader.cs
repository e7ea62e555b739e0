using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Rtp;

/// <summary>The kinds of RTCP packet (RFC 3550 §12.1). Others exist (RTPFB, PSFB, XR) and are passed over.</summary>
internal enum RtcpPacketType : byte
{
    SenderReport = 200,
    ReceiverReport = 201,
    SourceDescription = 202,
    Bye = 203,
    ApplicationDefined = 204,
}

/// <summary>
/// One packet of a compound (RFC 3550 §6.4): what its common header said, and what follows that header, without padding.
/// <code>
/// +---+-+---------+---------------+-------------------------------+
/// |V=2|P|  count  |  packet type  |   length in words, minus one  |
/// +---+-+---------+---------------+-------------------------------+
/// |                             body …                            |
/// </code>
/// </summary>
internal readonly ref struct RtcpPacket(RtcpPacketType type, int count, ReadOnlySpan<byte> body)
{
    public const int HeaderLength = 4;

    public RtcpPacketType Type { get; } = type;

    /// <summary>The five bits after P: how many report blocks (RC), or how many sources (SC).</summary>
    public int Count { get; } = count;

    public ReadOnlySpan<byte> Body { get; } = body;
}

/// <summary>
/// Walks the packets of a compound (RFC 3550 §6.1). The walk ends at the first thing that does not fit; <see cref="IsMalformed"/>
/// then says so. It is bounded by the datagram: each step takes at least four bytes.
/// </summary>
/// <remarks>A compound that does not begin with a report is accepted: RFC 5506 allows reduced-size RTCP.</remarks>
internal ref struct RtcpReader(ReadOnlySpan<byte> compound)
{
    private SpanReader _reader = new(compound);

    /// <summary>Whether the walk ended because something did not fit.</summary>
    public bool IsMalformed { get; private set; }

    public bool TryReadNext(out RtcpPacket packet)
    {
        packet = default;
        if (IsMalformed || _reader.IsAtEnd)
            return false;

        IsMalformed = true;
        if (!_reader.TryReadUInt8(out byte first) || first >> 6 != RtpPacket.Version)
            return false;
        if (!_reader.TryReadUInt8(out byte type) || !_reader.TryReadUInt16(out ushort words) || !_reader.TryReadBytes(4 * words, out ReadOnlySpan<byte> body))
            return false;
        if ((first & 0x20) != 0)
        {
            // Only the last packet of a compound is padded (§6.4.1); the last byte counts the padding, in whole words.
            if (!_reader.IsAtEnd || body.IsEmpty || body[^1] == 0 || body[^1] % 4 != 0 || body[^1] > body.Length)
                return false;
            body = body[..^body[^1]];
        }

        IsMalformed = false;
        packet = new((RtcpPacketType)type, first & 0x1F, body);
        return true;
    }
}
