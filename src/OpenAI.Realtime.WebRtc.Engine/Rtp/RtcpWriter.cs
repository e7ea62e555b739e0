using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Rtp;

/// <summary>
/// Writes a compound (RFC 3550 §6.1): a report, then SDES with our CNAME, then BYE when we leave. Written straight through;
/// <see cref="TryFinish"/> says at the end whether all of it fitted.
/// </summary>
internal ref struct RtcpWriter(Span<byte> destination)
{
    /// <summary>What the largest compound that we write takes: SR with one block, SDES with the longest CNAME, BYE.</summary>
    public const int MaxLength =
        RtcpPacket.HeaderLength + 4 + RtcpSenderInfo.Length + RtcpReportBlock.Length // SR
        + RtcpPacket.HeaderLength + 4 + 2 + MaxCnameLength + 4                       // SDES, with up to four zeros at its end
        + RtcpPacket.HeaderLength + 4;                                               // BYE

    /// <summary>The length of an SDES item is one byte.</summary>
    public const int MaxCnameLength = 255;

    private SpanWriter _writer = new(destination);

    /// <summary>A sender report (§6.4.1) when there is something to say of what we sent, otherwise a receiver report (§6.4.2).</summary>
    public void WriteReport(uint ssrc, in RtcpSenderInfo? sender, in RtcpReportBlock? block)
    {
        int begin = Begin(sender.HasValue ? RtcpPacketType.SenderReport : RtcpPacketType.ReceiverReport, block.HasValue ? 1 : 0);
        _writer.WriteUInt32(ssrc);
        if (sender is { } info)
        {
            _writer.WriteUInt64(info.NtpTime.Value);
            _writer.WriteUInt32(info.RtpTimestamp);
            _writer.WriteUInt32(info.PacketCount);
            _writer.WriteUInt32(info.OctetCount);
        }

        block?.Write(ref _writer);
        End(begin);
    }

    /// <summary>A source description with our CNAME (§6.5.1), which every compound carries (§6.1).</summary>
    public void WriteCname(uint ssrc, ReadOnlySpan<byte> cname)
    {
        int begin = Begin(RtcpPacketType.SourceDescription, 1);
        _writer.WriteUInt32(ssrc);
        _writer.WriteUInt8(RtcpSourceDescription.CnameItem);
        _writer.WriteUInt8((byte)cname.Length);
        _writer.WriteBytes(cname);
        _writer.WriteZeros(4 - (_writer.Length - begin) % 4); // one zero ends the chunk, more fill its last word
        End(begin);
    }

    /// <summary>A goodbye (§6.6), which is the last of its compound.</summary>
    public void WriteBye(uint ssrc)
    {
        int begin = Begin(RtcpPacketType.Bye, 1);
        _writer.WriteUInt32(ssrc);
        End(begin);
    }

    /// <summary>The length of the whole compound; false when it did not fit.</summary>
    public readonly bool TryFinish(out int length)
    {
        length = _writer.Overflowed ? 0 : _writer.Length;
        return !_writer.Overflowed;
    }

    private int Begin(RtcpPacketType type, int count)
    {
        int begin = _writer.Length;
        _writer.WriteUInt8((byte)(RtpPacket.Version << 6 | count));
        _writer.WriteUInt8((byte)type);
        _writer.WriteUInt16(0);
        return begin;
    }

    /// <summary>Writes the length of the packet that began here: in words, minus one (§6.4.1).</summary>
    private readonly void End(int begin)
    {
        if (!_writer.Overflowed)
            BinaryPrimitives.WriteUInt16BigEndian(_writer.Written[(begin + 2)..], (ushort)((_writer.Length - begin) / 4 - 1));
    }
}
