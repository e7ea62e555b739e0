using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

/// <summary>FORWARD TSN (RFC 3758 §3.2): the peer gives up on what lies before.</summary>
/// <remarks><code>
/// +---------------+---------------+-------------------------------+
/// |  Type = 192   |   Flags = 0   |           Length              |
/// +---------------+---------------+-------------------------------+
/// |                    New cumulative TSN                         |
/// +-------------------------------+-------------------------------+
/// |          Stream #1            |  Stream sequence number #1    |  … of ordered messages given up
/// </code>
/// The streams are of no use to us: we deliver in order of TSN (see <see cref="Receiving.ReceiveBuffer"/>).</remarks>
internal static class ForwardTsnChunk
{
    public static bool TryParse(in Chunk chunk, out Serial32 newCumulativeTsn)
    {
        bool parsed = new SpanReader(chunk.Value).TryReadUInt32(out uint value);
        newCumulativeTsn = new(value);
        return parsed;
    }

    /// <summary>For tests: we never give up on a message.</summary>
    public static void Write(ref SpanWriter writer, Serial32 newCumulativeTsn, scoped ReadOnlySpan<(ushort Stream, ushort Ssn)> streams)
    {
        int begin = Chunk.Begin(ref writer, ChunkType.ForwardTsn);
        writer.WriteUInt32(newCumulativeTsn.Value);
        foreach ((ushort stream, ushort ssn) in streams)
        {
            writer.WriteUInt16(stream);
            writer.WriteUInt16(ssn);
        }

        Chunk.End(ref writer, begin);
    }
}
