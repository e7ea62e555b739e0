using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;

/// <summary>
/// The hash of a certificate, as <c>a=fingerprint</c> carries it (RFC 8122 §5). SHA-256, SHA-384 and SHA-512 are known; SHA-1 and older are
/// not, since whoever can make a collision could pass for the peer.
/// </summary>
internal sealed class CertificateFingerprint
{
    private readonly byte[] _value;

    private CertificateFingerprint(string algorithm, byte[] value)
    {
        Algorithm = algorithm;
        _value = value;
    }

    /// <summary>In lower case, as in the SDP: <c>sha-256</c>, <c>sha-384</c> or <c>sha-512</c>.</summary>
    public string Algorithm { get; }

    public ReadOnlySpan<byte> Value => _value;

    /// <summary>The SHA-256 fingerprint of a certificate.</summary>
    public static CertificateFingerprint Sha256Of(ReadOnlySpan<byte> der) => new("sha-256", SHA256.HashData(der));

    /// <summary>Reads the two parts of <c>a=fingerprint:sha-256 AB:CD:…</c>. Hash name and digits may be in either case.</summary>
    public static bool TryParse(
        ReadOnlySpan<char> algorithm, ReadOnlySpan<char> hexWithColons, [NotNullWhen(true)] out CertificateFingerprint? fingerprint)
    {
        fingerprint = null;
        (string Name, int Length)? known =
            algorithm.Equals("sha-256", StringComparison.OrdinalIgnoreCase) ? ("sha-256", SHA256.HashSizeInBytes)
            : algorithm.Equals("sha-384", StringComparison.OrdinalIgnoreCase) ? ("sha-384", SHA384.HashSizeInBytes)
            : algorithm.Equals("sha-512", StringComparison.OrdinalIgnoreCase) ? ("sha-512", SHA512.HashSizeInBytes)
            : null;
        if (known is not (string name, int length) || hexWithColons.Length != (3 * length) - 1)
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

    /// <summary>Whether this is the hash of the certificate <paramref name="der"/>.</summary>
    public bool Matches(ReadOnlySpan<byte> der)
    {
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        int length = Algorithm switch
        {
            "sha-256" => SHA256.HashData(der, hash),
            "sha-384" => SHA384.HashData(der, hash),
            _ => SHA512.HashData(der, hash),
        };
        return hash[..length].SequenceEqual(_value);
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
}
