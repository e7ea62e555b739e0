namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>
/// Which side of the DTLS handshake we are. SDP settles it with <c>a=setup</c>, where active is the client (RFC 8842 §5); SRTP keys
/// (RFC 5764 §4.2) and the ids of data channels (RFC 8832 §6) go by it.
/// </summary>
internal enum DtlsRole
{
    /// <summary>Sends the ClientHello.</summary>
    Client,

    /// <summary>Waits for it.</summary>
    Server,
}
