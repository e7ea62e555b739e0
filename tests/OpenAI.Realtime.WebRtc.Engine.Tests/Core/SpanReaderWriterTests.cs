using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Core;

public class SpanReaderWriterTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        Span<byte> buffer = stackalloc byte[64];
        SpanWriter writer = new(buffer);
        writer.WriteUInt8(1);
        writer.WriteUInt16(0x0203);
        writer.WriteUInt24(0x040506);
        writer.WriteUInt48(0x0708090A0B0C);
        int begin = writer.BeginLength16();
        writer.WriteUInt32(0x0D0E0F10);
        writer.EndLength16(begin);
        Assert.False(writer.Overflowed);

        SpanReader reader = new(writer.Written);
        Assert.True(reader.TryReadUInt8(out byte u8) && u8 == 1);
        Assert.True(reader.TryReadUInt16(out ushort u16) && u16 == 0x0203);
        Assert.True(reader.TryReadUInt24(out int u24) && u24 == 0x040506);
        Assert.True(reader.TryReadUInt48(out ulong u48) && u48 == 0x0708090A0B0C);
        Assert.True(reader.TryReadVector16(out ReadOnlySpan<byte> vector));
        Assert.Equal("0D0E0F10", Convert.ToHexString(vector));
        Assert.True(reader.IsAtEnd);
    }

    [Fact]
    public void Reading_past_the_end_says_so_and_leaves_the_reader_where_it_was()
    {
        SpanReader reader = new([5, 2]);
        Assert.False(reader.TryReadUInt32(out _));
        Assert.Equal(2, reader.Remaining);
        Assert.False(reader.TryReadVector8(out _));
        Assert.False(reader.TryReadBytes(-1, out _));
    }

    [Fact]
    public void Writing_past_the_end_is_remembered_and_writes_nothing()
    {
        SpanWriter writer = new(stackalloc byte[3]);
        writer.WriteUInt16(1);
        writer.WriteUInt16(2);
        writer.WriteUInt8(3);
        Assert.True(writer.Overflowed);
        Assert.Equal(2, writer.Length);
    }
}
