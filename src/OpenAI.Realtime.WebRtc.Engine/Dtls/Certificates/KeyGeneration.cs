using System.Security.Cryptography;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;

/// <summary>
/// The one place where the engine makes keys. They come from the platform's own generator and not from the connection's random source:
/// a key that a seed can repeat is no key.
/// </summary>
internal static class KeyGeneration
{
    /// <summary>The key of a certificate.</summary>
    public static ECDsa CreateSigningKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The ephemeral key of one handshake (RFC 8422 §5.4, §5.7).</summary>
    public static ECDiffieHellman CreateEphemeralKey() => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
}
