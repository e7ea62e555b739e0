using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;
using X509Request = System.Security.Cryptography.X509Certificates.CertificateRequest;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Dtls;

public class CertificateTests
{
    private static readonly DateTimeOffset s_anchor = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Our_certificate_is_what_dotnet_takes_for_a_self_signed_certificate()
    {
        using DtlsCertificate certificate = DtlsCertificate.Create(s_anchor, new SeededRandomSource(3));
        using X509Certificate2 read = X509CertificateLoader.LoadCertificate(certificate.Der.Span);
        Assert.Equal("CN=WebRTC", read.Subject);
        Assert.Equal("CN=WebRTC", read.Issuer);
        Assert.Equal(s_anchor.AddDays(-1).UtcDateTime, read.NotBefore.ToUniversalTime());
        Assert.Equal(s_anchor.AddDays(30).UtcDateTime, read.NotAfter.ToUniversalTime());
        Assert.Equal(32, read.SerialNumber.Length);
        Assert.Equal(Convert.ToHexString(certificate.Sha256Fingerprint.Value), read.GetCertHashString(HashAlgorithmName.SHA256));

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(read);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = s_anchor.UtcDateTime;
        Assert.True(chain.Build(read), string.Join(", ", chain.ChainStatus.Select(s => s.StatusInformation)));
    }

    [Fact]
    public void Every_connection_has_a_key_of_its_own()
    {
        using DtlsCertificate first = DtlsCertificate.Create(s_anchor, new SeededRandomSource(3));
        using DtlsCertificate second = DtlsCertificate.Create(s_anchor, new SeededRandomSource(3));
        Assert.False(first.Sha256Fingerprint.Matches(second.Der.Span));
    }

    [Fact]
    public void Keys_of_certificates_made_by_dotnet_are_found_and_verify()
    {
        byte[] hash = SHA256.HashData([1, 2, 3]);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 ecdsaCertificate = SelfSigned(new X509Request("CN=a, O=b", ecdsa, HashAlgorithmName.SHA256));
        Assert.True(PeerPublicKey.TryParse(ecdsaCertificate.RawData, out PeerPublicKey? key, out string problem), problem);
        Assert.True(key!.Verify(SignatureScheme.EcdsaSecp256r1Sha256, hash, ecdsa.SignHash(hash, DSASignatureFormat.Rfc3279DerSequence)));
        Assert.False(key.Verify(SignatureScheme.EcdsaSecp256r1Sha256, hash, [0x30, 0]));
        Assert.False(key.Verify(SignatureScheme.RsaPkcs1Sha256, hash, new byte[256]));
        key.Dispose();

        using var rsa = RSA.Create(2048);
        using X509Certificate2 rsaCertificate = SelfSigned(new X509Request("CN=a", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.True(PeerPublicKey.TryParse(rsaCertificate.RawData, out key, out problem), problem);
        Assert.True(key!.IsRsa);
        Assert.True(key.Verify(SignatureScheme.RsaPkcs1Sha256, hash, rsa.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        Assert.True(key.Verify(SignatureScheme.RsaPssRsaeSha256, hash, rsa.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)));
        Assert.False(key.Verify(SignatureScheme.RsaPkcs1Sha256, hash, rsa.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)));
        key.Dispose();
    }

    [Fact]
    public void Keys_that_prove_nothing_are_refused()
    {
        using var weak = RSA.Create(1024);
        using X509Certificate2 weakCertificate = SelfSigned(new X509Request("CN=a", weak, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.False(PeerPublicKey.TryParse(weakCertificate.RawData, out _, out string problem));
        Assert.Contains("1024 bits", problem, StringComparison.Ordinal);

        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using X509Certificate2 p384Certificate = SelfSigned(new X509Request("CN=a", p384, HashAlgorithmName.SHA256));
        Assert.False(PeerPublicKey.TryParse(p384Certificate.RawData, out _, out problem));
        Assert.Contains("secp256r1", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_point_with_one_bit_changed_is_off_the_curve()
    {
        var random = new Random(11);
        for (int i = 0; i < 200; i++)
        {
            using ECDiffieHellman key = KeyGeneration.CreateEphemeralKey();
            var point = new byte[P256.PointLength];
            P256.WritePoint(key, point);
            Assert.True(P256.TryParsePoint(point, out _));
            point[1 + random.Next(64)] ^= (byte)(1 << random.Next(8));
            Assert.False(P256.TryParsePoint(point, out _));
        }
    }

    private static X509Certificate2 SelfSigned(X509Request request) => request.CreateSelfSigned(s_anchor, s_anchor.AddDays(1));
}
