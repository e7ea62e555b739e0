namespace OpenAI.Realtime.WebRtc;

/// <summary>The phases of connecting, in their order. Offer and key run side by side.</summary>
public enum ConnectPhase
{
    /// <summary>Opening sockets and writing the offer.</summary>
    Offer,

    /// <summary>Getting a key: the API key from its provider, and an ephemeral one from whoever makes it.</summary>
    Key,

    /// <summary>Sending the offer to the service and applying its answer.</summary>
    Answer,

    /// <summary>Finding a path (ICE).</summary>
    Ice,

    /// <summary>Securing it (DTLS).</summary>
    Dtls,

    /// <summary>Opening the data channel.</summary>
    Channel,
}

/// <summary>Why connecting, or controlling a call, failed. Each value is a different thing to do about it.</summary>
public enum ConnectFailure
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

    /// <summary>Something failed that should not; please report it.</summary>
    Internal,
}

/// <summary>A session could not be connected. The message says what happened and what to do; it never holds a key.</summary>
public sealed class RealtimeConnectException : RealtimeException
{
    /// <summary>Makes one; key providers of your own throw it, so that callers see the phase and the reason.</summary>
    /// <param name="phase">The phase that failed.</param>
    /// <param name="failure">Why, as a value to branch on.</param>
    /// <param name="message">What happened and what to do, without a secret.</param>
    /// <param name="innerException">What caused it.</param>
    public RealtimeConnectException(ConnectPhase phase, ConnectFailure failure, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Phase = phase;
        Failure = failure;
    }

    /// <summary>The phase that failed.</summary>
    public ConnectPhase Phase { get; }

    /// <summary>Why, as a value to branch on.</summary>
    public ConnectFailure Failure { get; }
}
