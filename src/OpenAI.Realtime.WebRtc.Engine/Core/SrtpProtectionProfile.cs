namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>The SRTP protection profiles that we know, by their numbers in <c>use_srtp</c> (RFC 5764 §4.1.2, RFC 7714 §14.2).</summary>
internal enum SrtpProtectionProfile : ushort
{
    /// <summary>AES-128 in counter mode, HMAC-SHA1 with an 80-bit tag (RFC 3711 §4.1.1, §4.2.1).</summary>
    Aes128CmHmacSha1_80 = 0x0001,

    /// <summary>AES-128 in Galois/counter mode, 128-bit tag (RFC 7714).</summary>
    AeadAes128Gcm = 0x0007,
}

internal static class SrtpProtectionProfiles
{
    /// <summary>The name in IANA's registry.</summary>
    public static string NameOf(this SrtpProtectionProfile profile) => profile switch
    {
        SrtpProtectionProfile.AeadAes128Gcm => "SRTP_AEAD_AES_128_GCM",
        SrtpProtectionProfile.Aes128CmHmacSha1_80 => "SRTP_AES128_CM_HMAC_SHA1_80",
        _ => $"0x{(ushort)profile:X4}",
    };
}
