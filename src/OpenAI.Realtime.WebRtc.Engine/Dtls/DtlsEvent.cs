using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls;

internal enum DtlsEventKind
{
    /// <summary>The handshake is complete: the peer holds the key of the certificate that its SDP named.</summary>
    Connected,

    /// <summary>The connection has ended; <see cref="DtlsEvent.Failure"/> says why.</summary>
    Failed,

    /// <summary>The peer sent close_notify (RFC 5246 §7.2.1).</summary>
    ClosedByPeer,
}

/// <summary>A change of state.</summary>
internal readonly record struct DtlsEvent(DtlsEventKind Kind, DtlsFailure? Failure = null);

/// <summary>Why the connection failed.</summary>
/// <param name="Reason">What went wrong, for a program.</param>
/// <param name="Alert">The alert that we sent, or that the peer sent when <paramref name="Reason"/> is <see cref="DtlsFailureReason.PeerAlert"/>.</param>
/// <param name="Detail">What went wrong, for a person: the step of the handshake, what was expected and what came.</param>
internal sealed record DtlsFailure(DtlsFailureReason Reason, AlertDescription Alert, string Detail);

internal enum DtlsFailureReason
{
    /// <summary>The peer's certificate matches none of the fingerprints in its SDP.</summary>
    FingerprintMismatch,

    /// <summary>The peer, asked for a certificate, sent none.</summary>
    NoPeerCertificate,

    /// <summary>The peer's certificate cannot be read, or its key is of a kind that we do not use.</summary>
    UnusableCertificate,

    /// <summary>A signature of the peer's does not verify: it does not hold the key of its certificate.</summary>
    BadSignature,

    /// <summary>The peer's Finished does not match what we saw of the handshake.</summary>
    BadFinished,

    /// <summary>No DTLS 1.2, or no cipher suite, group or signature algorithm in common.</summary>
    NothingInCommon,

    /// <summary>No SRTP protection profile in common.</summary>
    NoCommonSrtpProfile,

    /// <summary>The peer does not know extended_master_secret, which we require.</summary>
    NoExtendedMasterSecret,

    /// <summary>A message came where the handshake does not allow it.</summary>
    UnexpectedMessage,

    /// <summary>A message could not be parsed, or is longer than we accept.</summary>
    MalformedMessage,

    /// <summary>A message was well formed, but said what it may not say.</summary>
    IllegalParameter,

    /// <summary>The peer sent a fatal alert, or closed during the handshake.</summary>
    PeerAlert,

    /// <summary>All sequence numbers of the epoch are spent (RFC 6347 §4.1).</summary>
    SequenceNumbersExhausted,
}
