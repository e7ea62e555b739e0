using System.Security.Cryptography;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;

/// <summary>
/// TLS 1.2's pseudorandom function with SHA-256 (RFC 5246 §5):
/// <code>
/// A(0) = label | seed,  A(i) = HMAC(secret, A(i-1))
/// PRF  = HMAC(secret, A(1) | label | seed) | HMAC(secret, A(2) | label | seed) | …, cut to the length asked for
/// </code>
/// </summary>
internal static class Prf
{
    /// <summary>The longest label and seed together. Ours: a label of up to 64 bytes and both randoms.</summary>
    public const int MaxLabelAndSeedLength = 128;

    public static void Expand(
        ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> seed1, ReadOnlySpan<byte> seed2, Span<byte> output)
    {
        const int HashLength = SHA256.HashSizeInBytes;
        int seedLength = label.Length + seed1.Length + seed2.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seedLength, MaxLabelAndSeedLength, nameof(label));

        // A(i) stands right before label and seed, so that the two can be hashed in one go.
        Span<byte> buffer = stackalloc byte[HashLength + MaxLabelAndSeedLength];
        buffer = buffer[..(HashLength + seedLength)];
        Span<byte> a = buffer[..HashLength], labelAndSeed = buffer[HashLength..];
        label.CopyTo(labelAndSeed);
        seed1.CopyTo(labelAndSeed[label.Length..]);
        seed2.CopyTo(labelAndSeed[(label.Length + seed1.Length)..]);

        Span<byte> block = stackalloc byte[HashLength];
        HMACSHA256.HashData(secret, labelAndSeed, a);
        while (!output.IsEmpty)
        {
            HMACSHA256.HashData(secret, buffer, block);
            int take = Math.Min(HashLength, output.Length);
            block[..take].CopyTo(output);
            output = output[take..];
            HMACSHA256.HashData(secret, a, a);
        }

        CryptographicOperations.ZeroMemory(block);
    }
}
