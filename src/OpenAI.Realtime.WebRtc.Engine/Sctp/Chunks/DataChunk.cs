using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

/// <summary>DATA (RFC 9260 §3.3.1): one message, or one fragment of it.</summary>
/// <remarks><code>
/// +---------------+---------+-----+-------------------------------+
/// |   Type = 0    |  Res  |I|U|B|E|           Length              |   I: SACK at once   U: unordered
/// +---------------+---------------+-------------------------------+   B: first fragment E: last fragment
/// |                             TSN                               |
/// +-------------------------------+-------------------------------+
/// |       Stream identifier       |  Stream sequence number (SSN) |
/// +-------------------------------+-------------------------------+
/// |                 Payload protocol identifier                   |
/// +---------------------------------------------------------------+
/// |                        User data …                            |
/// </code></remarks>
internal readonly ref struct DataChunk
{
    /// <summary>The chunk's header and the fields before the user data.</summary>
    public const int HeaderLength = 16;

    public const byte EndFlag = 1;
    public const byte BeginFlag = 2;
    public const byte UnorderedFlag = 4;
    public const byte ImmediateFlag = 8;

    public byte Flags { get; init; }

    public Serial32 Tsn { get; init; }

    public ushort StreamId { get; init; }

    public Serial16 Ssn { get; init; }

    public uint Ppid { get; init; }

    public ReadOnlySpan<byte> UserData { get; init; }

    public bool IsBegin => (Flags & BeginFlag) != 0;

    public bool IsEnd => (Flags & EndFlag) != 0;

    public bool IsUnordered => (Flags & UnorderedFlag) != 0;

    public bool WantsImmediateSack => (Flags & ImmediateFlag) != 0;

    /// <summary>Empty user data parses: it has an answer of its own (§6.2, No User Data).</summary>
    public static bool TryParse(in Chunk chunk, out DataChunk data)
    {
        data = default;
        SpanReader reader = new(chunk.Value);
        if (!reader.TryReadUInt32(out uint tsn) || !reader.TryReadUInt16(out ushort streamId) ||
            !reader.TryReadUInt16(out ushort ssn) || !reader.TryReadUInt32(out uint ppid))
            return false;
        data = new()
        {
            Flags = chunk.Flags,
            Tsn = new(tsn),
            StreamId = streamId,
            Ssn = new(ssn),
            Ppid = ppid,
            UserData = reader.Rest,
        };
        return true;
    }

    /// <summary>Writes everything but the user data, which the caller puts into the span returned; then calls <see cref="Chunk.End"/>.</summary>
    public static Span<byte> WriteHeader(
        ref SpanWriter writer, byte flags, Serial32 tsn, ushort streamId, Serial16 ssn, uint ppid, int userDataLength)
    {
        Chunk.Begin(ref writer, ChunkType.Data, flags);
        writer.WriteUInt32(tsn.Value);
        writer.WriteUInt16(streamId);
        writer.WriteUInt16(ssn.Value);
        writer.WriteUInt32(ppid);
        return writer.Take(userDataLength);
    }

    public void Write(ref SpanWriter writer)
    {
        int begin = writer.Length;
        UserData.CopyTo(WriteHeader(ref writer, Flags, Tsn, StreamId, Ssn, Ppid, UserData.Length));
        Chunk.End(ref writer, begin);
    }
}
