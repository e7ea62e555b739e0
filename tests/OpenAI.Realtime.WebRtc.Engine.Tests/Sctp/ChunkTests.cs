using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sctp;

/// <summary>Bytes drawn by hand from the pictures of RFC 9260 §3.3, RFC 3758 and RFC 6525.</summary>
public class ChunkTests
{
    [Fact]
    public void DATA() => AssertWrites(
        "00 0B 0013  00000102  0003 0004  00000033  616263 00",
        (ref SpanWriter writer) => new DataChunk
        {
            Flags = 0xB,
            Tsn = new(0x102),
            StreamId = 3,
            Ssn = new(4),
            Ppid = 51,
            UserData = "abc"u8,
        }.Write(ref writer));

    [Fact]
    public void DATA_reads_back()
    {
        Assert.True(DataChunk.TryParse(Parse("00 0D 0013 00000102 0003 0004 00000033 616263 00"), out DataChunk data));
        Assert.Equal((0x102u, 3, 4, 51u), (data.Tsn.Value, data.StreamId, data.Ssn.Value, data.Ppid));
        Assert.Equal("abc"u8, data.UserData);
        Assert.True(data.WantsImmediateSack && data.IsUnordered && !data.IsBegin && data.IsEnd);
        Assert.False(DataChunk.TryParse(Parse("00 0D 000F 00000102 0003 0004 000000 00"), out _));
    }

    [Fact]
    public void SACK_with_gaps_and_duplicates() => AssertWrites(
        "03 00 001C  00000064  00010000  0002 0001  0002 0003  0005 0005  00000060",
        (ref SpanWriter writer) => SackChunk.Write(ref writer, new(100), 65536, [new(2, 3), new(5, 5)], [new(0x60)]));

    [Fact]
    public void SACK_reads_back()
    {
        Assert.True(SackChunk.TryParse(Parse("03 00 001C 00000064 00010000 0002 0001 0002 0003 0005 0005 00000060"), out SackChunk sack));
        Assert.Equal((100u, 65536u, 2, 1), (sack.CumulativeTsn.Value, sack.ReceiverWindow, sack.GapCount, sack.DuplicateCount));
        Assert.Equal((new GapAckBlock(2, 3), new GapAckBlock(5, 5)), (sack.Gap(0), sack.Gap(1)));
        // More gaps, or duplicates, than there are bytes.
        Assert.False(SackChunk.TryParse(Parse("03 00 0014 00000064 00010000 0002 0000 0002 0003"), out _));
        Assert.False(SackChunk.TryParse(Parse("03 00 0014 00000064 00010000 0001 0001 0002 0003"), out _));
    }

    [Fact]
    public void SHUTDOWN() =>
        AssertWrites("07 00 0008 00000064", (ref SpanWriter writer) => ShutdownChunk.Write(ref writer, new(100)));

    [Fact]
    public void ABORT_with_a_cause() => AssertWrites(
        "06 01 000B  000D 0007 414243 00",
        (ref SpanWriter writer) => ErrorChunk.Write(ref writer, ChunkType.Abort, ErrorChunk.ReflectedTagFlag, ErrorCause.ProtocolViolation, "ABC"u8));

    [Fact]
    public void HEARTBEAT() => AssertWrites(
        "04 00 0018  0001 0014  0000000000000102 0000000000000304",
        (ref SpanWriter writer) => HeartbeatChunk.Write(ref writer, new(0x102), 0x304));

    [Fact]
    public void HEARTBEAT_as_long_as_a_packet_may_become() => AssertWrites(
        "04 00 001C 0001 0018 0000000000000102 0000000000000304 00000000",
        (ref SpanWriter writer) => HeartbeatChunk.Write(ref writer, new(0x102), 0x304, filling: 4));

    [Theory]
    [InlineData(0, "")]
    [InlineData(3, "")]
    [InlineData(4, "84000004")]
    [InlineData(12, "8400000C0000000000000000")]
    public void PAD_fills_what_is_left_of_a_packet(int left, string expected)
    {
        SpanWriter writer = new(new byte[left]);
        PadChunk.Fill(ref writer);
        Assert.Equal(expected, Convert.ToHexString(writer.Written));
        Assert.False(writer.Overflowed);
    }

    [Fact]
    public void FORWARD_TSN() => AssertWrites(
        "C0 00 000C 00000064 0001 0002",
        (ref SpanWriter writer) => ForwardTsnChunk.Write(ref writer, new(100), [(1, 2)]));

    [Fact]
    public void RE_CONFIG_whose_last_padding_is_the_chunks() => AssertWrites(
        "82 00 0016  000D 0012 0000000A 00000014 00000064 0007 0000",
        (ref SpanWriter writer) => ReConfigChunk.WriteOutgoingReset(ref writer, 10, 20, new(100), [7]));

    [Theory]
    [InlineData("0A 00 0003", true)] // shorter than its header
    [InlineData("0A 00 0009 01020304", true)] // longer than the packet
    [InlineData("0A 00", true)]
    [InlineData("0A 00 0007 010203", false)] // without its padding: as some send it
    [InlineData("0A 00 0004", false)]
    public void A_chunk_that_does_not_fit_ends_the_reading(string bytes, bool isMalformed)
    {
        ChunkReader reader = new(Hex.Parse(bytes));
        Assert.Equal(!isMalformed, reader.TryRead(out _));
        Assert.Equal(isMalformed, reader.IsMalformed);
        Assert.False(reader.TryRead(out _));
    }

    private static Chunk Parse(string bytes)
    {
        Assert.True(new ChunkReader(Hex.Parse(bytes)).TryRead(out Chunk chunk));
        return chunk;
    }

    private static void AssertWrites(string expected, Packets.WriteChunks write)
    {
        byte[] bytes = new byte[200];
        SpanWriter writer = new(bytes);
        write(ref writer);
        Assert.Equal(Convert.ToHexString(Hex.Parse(expected)), Convert.ToHexString(writer.Written));
    }
}
