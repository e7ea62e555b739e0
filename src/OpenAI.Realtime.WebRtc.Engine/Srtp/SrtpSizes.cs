using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Srtp;

/// <summary>The sizes that go with each protection profile, in bytes.</summary>
internal static class SrtpSizes
{
    /// <summary>The longest tag of any profile: what a sender's buffer has to spare behind an RTP packet.</summary>
    public const int MaxRtpOverhead = AesGcmTransform.TagLength;

    /// <summary>What a sender's buffer has to spare behind an RTCP compound: tag, and the word with E and the SRTCP index.</summary>
    public const int MaxRtcpOverhead = AesGcmTransform.TagLength + SrtpTransform.IndexWordLength;

    /// <summary>What the exporter block of any profile needs at most.</summary>
    public const int MaxKeyingMaterialLength = 2 * (MasterKeyLength + AesCmTransform.SaltLength);

    /// <summary>The length of a master key, the same for both profiles.</summary>
    public const int MasterKeyLength = SrtpTransform.KeyLength;

    extension(SrtpProtectionProfile profile)
    {
        /// <summary>The length of a master salt: 112 bits, or 96 for GCM (RFC 7714 §12).</summary>
        public int MasterSaltLength => profile == SrtpProtectionProfile.AeadAes128Gcm ? AesGcmTransform.SaltLength : AesCmTransform.SaltLength;

        /// <summary>How many bytes DTLS has to export: two keys and two salts (RFC 5764 §4.2).</summary>
        public int KeyingMaterialLength => 2 * (MasterKeyLength + profile.MasterSaltLength);

        /// <summary>How many bytes an RTP packet grows by.</summary>
        public int RtpOverhead => profile == SrtpProtectionProfile.AeadAes128Gcm ? AesGcmTransform.TagLength : AesCmTransform.TagLength;

        /// <summary>How many bytes an RTCP compound grows by.</summary>
        public int RtcpOverhead => profile.RtpOverhead + SrtpTransform.IndexWordLength;
    }
}
