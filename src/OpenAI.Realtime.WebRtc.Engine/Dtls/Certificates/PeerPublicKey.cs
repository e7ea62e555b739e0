using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;

/// <summary>
/// The public key of the peer's certificate: ECDSA on secp256r1, or RSA. Of the certificate nothing else is read: the fingerprint, checked
/// before, covers every byte of it, and names, dates and issuers say nothing between WebRTC peers (RFC 8827 §6.5).
/// </summary>
internal sealed class PeerPublicKey : IDisposable
{
    /// <summary>RSA keys from 2048 to 4096 bits: weaker ones prove nothing, longer ones let a peer burn our time.</summary>
    public const int MinRsaBytes = 256, MaxRsaBytes = 512;

    private static ReadOnlySpan<byte> EcPublicKey => [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];                    // 1.2.840.10045.2.1
    private static ReadOnlySpan<byte> Secp256r1 => [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];                // 1.2.840.10045.3.1.7
    private static ReadOnlySpan<byte> RsaEncryption => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];      // 1.2.840.113549.1.1.1

    private readonly ECDsa? _ecdsa;
    private readonly RSA? _rsa;

    private PeerPublicKey(ECDsa? ecdsa, RSA? rsa)
    {
        _ecdsa = ecdsa;
        _rsa = rsa;
    }

    public bool IsRsa => _rsa is not null;

    public void Dispose()
    {
        _ecdsa?.Dispose();
        _rsa?.Dispose();
    }

    /// <summary>Finds the key in a certificate (RFC 5280 §4.1).</summary>
    /// <param name="der">The certificate.</param>
    /// <param name="key">The key.</param>
    /// <param name="problem">What is wrong with it, for a person.</param>
    public static bool TryParse(ReadOnlySpan<byte> der, [NotNullWhen(true)] out PeerPublicKey? key, out string problem)
    {
        key = null;
        problem = "the certificate is not a DER X.509 certificate";
        var outer = new DerReader(der);
        if (!outer.TryRead(DerReader.Sequence, out ReadOnlySpan<byte> certificate))
            return false;
        var inner = new DerReader(certificate);
        if (!inner.TryRead(DerReader.Sequence, out ReadOnlySpan<byte> toBeSigned))
            return false;

        // TBSCertificate ::= SEQUENCE { [0] version?, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, … }
        var fields = new DerReader(toBeSigned);
        if (fields.NextIs(DerReader.ContextSpecific0))
            fields.TryReadAny(out _);
        if (!fields.TryRead(DerReader.Integer, out _)
            || !fields.TryRead(DerReader.Sequence, out _)
            || !fields.TryRead(DerReader.Sequence, out _)
            || !fields.TryRead(DerReader.Sequence, out _)
            || !fields.TryRead(DerReader.Sequence, out _)
            || !fields.TryRead(DerReader.Sequence, out ReadOnlySpan<byte> subjectPublicKeyInfo))
        {
            return false;
        }

        // SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { algorithm OID, parameters }, BIT STRING }
        var info = new DerReader(subjectPublicKeyInfo);
        if (!info.TryRead(DerReader.Sequence, out ReadOnlySpan<byte> algorithmIdentifier)
            || !info.TryRead(DerReader.BitString, out ReadOnlySpan<byte> bits)
            || bits.IsEmpty || bits[0] != 0)
        {
            return false;
        }

        var algorithm = new DerReader(algorithmIdentifier);
        if (!algorithm.TryRead(DerReader.ObjectIdentifier, out ReadOnlySpan<byte> oid))
            return false;
        if (oid.SequenceEqual(EcPublicKey))
            return TryReadEcdsa(algorithm, bits[1..], out key, out problem);
        if (oid.SequenceEqual(RsaEncryption))
            return TryReadRsa(bits[1..], out key, out problem);
        problem = "the certificate's key is neither ECDSA nor RSA";
        return false;
    }

    /// <summary>Whether <paramref name="signature"/> is this key's over a SHA-256 hash.</summary>
    public bool Verify(SignatureScheme scheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) => scheme switch
    {
        SignatureScheme.EcdsaSecp256r1Sha256 when _ecdsa is not null =>
            VerifyEcdsa(_ecdsa, hash, signature),
        SignatureScheme.RsaPkcs1Sha256 when _rsa is not null =>
            _rsa.VerifyHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        SignatureScheme.RsaPssRsaeSha256 when _rsa is not null =>
            _rsa.VerifyHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        _ => false,
    };

    // RFC 3279 §2.2.3: Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }. .NET reads this form too, but throws inside when it is malformed.
    private static bool VerifyEcdsa(ECDsa ecdsa, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        const int Length = 32;
        var outer = new DerReader(signature);
        if (!outer.TryRead(DerReader.Sequence, out ReadOnlySpan<byte> sequence) || !outer.IsAtEnd)
            return false;
        var inner = new DerReader(sequence);
        if (!inner.TryRead(DerReader.Integer, out ReadOnlySpan<byte> r) || !inner.TryRead(DerReader.Integer, out ReadOnlySpan<byte> s) || !inner.IsAtEnd)
            return false;
        r = r.TrimStart((byte)0);
        s = s.TrimStart((byte)0);
        if (r.Length > Length || s.Length > Length)
            return false;
        Span<byte> fixedLength = stackalloc byte[2 * Length];       // IEEE P1363: r | s
        fixedLength.Clear();
        r.CopyTo(fixedLength[(Length - r.Length)..]);
        s.CopyTo(fixedLength[((2 * Length) - s.Length)..]);
        return ecdsa.VerifyHash(hash, fixedLength, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    // RFC 5480 §2.1.1 and §2.2: the parameters name the curve, the bits are the point.
    private static bool TryReadEcdsa(DerReader algorithm, ReadOnlySpan<byte> point, [NotNullWhen(true)] out PeerPublicKey? key, out string problem)
    {
        key = null;
        if (!algorithm.TryRead(DerReader.ObjectIdentifier, out ReadOnlySpan<byte> curve) || !curve.SequenceEqual(Secp256r1))
        {
            problem = "the certificate's ECDSA key is not on secp256r1";
            return false;
        }

        if (!P256.TryParsePoint(point, out ECParameters parameters))
        {
            problem = "the certificate's ECDSA key is not an uncompressed point of secp256r1";
            return false;
        }

        problem = "";
        key = new PeerPublicKey(ECDsa.Create(parameters), null);
        return true;
    }

    // RFC 3279 §2.3.1: RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
    private static bool TryReadRsa(ReadOnlySpan<byte> bits, [NotNullWhen(true)] out PeerPublicKey? key, out string problem)
    {
        key = null;
        problem = "the certificate's RSA key is not an RSAPublicKey";
        var outer = new DerReader(bits);
        if (!outer.TryRead(DerReader.Sequence, out ReadOnlySpan<byte> sequence))
            return false;
        var reader = new DerReader(sequence);
        if (!reader.TryRead(DerReader.Integer, out ReadOnlySpan<byte> modulus)
            || !reader.TryRead(DerReader.Integer, out ReadOnlySpan<byte> exponent))
        {
            return false;
        }

        modulus = modulus.TrimStart((byte)0);
        exponent = exponent.TrimStart((byte)0);
        problem = $"the certificate's RSA key has {modulus.Length * 8} bits and an exponent of {exponent.Length} bytes; " +
            $"accepted are {MinRsaBytes * 8} to {MaxRsaBytes * 8} bits with an odd exponent from 3 to 2^32 - 1";
        if (modulus.Length is < MinRsaBytes or > MaxRsaBytes || (modulus[^1] & 1) == 0
            || exponent.Length is 0 or > 4 || (exponent[^1] & 1) == 0 || (exponent.Length == 1 && exponent[0] < 3))
        {
            return false;
        }

        problem = "";
        key = new PeerPublicKey(null, RSA.Create(new RSAParameters { Modulus = modulus.ToArray(), Exponent = exponent.ToArray() }));
        return true;
    }
}
