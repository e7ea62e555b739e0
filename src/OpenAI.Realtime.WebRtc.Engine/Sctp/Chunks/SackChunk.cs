using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

/// <summary>A run of TSNs that have come beyond a gap, as offsets from the cumulative TSN, both ends included.</summary>
internal readonly record struct GapAckBlock(ushort Start, ushort End);

/// <summary>SACK (RFC 9260 §3.3.4).</summary>
/// <remarks><code>
/// +---------------+---------------+-------------------------------+
/// |   Type = 3    |   Flags = 0   |           Length              |
/// +---------------+---------------+-------------------------------+
/// |                     Cumulative TSN ack                        |
/// +---------------------------------------------------------------+
/// |          Advertised receiver window credit (a_rwnd)           |
/// +-------------------------------+-------------------------------+
/// |   Number of gap ack blocks    |   Number of duplicate TSNs    |
/// +-------------------------------+-------------------------------+
/// |   Gap ack block #1 start      |   Gap ack block #1 end        |  …
/// +-------------------------------+-------------------------------+
/// |                      Duplicate TSN #1                         |  …
/// </code></remarks>
internal readonly ref struct SackChunk
{
    /// <summary>The chunk's header and the fixed fields.</summary>
    public const int HeaderLength = 16;

    public Serial32 CumulativeTsn { get; init; }

    public uint ReceiverWindow { get; init; }

    public int GapCount => Gaps.Length / 4;

    public int DuplicateCount { get; private init; }

    private ReadOnlySpan<byte> Gaps { get; init; }

    public GapAckBlock Gap(int index) => new(
        BinaryPrimitives.ReadUInt16BigEndian(Gaps[(4 * index)..]), BinaryPrimitives.ReadUInt16BigEndian(Gaps[(4 * index + 2)..]));

    public static bool TryParse(in Chunk chunk, out SackChunk sack)
    {
        sack = default;
        SpanReader reader = new(chunk.Value);
        if (!reader.TryReadUInt32(out uint cumulative) || !reader.TryReadUInt32(out uint window) ||
            !reader.TryReadUInt16(out ushort gaps) || !reader.TryReadUInt16(out ushort duplicates) ||
            !reader.TryReadBytes(4 * gaps, out ReadOnlySpan<byte> gapBytes) || reader.Remaining < 4 * duplicates)
            return false;
        sack = new() { CumulativeTsn = new(cumulative), ReceiverWindow = window, Gaps = gapBytes, DuplicateCount = duplicates };
        return true;
    }

    public static void Write(
        ref SpanWriter writer, Serial32 cumulativeTsn, uint receiverWindow, scoped ReadOnlySpan<GapAckBlock> gaps, scoped ReadOnlySpan<Serial32> duplicates)
    {
        int begin = Chunk.Begin(ref writer, ChunkType.Sack);
        writer.WriteUInt32(cumulativeTsn.Value);
        writer.WriteUInt32(receiverWindow);
        writer.WriteUInt16((ushort)gaps.Length);
        writer.WriteUInt16((ushort)duplicates.Length);
        foreach (GapAckBlock gap in gaps)
        {
            writer.WriteUInt16(gap.Start);
            writer.WriteUInt16(gap.End);
        }

        foreach (Serial32 duplicate in duplicates)
            writer.WriteUInt32(duplicate.Value);
        Chunk.End(ref writer, begin);
    }
}
