namespace OpenAI.Realtime.WebRtc.Engine.Stun;

/// <summary>
/// FINGERPRINT (RFC 8489 §14.7): the CRC-32 of the message up to this attribute, XORed with "STUN". It tells STUN from other
/// protocols on the same port; it protects nothing.
/// </summary>
internal static class StunFingerprint
{
    public const int Length = 4;
    public const int AttributeLength = 4 + Length;

    private const uint Mask = 0x5354554E;

    /// <summary>Computes the value; the header's length must already count this attribute.</summary>
    public static uint Compute(ReadOnlySpan<byte> before) => Crc32.Compute(before) ^ Mask;
}
