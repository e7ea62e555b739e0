namespace OpenAI.Realtime.WebRtc.Engine.Dtls;

/// <summary>Which side of the handshake we are; SDP settles it with <c>a=setup</c> (RFC 8842 §5): active is the client.</summary>
internal enum DtlsRole
{
    Client,
    Server,
}
