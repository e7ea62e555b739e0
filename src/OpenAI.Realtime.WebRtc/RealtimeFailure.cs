namespace OpenAI.Realtime.WebRtc;

/// <summary>Why connecting, controlling a call, or using a session failed. Each value is a different thing to do about it.</summary>
public enum RealtimeFailure
{
    /// <summary>The service, or one's own key server, refused the key or the caller (401, 403).</summary>
    KeyRefused,

    /// <summary>The key endpoint answered, but not with a key; or <see cref="OpenAIRealtimeWebRtcOptions.ApiKeyProvider"/>, or a key provider of one's own, gave none that can be used.</summary>
    KeyUnusable,

    /// <summary>No HTTP answer: name not found, connection refused, TLS failed, proxy refused, or nothing came in time.</summary>
    EndpointUnreachable,

    /// <summary>The endpoint answered with an error that is not about the key; see <see cref="RealtimeException.HttpStatus"/> and <see cref="RealtimeException.ErrorCode"/>.</summary>
    RequestRejected,

    /// <summary>The answer is no SDP, is cut off, or lacks what a call needs.</summary>
    AnswerUnusable,

    /// <summary>This machine has no usable network address.</summary>
    NoLocalAddress,

    /// <summary>No path to the service was found in time (ICE).</summary>
    IceFailed,

    /// <summary>The DTLS handshake failed or took too long.</summary>
    DtlsFailed,

    /// <summary>The peer's certificate is not the one that its answer promised: somebody else is on the path.</summary>
    FingerprintMismatch,

    /// <summary>The data channel did not open.</summary>
    ChannelNeverOpened,

    /// <summary>The other side hung up while connecting.</summary>
    ClosedByPeer,

    /// <summary>The session has ended or is being closed; <see cref="RealtimeSessionEndedException.End"/> says how.</summary>
    SessionEnded,

    /// <summary>The service took an event and did not answer it in time. Never of a connect or a call; of conversations that wait for answers.</summary>
    NoAnswer,

    /// <summary>Something failed that should not; please report it.</summary>
    Internal,
}
