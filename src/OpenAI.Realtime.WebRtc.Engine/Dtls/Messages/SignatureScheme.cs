namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>
/// Hash and signature algorithm in one number (RFC 5246 §7.4.1.4.1; the names are RFC 8446's §4.2.3). All that we use hash with SHA-256.
/// </summary>
internal enum SignatureScheme : ushort
{
    RsaPkcs1Sha256 = 0x0401,
    EcdsaSecp256r1Sha256 = 0x0403,
    RsaPssRsaeSha256 = 0x0804,
}
