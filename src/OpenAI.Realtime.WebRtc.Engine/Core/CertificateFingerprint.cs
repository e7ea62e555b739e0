using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>
/// The hash of a certificate, as <c>a=fingerprint</c> carries it (RFC 8122 §5). One of a hash function that is not checked here is a
/// fingerprint too, so that SDP can name it in a message; it matches no certificate.
/// </summary>
internal sealed class CertificateFingerprint : IEquatable<CertificateFingerprint>
{
    private const string Sha256 = "sha-256", Sha384 = "sha-384", Sha512 = "sha-512";

    private readonly byte[] _value;

    private CertificateFingerprint(string algorithm, byte[] value)
    {
        Algorithm = algorithm;
        _value = value;
    }

    /// <summary>The hash function's name in lower case, such as <c>sha-256</c>.</summary>
    public string Algorithm { get; }

    public ReadOnlySpan<byte> Value => _value;

    /// <summary>
    /// Whether certificates are checked with this hash function. RFC 8122 §5.1 wants SHA-256; SHA-1 and the MD family are too weak:
    /// whoever can make a collision could pass for the peer.
    /// </summary>
    public bool IsSupported => Algorithm is Sha256 or Sha384 or Sha512;

    /// <summary>The SHA-256 fingerprint of a certificate.</summary>
    public static CertificateFingerprint Sha256Of(ReadOnlySpan<byte> der) => new(Sha256, SHA256.HashData(der));

    /// <summary>
    /// Reads the two parts of <c>a=fingerprint:sha-256 AB:CD:…</c>. Hash name and digits may be in either case; there are as many bytes
    /// as the hash has, and at most 64 of a hash that is not known.
    /// </summary>
    public static bool TryParse(
        ReadOnlySpan<char> algorithm, ReadOnlySpan<char> hexWithColons, [NotNullWhen(true)] out CertificateFingerprint? fingerprint)
    {
        fingerprint = null;
        string name = algorithm.ToString().ToLowerInvariant();
        int length = (hexWithColons.Length + 1) / 3;
        if (hexWithColons.Length % 3 != 2 || !HasLength(name, length))
            return false;
        var value = new byte[length];
        for (int i = 0; i < length; i++)
        {
            ReadOnlySpan<char> digits = hexWithColons.Slice(3 * i, 2);
            if (!byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value[i])
                || (i > 0 && hexWithColons[(3 * i) - 1] != ':'))
            {
                return false;
            }
        }

        fingerprint = new CertificateFingerprint(name, value);
        return true;
    }

    /// <summary>Whether this is the hash of the certificate <paramref name="der"/>; never, unless <see cref="IsSupported"/>.</summary>
    public bool Matches(ReadOnlySpan<byte> der)
    {
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        int length = Algorithm switch
        {
            Sha256 => SHA256.HashData(der, hash),
            Sha384 => SHA384.HashData(der, hash),
            Sha512 => SHA512.HashData(der, hash),
            _ => 0,
        };
        return length > 0 && hash[..length].SequenceEqual(_value);
    }

    /// <summary>The bytes alone, in upper case and with colons between, as SDP wants them.</summary>
    public string ToHex() => string.Create((3 * _value.Length) - 1, _value, static (text, value) =>
    {
        for (int i = 0; i < value.Length; i++)
        {
            if (i > 0)
                text[(3 * i) - 1] = ':';
            value[i].TryFormat(text[(3 * i)..], out _, "X2", CultureInfo.InvariantCulture);
        }
    });

    /// <summary><c>sha-256 AB:CD:…</c>, what stands after <c>a=fingerprint:</c>.</summary>
    public override string ToString() => $"{Algorithm} {ToHex()}";

    public bool Equals(CertificateFingerprint? other) => other is not null && Algorithm == other.Algorithm && Value.SequenceEqual(other.Value);

    public override bool Equals(object? obj) => Equals(obj as CertificateFingerprint);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Algorithm);
        hash.AddBytes(_value);
        return hash.ToHashCode();
    }

    private static bool HasLength(string algorithm, int length) => algorithm switch
    {
        "sha-1" => length == SHA1.HashSizeInBytes,
        "sha-224" => length == 28,
        Sha256 => length == SHA256.HashSizeInBytes,
        Sha384 => length == SHA384.HashSizeInBytes,
        Sha512 => length == SHA512.HashSizeInBytes,
        _ => length <= SHA512.HashSizeInBytes,
    };
}
