namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

/// <summary>What an association has counted since it was made.</summary>
internal struct SctpCounters
{
    public long PacketsReceived, PacketsSent;
    public long MessagesReceived, MessagesSent, BytesReceived, BytesSent;
    public long DataChunksReceived, DataChunksSent;

    /// <summary>DATA sent again, for whatever reason.</summary>
    public long ChunksRetransmitted;

    /// <summary>Chunks found to be lost by reports or by time, before T3-rtx.</summary>
    public long ChunksFoundLost;

    /// <summary>Entries into fast recovery (RFC 9260 §7.2.4), and T3-rtx expirations (§6.3.3).</summary>
    public long FastRetransmits, T3Expirations;

    /// <summary>Chunks sent again because no SACK had come for a round trip and a half.</summary>
    public long TailProbes;

    /// <summary>DATA that had come before.</summary>
    public long DuplicateChunks;

    /// <summary>DATA dropped because the receive window was full, or because its TSN was too far ahead.</summary>
    public long ChunksBeyondWindow;

    /// <summary>Packets dropped: too short or with a chunk that does not fit; a wrong checksum; other ports; a wrong verification tag.</summary>
    public long DroppedMalformed, DroppedBadChecksum, DroppedWrongPort, DroppedWrongTag;

    /// <summary>Chunks passed over: unknown, malformed, not expected in this state, or with a cookie that is not ours.</summary>
    public long ChunksIgnored;

    /// <summary>Replies not sent because too many were waiting.</summary>
    public long RepliesDropped;
}
