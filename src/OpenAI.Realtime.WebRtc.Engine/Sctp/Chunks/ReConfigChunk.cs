using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

/// <summary>The result of a Re-configuration Response (RFC 6525 §4.4).</summary>
internal static class ReConfigResult
{
    public const uint NothingToDo = 0;
    public const uint Performed = 1;
    public const uint Denied = 2;
    public const uint WrongSsn = 3;
    public const uint AlreadyInProgress = 4;
    public const uint BadSequenceNumber = 5;
    public const uint InProgress = 6;
}

/// <summary>RE-CONFIG (RFC 6525 §3.1): one parameter or two.</summary>
/// <remarks><code>
/// +---------------+---------------+-------------------------------+
/// |  Type = 130   |   Flags = 0   |           Length              |
/// +---------------+---------------+-------------------------------+
/// |  Outgoing SSN Reset Request = 13 (§4.1): request number, response number, last assigned TSN, 16-bit stream ids (none: all)
/// |  Incoming SSN Reset Request = 14 (§4.2): request number, 16-bit stream ids
/// |  SSN/TSN Reset Request      = 15 (§4.3): request number
/// |  Re-configuration Response  = 16 (§4.4): request number answered, result
/// |  Add Outgoing/Incoming Streams = 17, 18 (§4.5, §4.6): request number, count, reserved
/// </code></remarks>
internal static class ReConfigChunk
{
    public static void WriteResponse(ref SpanWriter writer, uint requestNumber, uint result)
    {
        int begin = Chunk.Begin(ref writer, ChunkType.ReConfig);
        int response = Parameter.Begin(ref writer, ParameterType.ReConfigResponse);
        writer.WriteUInt32(requestNumber);
        writer.WriteUInt32(result);
        Parameter.End(ref writer, response);
        Chunk.End(ref writer, begin);
    }

    public static void WriteOutgoingReset(
        ref SpanWriter writer, uint requestNumber, uint responseNumber, Serial32 lastAssignedTsn, ReadOnlySpan<ushort> streams)
    {
        int begin = Chunk.Begin(ref writer, ChunkType.ReConfig);
        int request = Parameter.Begin(ref writer, ParameterType.OutgoingSsnResetRequest);
        writer.WriteUInt32(requestNumber);
        writer.WriteUInt32(responseNumber);
        writer.WriteUInt32(lastAssignedTsn.Value);
        foreach (ushort stream in streams)
            writer.WriteUInt16(stream);
        Parameter.End(ref writer, request);
        Chunk.End(ref writer, begin);
    }
}
