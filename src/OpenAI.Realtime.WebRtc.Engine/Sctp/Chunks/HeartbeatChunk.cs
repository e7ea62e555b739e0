using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

/// <summary>HEARTBEAT and HEARTBEAT ACK (RFC 9260 §3.3.5, §3.3.6): the ACK sends back what it got.</summary>
/// <remarks><code>
/// +---------------+---------------+-------------------------------+
/// |  Type = 4, 5  |   Flags = 0   |     Length = 24 + filling     |
/// +---------------+---------------+-------------------------------+
/// |     Heartbeat info = 1        |     Length = 20 + filling     |
/// +-------------------------------+-------------------------------+
/// |           Moment of sending (ours, 64 bits)                   |
/// |           Nonce (ours, 64 bits)                               |
/// |           Filling (zeros) …                                   |
/// </code></remarks>
internal static class HeartbeatChunk
{
    /// <summary>Without filling.</summary>
    public const int Length = Chunk.HeaderLength + Parameter.HeaderLength + 8 + 8;

    /// <summary>Writes HEARTBEAT.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="sentAt">The moment of sending.</param>
    /// <param name="nonce">What its ACK is known by.</param>
    /// <param name="filling">How much longer it, and its ACK, is to be.</param>
    public static void Write(ref SpanWriter writer, Instant sentAt, ulong nonce, int filling = 0)
    {
        int begin = Chunk.Begin(ref writer, ChunkType.Heartbeat);
        int info = Parameter.Begin(ref writer, ParameterType.HeartbeatInfo);
        writer.WriteUInt64((ulong)sentAt.Ticks);
        writer.WriteUInt64(nonce);
        writer.WriteZeros(filling);
        Parameter.End(ref writer, info);
        Chunk.End(ref writer, begin);
    }

    /// <summary>Reads our own heartbeat info back out of a HEARTBEAT ACK.</summary>
    public static bool TryParseAck(in Chunk chunk, out Instant sentAt, out ulong nonce)
    {
        sentAt = default;
        nonce = 0;
        if (!new ParameterReader(chunk.Value).TryRead(out Parameter info) || info.Type != ParameterType.HeartbeatInfo)
            return false;
        SpanReader reader = new(info.Value);
        if (!reader.TryReadUInt64(out ulong ticks) || !reader.TryReadUInt64(out nonce))
            return false;
        sentAt = new((long)ticks);
        return true;
    }
}
