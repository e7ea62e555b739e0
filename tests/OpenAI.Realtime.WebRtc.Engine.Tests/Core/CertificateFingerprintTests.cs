using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Core;

/// <summary>RFC 8122 §5.</summary>
public class CertificateFingerprintTests
{
    [Theory]
    [InlineData("sha-256")]
    [InlineData("SHA-384")]
    [InlineData("sha-512")]
    public void Fingerprint_is_read_in_either_case_and_written_as_SDP_wants_it(string algorithm)
    {
        byte[] der = [1, 2, 3];
        byte[] hash = algorithm.ToUpperInvariant() switch { "SHA-256" => SHA256.HashData(der), "SHA-384" => SHA384.HashData(der), _ => SHA512.HashData(der) };
        string hex = string.Join(':', hash.Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.True(CertificateFingerprint.TryParse(algorithm, hex, out CertificateFingerprint? fingerprint));
        Assert.True(fingerprint.Matches(der));
        Assert.False(fingerprint.Matches([1, 2]));
#pragma warning disable CA1308 // RFC 8122 writes hash names in lower case
        Assert.Equal($"{algorithm.ToLowerInvariant()} {hex.ToUpperInvariant()}", fingerprint.ToString());
#pragma warning restore CA1308
    }

    [Fact]
    public void Fingerprint_of_a_weak_or_unknown_hash_is_kept_and_matches_nothing()
    {
        byte[] der = [1, 2, 3];
#pragma warning disable CA5350 // the weak hash is the point
        string hex = Convert.ToHexString(SHA1.HashData(der));
#pragma warning restore CA5350
        Assert.True(CertificateFingerprint.TryParse("SHA-1", string.Join(':', hex.Chunk(2).Select(c => new string(c))), out CertificateFingerprint? weak));
        Assert.Equal("sha-1", weak.Algorithm);
        Assert.False(weak.IsSupported);
        Assert.False(weak.Matches(der));

        Assert.True(CertificateFingerprint.TryParse("sha3-256", "00", out CertificateFingerprint? unknown));
        Assert.False(unknown.IsSupported);
        Assert.False(unknown.Matches([]));
    }

    [Fact]
    public void Fingerprints_are_equal_when_hash_and_bytes_are()
    {
        CertificateFingerprint one = CertificateFingerprint.Sha256Of([1]);
        Assert.True(CertificateFingerprint.TryParse("SHA-256", one.ToHex(), out CertificateFingerprint? same));
        Assert.Equal(one, same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(one, CertificateFingerprint.Sha256Of([2]));
        Assert.True(CertificateFingerprint.TryParse("sha3-256", one.ToHex(), out CertificateFingerprint? other));
        Assert.NotEqual(one, other);
    }

    [Theory]
    [InlineData("sha-1", "AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF")]
    [InlineData("sha-256", "AB:CD")]
    [InlineData("sha-256", "")]
    [InlineData("sha-256", "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:GG")]
    [InlineData("sha-256", "00-11-22-33-44-55-66-77-88-99-AA-BB-CC-DD-EE-FF-00-11-22-33-44-55-66-77-88-99-AA-BB-CC-DD-EE-FF")]
    public void Fingerprint_that_is_malformed_is_refused(string algorithm, string hex) =>
        Assert.False(CertificateFingerprint.TryParse(algorithm, hex, out _));
}
