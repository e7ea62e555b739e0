namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

/// <summary>Chunk types (RFC 9260 §3.2, RFC 3758 §3.2, RFC 6525 §3, RFC 4820 §3).</summary>
internal static class ChunkType
{
    public const byte Data = 0;
    public const byte Init = 1;
    public const byte InitAck = 2;
    public const byte Sack = 3;
    public const byte Heartbeat = 4;
    public const byte HeartbeatAck = 5;
    public const byte Abort = 6;
    public const byte Shutdown = 7;
    public const byte ShutdownAck = 8;
    public const byte Error = 9;
    public const byte CookieEcho = 10;
    public const byte CookieAck = 11;
    public const byte ShutdownComplete = 14;
    public const byte ReConfig = 130;
    public const byte Pad = 132;
    public const byte ForwardTsn = 192;
}

/// <summary>
/// What the two highest bits of an unknown type ask for: of a chunk (RFC 9260 §3.2), and in the same way of a parameter (§3.2.1).
/// </summary>
internal readonly struct UnknownTypeAction
{
    private readonly int _bits;

    private UnknownTypeAction(int bits) => _bits = bits;

    /// <summary>Whether to go on with what follows; otherwise the rest of the packet, or of the parameters, is passed over.</summary>
    public bool Continues => (_bits & 2) != 0;

    /// <summary>Whether to tell the peer.</summary>
    public bool IsReported => (_bits & 1) != 0;

    public static UnknownTypeAction OfChunk(byte type) => new(type >> 6);

    public static UnknownTypeAction OfParameter(ushort type) => new(type >> 14);
}
