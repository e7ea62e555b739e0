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

    /// <summary>Waiting for the service to say that the session has started; of the Live API alone.</summary>
    Session,
}

/// <summary>A session could not be connected. The message says what happened and what to do; it never holds a key.</summary>
public sealed class RealtimeConnectException : RealtimeException
{
    /// <summary>Makes one; key providers of your own throw it, so that callers see the phase and the reason.</summary>
    /// <param name="phase">The phase that failed.</param>
    /// <param name="failure">Why, as a value to branch on.</param>
    /// <param name="message">What happened and what to do, without a secret.</param>
    /// <param name="innerException">What caused it.</param>
    public RealtimeConnectException(ConnectPhase phase, RealtimeFailure failure, string message, Exception? innerException = null)
        : base(failure, message, innerException) => Phase = phase;

    /// <summary>The phase that failed.</summary>
    public ConnectPhase Phase { get; }
}
