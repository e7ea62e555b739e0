namespace OpenAI.Realtime.WebRtc.Engine.Stun;

/// <summary>Why a request was refused (RFC 8489 §14.8, RFC 8445 §16.2). Other numbers may come from a peer.</summary>
internal enum StunErrorCode : ushort
{
    None = 0,
    BadRequest = 400,
    Unauthenticated = 401,
    UnknownAttribute = 420,
    RoleConflict = 487,
    ServerError = 500,
}
