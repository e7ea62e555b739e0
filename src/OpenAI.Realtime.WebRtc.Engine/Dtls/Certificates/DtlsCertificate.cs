using System.Formats.Asn1;
using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;

/// <summary>
/// A self-signed certificate and its ECDSA P-256 key, made for one connection so that calls cannot be linked by it (RFC 8827 §6.5).
/// Nobody reads what it says: the fingerprint in the SDP vouches for it.
/// </summary>
internal sealed class DtlsCertificate : IDisposable
{
    /// <summary>The longest signature: SEQUENCE of two INTEGERs of 33 bytes each.</summary>
    public const int MaxSignatureLength = 72;

    private const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";
    private const string CommonName = "2.5.4.3";
    private static readonly TimeSpan s_before = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(30);

    private readonly ECDsa _key;
    private readonly byte[] _der;

    private DtlsCertificate(ECDsa key, byte[] der)
    {
        _key = key;
        _der = der;
        Sha256Fingerprint = CertificateFingerprint.Sha256Of(der);
    }

    public ReadOnlyMemory<byte> Der => _der;

    /// <summary>What goes into our SDP.</summary>
    public CertificateFingerprint Sha256Fingerprint { get; }

    /// <summary>Makes a key and a certificate for it.</summary>
    /// <param name="anchor">The wall clock at the start of the connection; the certificate is valid from a day before to 30 days after.</param>
    /// <param name="random">For the serial number.</param>
    public static DtlsCertificate Create(DateTimeOffset anchor, RandomSource random)
    {
        ECDsa key = KeyGeneration.CreateSigningKey();
        byte[] toBeSigned = WriteToBeSigned(key, anchor, random);
        Span<byte> signature = stackalloc byte[MaxSignatureLength];
        key.TrySignData(toBeSigned, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence, out int length);

        // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }       (RFC 5280 §4.1)
        var writer = new AsnWriter(AsnEncodingRules.DER, 512);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(toBeSigned);
            WriteAlgorithm(writer);
            writer.WriteBitString(signature[..length]);
        }

        return new DtlsCertificate(key, writer.Encode());
    }

    /// <summary>Signs a SHA-256 hash as ecdsa_secp256r1_sha256 (RFC 8422 §5.4) and returns the length of the signature.</summary>
    public int Sign(ReadOnlySpan<byte> hash, Span<byte> destination)
    {
        _key.TrySignHash(hash, destination, DSASignatureFormat.Rfc3279DerSequence, out int length);
        return length;
    }

    public void Dispose() => _key.Dispose();

    // TBSCertificate ::= SEQUENCE { [0] version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo }
    private static byte[] WriteToBeSigned(ECDsa key, DateTimeOffset anchor, RandomSource random)
    {
        Span<byte> serial = stackalloc byte[16];
        random.Fill(serial);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);      // positive and in its shortest form

        var writer = new AsnWriter(AsnEncodingRules.DER, 384);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                writer.WriteInteger(2);                     // v3
            writer.WriteInteger(serial);
            WriteAlgorithm(writer);
            WriteName(writer);
            using (writer.PushSequence())
            {
                writer.WriteUtcTime(anchor - s_before);
                writer.WriteUtcTime(anchor + s_lifetime);
            }

            WriteName(writer);
            writer.WriteEncodedValue(key.ExportSubjectPublicKeyInfo());
        }

        return writer.Encode();
    }

    private static void WriteAlgorithm(AsnWriter writer)
    {
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(EcdsaWithSha256);
    }

    private static void WriteName(AsnWriter writer)
    {
        using (writer.PushSequence())
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(CommonName);
            writer.WriteCharacterString(UniversalTagNumber.UTF8String, "WebRTC");
        }
    }
}
