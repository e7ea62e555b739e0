using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

/// <summary>PAD (RFC 4820 §3): makes a packet as long as it is to be, and means nothing. Who does not know it passes over it without a report (RFC 9260 §3.2).</summary>
/// <remarks><code>
/// +---------------+---------------+-------------------------------+
/// |  Type = 132   |   Flags = 0   |            Length             |
/// +---------------+---------------+-------------------------------+
/// |                      Padding data (zeros) …                   |
/// </code></remarks>
internal static class PadChunk
{
    /// <summary>Fills the rest of the packet, where a chunk fits.</summary>
    public static void Fill(ref SpanWriter writer)
    {
        if (writer.Free < Chunk.HeaderLength)
            return;
        int begin = Chunk.Begin(ref writer, ChunkType.Pad);
        writer.WriteZeros(writer.Free);
        Chunk.End(ref writer, begin);
    }
}
