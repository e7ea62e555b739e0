using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>
/// The client shows that it holds the key of its certificate: it signs all messages so far (RFC 5246 §7.4.8).
/// <code>SignatureScheme (2) | signature, 16-bit length</code>
/// </summary>
internal readonly ref struct CertificateVerify
{
    public SignatureScheme Scheme { get; private init; }

    public ReadOnlySpan<byte> Signature { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> body, out CertificateVerify message)
    {
        var reader = new SpanReader(body);
        bool parsed = reader.TryReadUInt16(out ushort scheme) & reader.TryReadVector16(out ReadOnlySpan<byte> signature) & reader.IsAtEnd;
        message = new CertificateVerify { Scheme = (SignatureScheme)scheme, Signature = signature };
        return parsed;
    }

    /// <summary>Writes scheme and signature; a ServerKeyExchange ends the same way.</summary>
    public static void Write(ref SpanWriter writer, SignatureScheme scheme, ReadOnlySpan<byte> signature)
    {
        writer.WriteUInt16((ushort)scheme);
        int vector = writer.BeginLength16();
        writer.WriteBytes(signature);
        writer.EndLength16(vector);
    }
}
