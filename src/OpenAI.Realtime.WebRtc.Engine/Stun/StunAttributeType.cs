namespace OpenAI.Realtime.WebRtc.Engine.Stun;

/// <summary>
/// The attributes that ICE uses (RFC 8489 §18.3, RFC 8445 §16.1). Below 0x8000 an attribute is comprehension-required:
/// who does not know it must refuse the message (RFC 8489 §14).
/// </summary>
internal enum StunAttributeType : ushort
{
    Username = 0x0006,
    MessageIntegrity = 0x0008,
    ErrorCode = 0x0009,
    UnknownAttributes = 0x000A,
    MessageIntegritySha256 = 0x001C,
    XorMappedAddress = 0x0020,
    Priority = 0x0024,
    UseCandidate = 0x0025,

    Software = 0x8022,
    Fingerprint = 0x8028,
    IceControlled = 0x8029,
    IceControlling = 0x802A,
}
