namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>The extensions that we send or read; every other one is passed over (RFC 5246 §7.4.1.4).</summary>
internal enum ExtensionType : ushort
{
    /// <summary>RFC 8422 §5.1.1.</summary>
    SupportedGroups = 10,

    /// <summary>RFC 8422 §5.1.2.</summary>
    EcPointFormats = 11,

    /// <summary>RFC 5246 §7.4.1.4.1.</summary>
    SignatureAlgorithms = 13,

    /// <summary>RFC 5764 §4.1.1.</summary>
    UseSrtp = 14,

    /// <summary>RFC 7627 §5.1.</summary>
    ExtendedMasterSecret = 23,

    /// <summary>RFC 5746 §3.2.</summary>
    RenegotiationInfo = 0xFF01,
}

/// <summary>Numbers that stand inside extensions and key exchange messages.</summary>
internal static class EcNumbers
{
    /// <summary>secp256r1 in RFC 8422 §5.1.1.</summary>
    public const ushort Secp256r1 = 23;

    /// <summary>RFC 8422 §5.1.2.</summary>
    public const byte UncompressedPoint = 0;

    /// <summary>RFC 8422 §5.4: the curve is told by name.</summary>
    public const byte NamedCurve = 3;
}
