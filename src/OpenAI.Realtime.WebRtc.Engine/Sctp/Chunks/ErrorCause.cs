using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

/// <summary>Error causes of ERROR and ABORT (RFC 9260 §3.3.10). A cause has the shape of a <see cref="Parameter"/>.</summary>
internal static class ErrorCause
{
    public const ushort InvalidStreamIdentifier = 1;
    public const ushort MissingMandatoryParameter = 2;
    public const ushort StaleCookie = 3;
    public const ushort OutOfResource = 4;
    public const ushort UnresolvableAddress = 5;
    public const ushort UnrecognizedChunkType = 6;
    public const ushort InvalidMandatoryParameter = 7;
    public const ushort UnrecognizedParameters = 8;
    public const ushort NoUserData = 9;
    public const ushort CookieReceivedWhileShuttingDown = 10;
    public const ushort RestartWithNewAddresses = 11;
    public const ushort UserInitiatedAbort = 12;
    public const ushort ProtocolViolation = 13;

    public static string NameOf(ushort cause) => cause switch
    {
        InvalidStreamIdentifier => "Invalid Stream Identifier",
        MissingMandatoryParameter => "Missing Mandatory Parameter",
        StaleCookie => "Stale Cookie",
        OutOfResource => "Out of Resource",
        UnresolvableAddress => "Unresolvable Address",
        UnrecognizedChunkType => "Unrecognized Chunk Type",
        InvalidMandatoryParameter => "Invalid Mandatory Parameter",
        UnrecognizedParameters => "Unrecognized Parameters",
        NoUserData => "No User Data",
        CookieReceivedWhileShuttingDown => "Cookie Received While Shutting Down",
        RestartWithNewAddresses => "Restart of an Association with New Addresses",
        UserInitiatedAbort => "User-Initiated Abort",
        ProtocolViolation => "Protocol Violation",
        _ => "an unknown cause",
    };

    /// <summary>The first cause of an ERROR or ABORT; 0 where there is none.</summary>
    public static ushort FirstOf(in Chunk chunk) =>
        new ParameterReader(chunk.Value).TryRead(out Parameter cause) ? cause.Type : (ushort)0;
}

/// <summary>ABORT (RFC 9260 §3.3.7) and ERROR (§3.3.10): error causes, none or more in ABORT, one or more in ERROR.</summary>
/// <remarks><code>
/// +---------------+-------------+-+-------------------------------+
/// |  Type = 6, 9  |   Reserved  |T|           Length              |   T (ABORT): the verification tag is
/// +---------------+-------------+-+-------------------------------+      the one of the packet it answers
/// |                       Error causes …                          |
/// </code></remarks>
internal static class ErrorChunk
{
    /// <summary>The T bit of ABORT and SHUTDOWN COMPLETE (RFC 9260 §8.5.1): the tag is reflected.</summary>
    public const byte ReflectedTagFlag = 1;

    /// <summary>Writes ABORT or ERROR with one cause.</summary>
    public static void Write(ref SpanWriter writer, byte type, byte flags, ushort cause, ReadOnlySpan<byte> value)
    {
        int begin = Chunk.Begin(ref writer, type, flags);
        Parameter.Write(ref writer, cause, value);
        Chunk.End(ref writer, begin);
    }
}
