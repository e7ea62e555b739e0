using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

/// <summary>SHUTDOWN (RFC 9260 §3.3.8).</summary>
/// <remarks><code>
/// +---------------+---------------+-------------------------------+
/// |   Type = 7    |   Flags = 0   |          Length = 8           |
/// +---------------+---------------+-------------------------------+
/// |                     Cumulative TSN ack                        |
/// </code></remarks>
internal static class ShutdownChunk
{
    public const int Length = Chunk.HeaderLength + 4;

    public static bool TryParse(in Chunk chunk, out Serial32 cumulativeTsn)
    {
        bool parsed = new SpanReader(chunk.Value).TryReadUInt32(out uint value);
        cumulativeTsn = new(value);
        return parsed;
    }

    public static void Write(ref SpanWriter writer, Serial32 cumulativeTsn)
    {
        int begin = Chunk.Begin(ref writer, ChunkType.Shutdown);
        writer.WriteUInt32(cumulativeTsn.Value);
        Chunk.End(ref writer, begin);
    }
}
