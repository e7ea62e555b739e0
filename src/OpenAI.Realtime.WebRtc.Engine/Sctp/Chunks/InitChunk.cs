using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

/// <summary>What one side says of itself in INIT or INIT ACK.</summary>
/// <param name="InitiateTag">The verification tag of every packet to that side.</param>
/// <param name="ReceiverWindow">Its a_rwnd.</param>
/// <param name="OutboundStreams">How many streams it wants to send on.</param>
/// <param name="InboundStreams">How many streams it takes.</param>
/// <param name="InitialTsn">The TSN of its first DATA.</param>
internal readonly record struct InitFields(
    uint InitiateTag, uint ReceiverWindow, ushort OutboundStreams, ushort InboundStreams, Serial32 InitialTsn);

/// <summary>INIT and INIT ACK (RFC 9260 §3.3.2, §3.3.3); INIT ACK must hold a State Cookie parameter.</summary>
/// <remarks><code>
/// +---------------+---------------+-------------------------------+
/// |  Type = 1, 2  |   Flags = 0   |           Length              |
/// +---------------+---------------+-------------------------------+
/// |                         Initiate tag                          |
/// +---------------------------------------------------------------+
/// |          Advertised receiver window credit (a_rwnd)           |
/// +-------------------------------+-------------------------------+
/// |  Number of outbound streams   |   Number of inbound streams   |
/// +-------------------------------+-------------------------------+
/// |                         Initial TSN                           |
/// +---------------------------------------------------------------+
/// |                        Parameters …                           |
/// </code></remarks>
internal readonly ref struct InitChunk
{
    public InitFields Fields { get; private init; }

    public ReadOnlySpan<byte> Parameters { get; private init; }

    public static bool TryParse(in Chunk chunk, out InitChunk init)
    {
        init = default;
        SpanReader reader = new(chunk.Value);
        if (!reader.TryReadUInt32(out uint tag) || !reader.TryReadUInt32(out uint window) ||
            !reader.TryReadUInt16(out ushort outbound) || !reader.TryReadUInt16(out ushort inbound) ||
            !reader.TryReadUInt32(out uint tsn))
            return false;
        init = new() { Fields = new(tag, window, outbound, inbound, new(tsn)), Parameters = reader.Rest };
        return true;
    }

    /// <summary>Starts INIT or INIT ACK; further parameters follow, then <see cref="Chunk.End"/>.</summary>
    public static int Begin(ref SpanWriter writer, byte type, in InitFields fields)
    {
        int begin = Chunk.Begin(ref writer, type);
        writer.WriteUInt32(fields.InitiateTag);
        writer.WriteUInt32(fields.ReceiverWindow);
        writer.WriteUInt16(fields.OutboundStreams);
        writer.WriteUInt16(fields.InboundStreams);
        writer.WriteUInt32(fields.InitialTsn.Value);
        Parameter.Write(ref writer, ParameterType.SupportedExtensions, [ChunkType.ReConfig, ChunkType.ForwardTsn]);
        Parameter.Write(ref writer, ParameterType.ForwardTsnSupported, []);
        return begin;
    }
}

/// <summary>The parameters of INIT and INIT ACK, as far as they mean something to us.</summary>
internal ref struct InitParameters
{
    public bool SupportsForwardTsn { get; private set; }

    public bool SupportsReConfig { get; private set; }

    /// <summary>The State Cookie of INIT ACK; empty where there is none.</summary>
    public ReadOnlySpan<byte> Cookie { get; private set; }

    /// <summary>A peer that is a host name cannot be answered (RFC 9260 §5.1.2).</summary>
    public bool HasHostName { get; private set; }

    /// <summary>Reads them.</summary>
    /// <param name="parameters">The bytes after the fixed fields.</param>
    /// <param name="unrecognized">
    /// Takes those to be reported, each as an Unrecognized Parameter; what does not fit any more is not reported.
    /// </param>
    /// <param name="result">What they say.</param>
    /// <returns>False when one does not fit.</returns>
    public static bool TryRead(ReadOnlySpan<byte> parameters, ref SpanWriter unrecognized, out InitParameters result)
    {
        result = default;
        ParameterReader reader = new(parameters);
        while (reader.TryRead(out Parameter parameter))
        {
            switch (parameter.Type)
            {
                case ParameterType.StateCookie:
                    result.Cookie = parameter.Value;
                    break;
                case ParameterType.ForwardTsnSupported:
                    result.SupportsForwardTsn = true;
                    break;
                case ParameterType.SupportedExtensions:
                    result.SupportsForwardTsn |= parameter.Value.Contains(ChunkType.ForwardTsn);
                    result.SupportsReConfig = parameter.Value.Contains(ChunkType.ReConfig);
                    break;
                case ParameterType.HostNameAddress:
                    result.HasHostName = true;
                    break;
                case ParameterType.IPv4Address or ParameterType.IPv6Address or ParameterType.SupportedAddressTypes
                    or ParameterType.CookiePreservative or ParameterType.UnrecognizedParameter:
                    break; // Over DTLS there is one path (RFC 8261 §6.1), and a cookie lives as long as it lives.
                default:
                    UnknownTypeAction action = UnknownTypeAction.OfParameter(parameter.Type);
                    if (action.IsReported && unrecognized.Free >= 2 * Parameter.HeaderLength + parameter.Whole.Length)
                        Parameter.Write(ref unrecognized, ParameterType.UnrecognizedParameter, parameter.Whole);
                    if (!action.Continues)
                        return true;
                    break;
            }
        }

        return !reader.IsMalformed;
    }
}
