namespace OpenAI.Realtime.WebRtc.Engine.Dtls;

/// <summary>The SRTP protection profiles that <c>use_srtp</c> can agree on (RFC 5764 §4.1.2, RFC 7714 §14.2).</summary>
internal enum SrtpProtectionProfile : ushort
{
    /// <summary>SRTP_AES128_CM_HMAC_SHA1_80: 16-byte keys, 14-byte salts, so 60 bytes of keying material.</summary>
    Aes128CmHmacSha1_80 = 0x0001,

    /// <summary>SRTP_AEAD_AES_128_GCM: 16-byte keys, 12-byte salts, so 56 bytes of keying material.</summary>
    AeadAes128Gcm = 0x0007,
}
