namespace OpenAI.Realtime.WebRtc.Engine.Stun;

/// <summary>Why a datagram is not a STUN message that may be used.</summary>
internal enum StunParseError
{
    None,

    /// <summary>Header, cookie, length or an attribute's bounds are wrong (RFC 8489 §6.3, §14).</summary>
    Malformed,

    /// <summary>FINGERPRINT is there and does not match, or is not the last attribute (RFC 8489 §14.7).</summary>
    Fingerprint,
}
