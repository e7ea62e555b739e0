using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>
/// The server asks for the client's certificate (RFC 5246 §7.4.4).
/// <code>
/// certificate_types, 8-bit length | supported_signature_algorithms, 16-bit length, two bytes each | certificate_authorities, 16-bit length
/// </code>
/// </summary>
internal readonly ref struct CertificateRequest
{
    /// <summary>RFC 8422 §5.5.</summary>
    public const byte EcdsaSign = 64;

    public const byte RsaSign = 1;

    public ReadOnlySpan<byte> CertificateTypes { get; private init; }

    public ReadOnlySpan<byte> SignatureAlgorithms { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> body, out CertificateRequest message)
    {
        message = default;
        var reader = new SpanReader(body);
        if (!reader.TryReadVector8(out ReadOnlySpan<byte> types)
            || !reader.TryReadVector16(out ReadOnlySpan<byte> algorithms)
            || algorithms.Length % 2 != 0
            || !reader.TryReadVector16(out _)
            || !reader.IsAtEnd)
        {
            return false;
        }

        message = new CertificateRequest { CertificateTypes = types, SignatureAlgorithms = algorithms };
        return true;
    }

    public static void Write(ref SpanWriter writer)
    {
        writer.WriteUInt8(2);
        writer.WriteUInt8(EcdsaSign);
        writer.WriteUInt8(RsaSign);
        HelloExtensions.WriteAcceptedSignatureSchemes(ref writer);
        writer.WriteUInt16(0);      // any authority, that is none
    }
}
