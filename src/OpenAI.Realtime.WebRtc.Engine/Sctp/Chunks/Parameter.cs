using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

/// <summary>Parameter types (RFC 9260 §3.3, RFC 5061 §4.2.7, RFC 3758 §3.1, RFC 6525 §4).</summary>
internal static class ParameterType
{
    public const ushort HeartbeatInfo = 1;
    public const ushort IPv4Address = 5;
    public const ushort IPv6Address = 6;
    public const ushort StateCookie = 7;
    public const ushort UnrecognizedParameter = 8;
    public const ushort CookiePreservative = 9;
    public const ushort HostNameAddress = 11;
    public const ushort SupportedAddressTypes = 12;
    public const ushort OutgoingSsnResetRequest = 13;
    public const ushort IncomingSsnResetRequest = 14;
    public const ushort SsnTsnResetRequest = 15;
    public const ushort ReConfigResponse = 16;
    public const ushort AddOutgoingStreamsRequest = 17;
    public const ushort AddIncomingStreamsRequest = 18;
    public const ushort SupportedExtensions = 0x8008;
    public const ushort ForwardTsnSupported = 0xC000;
}

/// <summary>A parameter (RFC 9260 §3.2.1); an error cause has the same shape (§3.3.10).</summary>
/// <remarks><code>
/// +-------------------------------+-------------------------------+
/// |             Type              | Length, these 4 bytes included|
/// +-------------------------------+-------------------------------+
/// |      Value, then 0 to 3 bytes of padding outside the length   |
/// </code></remarks>
internal readonly ref struct Parameter(ushort type, ReadOnlySpan<byte> whole)
{
    public const int HeaderLength = 4;

    public ushort Type { get; } = type;

    /// <summary>Header and value, without padding.</summary>
    public ReadOnlySpan<byte> Whole { get; } = whole;

    public ReadOnlySpan<byte> Value => Whole[HeaderLength..];

    /// <summary>Starts one, after the padding of the one before: the last one's padding is the chunk's (RFC 9260 §3.2).</summary>
    public static int Begin(ref SpanWriter writer, ushort type)
    {
        writer.WriteZeros(Chunk.Padding(writer.Length));
        int begin = writer.Length;
        writer.WriteUInt16(type);
        writer.WriteUInt16(0);
        return begin;
    }

    public static void End(ref SpanWriter writer, int begin)
    {
        if (!writer.Overflowed)
            BinaryPrimitives.WriteUInt16BigEndian(writer.Written[(begin + 2)..], (ushort)(writer.Length - begin));
    }

    public static void Write(ref SpanWriter writer, ushort type, ReadOnlySpan<byte> value)
    {
        int begin = Begin(ref writer, type);
        writer.WriteBytes(value);
        End(ref writer, begin);
    }
}

/// <summary>Walks through parameters or error causes. Ends early, with <see cref="IsMalformed"/>, at one that does not fit.</summary>
internal ref struct ParameterReader(ReadOnlySpan<byte> parameters)
{
    private ReadOnlySpan<byte> _rest = parameters;

    public bool IsMalformed { get; private set; }

    public bool TryRead(out Parameter parameter)
    {
        parameter = default;
        if (_rest.IsEmpty || IsMalformed)
            return false;
        int length = _rest.Length < Parameter.HeaderLength ? 0 : BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
        if (length < Parameter.HeaderLength || length > _rest.Length)
        {
            IsMalformed = true;
            return false;
        }

        parameter = new(BinaryPrimitives.ReadUInt16BigEndian(_rest), _rest[..length]);
        _rest = _rest[Math.Min(Chunk.Padded(length), _rest.Length)..];
        return true;
    }
}
