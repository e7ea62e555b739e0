namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

/// <summary>RFC 5246 §7.2.</summary>
internal enum AlertLevel : byte
{
    Warning = 1,
    Fatal = 2,
}

/// <summary>RFC 5246 §7.2; the number on the wire. A peer may send one that is not listed.</summary>
internal enum AlertDescription : byte
{
    CloseNotify = 0,
    UnexpectedMessage = 10,
    BadRecordMac = 20,
    RecordOverflow = 22,
    HandshakeFailure = 40,
    BadCertificate = 42,
    UnsupportedCertificate = 43,
    CertificateRevoked = 44,
    CertificateExpired = 45,
    CertificateUnknown = 46,
    IllegalParameter = 47,
    UnknownCa = 48,
    AccessDenied = 49,
    DecodeError = 50,
    DecryptError = 51,
    ProtocolVersion = 70,
    InsufficientSecurity = 71,
    InternalError = 80,
    UserCanceled = 90,
    NoRenegotiation = 100,
    UnsupportedExtension = 110,
}
