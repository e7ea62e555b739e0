using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.DataChannels;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;
using OpenAI.Realtime.WebRtc.Engine.Rtp;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Sdp;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

/// <summary>What was read, written by our own writer and read again, is the same: reader and writer mean the same format.</summary>
internal static class WrittenAgain
{
    private static readonly byte[] s_key = new byte[32];

    public static void Check(in StunMessage message)
    {
        Span<byte> room = stackalloc byte[StunMessage.MaxLength];
        StunMessageWriter writer = new(room, message.Type, message.TransactionId);
        bool hasUsername = message.TryGetUsername(out ReadOnlySpan<byte> username);
        bool hasPriority = message.TryGetPriority(out uint priority);
        bool hasTieBreaker = message.TryGetIceControlling(out ulong tieBreaker);
        bool hasAddress = message.TryGetXorMappedAddress(out TransportAddress address);
        bool hasError = message.TryGetErrorCode(out StunErrorCode error);
        if (hasUsername)
            writer.WriteUsername(username);
        if (hasPriority)
            writer.WritePriority(priority);
        if (hasTieBreaker)
            writer.WriteIceControlling(tieBreaker);
        if (hasAddress)
            writer.WriteXorMappedAddress(address);
        if (hasError)
            writer.WriteErrorCode(error);
        if (!writer.TryFinish(s_key, out int length))
            return;     // with MESSAGE-INTEGRITY and FINGERPRINT it is longer than a message may be
        bool same = StunMessage.TryParse(room[..length], out StunMessage again) && again.VerifyIntegrity(s_key) && again.HasFingerprint
            && again.Type.Value == message.Type.Value && again.TransactionId == message.TransactionId
            && again.TryGetUsername(out ReadOnlySpan<byte> name) == hasUsername && name.SequenceEqual(username)
            && again.TryGetPriority(out uint number) == hasPriority && number == priority
            && again.TryGetIceControlling(out ulong breaker) == hasTieBreaker && breaker == tieBreaker
            && again.TryGetXorMappedAddress(out TransportAddress mapped) == hasAddress && mapped.Equals(address)
            && again.TryGetErrorCode(out StunErrorCode code) == hasError && code == error;
        Expect(same, "A STUN message");
    }

    public static void Check(in RecordHeader header)
    {
        byte[] written = new byte[RecordHeader.Size + header.Length];
        header.Write(written);
        Expect(RecordHeader.TryParse(written, out RecordHeader again) && again == header, "The header of a record");
    }

    public static void Check(in HandshakeFragment fragment)
    {
        byte[] written = new byte[HandshakeFragment.HeaderSize + fragment.Body.Length];
        HandshakeFragment.WriteHeader(written, fragment.Type, fragment.Length, fragment.Sequence, fragment.Offset, fragment.Body.Length);
        fragment.Body.CopyTo(written.AsSpan(HandshakeFragment.HeaderSize));
        SpanReader reader = new(written);
        bool same = HandshakeFragment.TryRead(ref reader, out HandshakeFragment again) && reader.IsAtEnd
            && again.Type == fragment.Type && again.Length == fragment.Length && again.Sequence == fragment.Sequence && again.Offset == fragment.Offset
            && again.Body.SequenceEqual(fragment.Body);
        Expect(same, "A handshake fragment");
    }

    public static void Check(in RtpPacket packet)
    {
        RtpHeader header = new(packet.PayloadType, packet.Marker, packet.SequenceNumber, packet.Timestamp, packet.Ssrc);
        byte[] written = [.. new byte[RtpHeader.Length], .. packet.Payload];
        bool same = header.TryWrite(written) && RtpPacket.TryParse(written, out RtpPacket again)
            && header == new RtpHeader(again.PayloadType, again.Marker, again.SequenceNumber, again.Timestamp, again.Ssrc)
            && again.Payload.SequenceEqual(packet.Payload) && again.Csrcs.IsEmpty && again.Extension.IsEmpty;
        Expect(same, "An RTP packet");
    }

    /// <summary>A report with one of its blocks.</summary>
    public static void Check(in RtcpReport report, in RtcpReportBlock block)
    {
        Span<byte> room = stackalloc byte[RtcpWriter.MaxLength];
        RtcpWriter writer = new(room);
        writer.WriteReport(report.Ssrc, report.SenderInfo, block);
        bool same = writer.TryFinish(out int length);
        RtcpReader reader = new(room[..length]);
        same &= reader.TryReadNext(out RtcpPacket packet) && RtcpReport.TryParse(packet, out RtcpReport again)
            && again.Ssrc == report.Ssrc && again.SenderInfo == report.SenderInfo && again.TryReadNext(out RtcpReportBlock read) && read == block && !again.TryReadNext(out _);
        Expect(same, "An RTCP report");
    }

    public static void CheckCname(uint ssrc, ReadOnlySpan<byte> cname)
    {
        Span<byte> room = stackalloc byte[RtcpWriter.MaxLength];
        RtcpWriter writer = new(room);
        writer.WriteCname(ssrc, cname);
        bool same = writer.TryFinish(out int length);
        RtcpReader reader = new(room[..length]);
        same &= reader.TryReadNext(out RtcpPacket packet) && RtcpSourceDescription.TryFindCname(packet, ssrc, out ReadOnlySpan<byte> again) && again.SequenceEqual(cname);
        Expect(same, "A CNAME");
    }

    public static void Check(in DataChunk data)
    {
        byte[] room = new byte[DataChunk.HeaderLength + Chunk.Padded(data.UserData.Length)];
        SpanWriter writer = new(room);
        data.Write(ref writer);
        ChunkReader reader = new(writer.Written);
        bool same = reader.TryRead(out Chunk chunk) && reader.IsAtEnd && chunk.Type == ChunkType.Data && DataChunk.TryParse(chunk, out DataChunk again)
            && again.Flags == data.Flags && again.Tsn == data.Tsn && again.StreamId == data.StreamId && again.Ssn == data.Ssn && again.Ppid == data.Ppid
            && again.UserData.SequenceEqual(data.UserData);
        Expect(same, "A DATA chunk");
    }

    public static void Check(in DcepMessage message)
    {
        if (message.Type != DcepMessage.Open)
            return;
        byte[] room = new byte[DcepMessage.OpenHeaderLength + message.Label.Length + message.Protocol.Length];
        SpanWriter writer = new(room);
        DcepMessage.WriteOpen(ref writer, message.Label, message.Protocol);
        bool same = !writer.Overflowed && DcepMessage.TryParse(room, out DcepMessage again) && again.Type == DcepMessage.Open
            && again.Label.SequenceEqual(message.Label) && again.Protocol.SequenceEqual(message.Protocol);
        Expect(same, "An open message");
    }

    public static void Check(in SdpCandidate candidate)
    {
        // A type that we do not know has no name to write, and a related port is written beside its address alone.
        if (candidate.Type is null)
            return;
        SdpCandidate wanted = candidate.RelatedAddress is null ? candidate with { RelatedPort = 0 } : candidate;
        Expect(SdpCandidate.TryParse(candidate.ToString(), out SdpCandidate again) && again == wanted, $"The candidate {candidate}");
    }

    private static void Expect(bool same, string what)
    {
        if (!same)
            throw new FuzzFailureException($"{what} is not read as it was written.");
    }
}
