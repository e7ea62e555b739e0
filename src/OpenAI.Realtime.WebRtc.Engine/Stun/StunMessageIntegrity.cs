using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OpenAI.Realtime.WebRtc.Engine.Stun;

/// <summary>
/// MESSAGE-INTEGRITY (RFC 8489 §14.5): HMAC-SHA1 over the message up to this attribute, with the header's length counted
/// as if this attribute were the last.
/// </summary>
internal static class StunMessageIntegrity
{
    public const int Length = HMACSHA1.HashSizeInBytes;
    public const int AttributeLength = 4 + Length;

    /// <summary>Computes the value for a message whose bytes before this attribute are <paramref name="before"/>.</summary>
    public static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> before, Span<byte> hmac)
    {
        Span<byte> input = stackalloc byte[StunMessage.MaxLength];
        input = input[..before.Length];
        before.CopyTo(input);
        BinaryPrimitives.WriteUInt16BigEndian(input[2..], (ushort)(before.Length - StunMessage.HeaderLength + AttributeLength));
#pragma warning disable CA5350 // HMAC-SHA1 is what ICE's peers speak: RFC 8445 builds on RFC 5389's MESSAGE-INTEGRITY.
        HMACSHA1.HashData(key, input, hmac);
#pragma warning restore CA5350
    }
}
