using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;

/// <summary>
/// Points of the curve secp256r1 as they travel (RFC 8422 §5.4.1, uncompressed).
/// <code>0x04 | x (32) | y (32)</code>
/// </summary>
internal static class P256
{
    public const int PointLength = 65;

    private const int CoordinateLength = 32;

    // SEC 2 §2.4.2.
    private static readonly BigInteger s_prime = FromHex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
    private static readonly BigInteger s_b = FromHex("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");

    /// <summary>
    /// Reads a point and makes sure that it is on the curve, as RFC 8422 §5.11 demands. .NET checks that too when it imports a point, but it
    /// throws; and the peer must not make us throw.
    /// </summary>
    public static bool TryParsePoint(ReadOnlySpan<byte> encoded, out ECParameters parameters)
    {
        parameters = default;
        if (encoded.Length != PointLength || encoded[0] != 4)
            return false;
        ReadOnlySpan<byte> xBytes = encoded.Slice(1, CoordinateLength), yBytes = encoded[(1 + CoordinateLength)..];
        var x = new BigInteger(xBytes, isUnsigned: true, isBigEndian: true);
        var y = new BigInteger(yBytes, isUnsigned: true, isBigEndian: true);

        // y² = x³ − 3x + b (mod p)
        if (x >= s_prime || y >= s_prime || !(((y * y) - (((x * x) - 3) * x) - s_b) % s_prime).IsZero)
            return false;
        parameters = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = xBytes.ToArray(), Y = yBytes.ToArray() },
        };
        return true;
    }

    /// <summary>Writes the public point of a key: 65 bytes.</summary>
    public static void WritePoint(ECDiffieHellman key, Span<byte> destination)
    {
        ECPoint point = key.ExportParameters(includePrivateParameters: false).Q;
        destination[0] = 4;
        point.X.CopyTo(destination[1..]);
        point.Y.CopyTo(destination[(1 + CoordinateLength)..]);
    }

    private static BigInteger FromHex(string digits) => BigInteger.Parse("0" + digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
