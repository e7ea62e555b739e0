using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>
/// The server's ephemeral key, signed (RFC 8422 §5.4).
/// <code>
/// curve_type (1) = named_curve | namedcurve (2) | point, 8-bit length | SignatureScheme (2) | signature, 16-bit length
/// └────────────── params, what is signed after both randoms ─────────┘
/// </code>
/// </summary>
internal readonly ref struct ServerKeyExchange
{
    /// <summary>The length of the params with an uncompressed point of secp256r1.</summary>
    public const int ParamsLength = 4 + P256.PointLength;

    public byte CurveType { get; private init; }

    public ushort NamedCurve { get; private init; }

    public ReadOnlySpan<byte> Point { get; private init; }

    public ReadOnlySpan<byte> Params { get; private init; }

    public SignatureScheme Scheme { get; private init; }

    public ReadOnlySpan<byte> Signature { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> body, out ServerKeyExchange message)
    {
        message = default;
        var reader = new SpanReader(body);
        if (!reader.TryReadUInt8(out byte curveType)
            || !reader.TryReadUInt16(out ushort curve)
            || !reader.TryReadVector8(out ReadOnlySpan<byte> point))
        {
            return false;
        }

        ReadOnlySpan<byte> parameters = body[..^reader.Remaining];
        if (!reader.TryReadUInt16(out ushort scheme) || !reader.TryReadVector16(out ReadOnlySpan<byte> signature) || !reader.IsAtEnd)
            return false;
        message = new ServerKeyExchange
        {
            CurveType = curveType,
            NamedCurve = curve,
            Point = point,
            Params = parameters,
            Scheme = (SignatureScheme)scheme,
            Signature = signature,
        };
        return true;
    }

    public static void WriteParams(ref SpanWriter writer, ReadOnlySpan<byte> point)
    {
        writer.WriteUInt8(EcNumbers.NamedCurve);
        writer.WriteUInt16(EcNumbers.Secp256r1);
        writer.WriteUInt8((byte)point.Length);
        writer.WriteBytes(point);
    }
}
