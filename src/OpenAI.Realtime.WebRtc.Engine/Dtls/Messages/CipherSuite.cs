namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>The cipher suites that we use (RFC 5289 §3.2), by the key of the server's certificate.</summary>
internal enum CipherSuite : ushort
{
    EcdheEcdsaWithAes128GcmSha256 = 0xC02B,
    EcdheRsaWithAes128GcmSha256 = 0xC02F,

    /// <summary>Not a suite: a client's way to say <c>renegotiation_info</c> (RFC 5746 §3.3).</summary>
    EmptyRenegotiationInfoScsv = 0x00FF,
}

internal static class CipherSuiteNames
{
    /// <summary>The name in IANA's registry.</summary>
    public static string NameOf(this CipherSuite suite) => suite switch
    {
        CipherSuite.EcdheEcdsaWithAes128GcmSha256 => "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        CipherSuite.EcdheRsaWithAes128GcmSha256 => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        _ => $"0x{(ushort)suite:X4}",
    };
}
