namespace OpenAI.Realtime.WebRtc;

/// <summary>What <see cref="RealtimeCalls"/> can do with a call.</summary>
public enum RealtimeCallOperation
{
    /// <summary>End it.</summary>
    HangUp,

    /// <summary>Answer an incoming SIP call.</summary>
    Accept,

    /// <summary>Turn an incoming SIP call down.</summary>
    Reject,

    /// <summary>Hand a SIP call on to somebody else.</summary>
    Refer,

    /// <summary>Attach to it by WebSocket, beside whoever holds it.</summary>
    Attach,
}

/// <summary>A call could not be controlled. The message says what happened and what to do; it never holds a key.</summary>
public sealed class RealtimeCallException : RealtimeException
{
    /// <summary>Makes one.</summary>
    /// <param name="operation">What was to be done.</param>
    /// <param name="callId">With which call.</param>
    /// <param name="failure">Why it was not: <see cref="RealtimeFailure.KeyRefused"/>, <see cref="RealtimeFailure.KeyUnusable"/>, <see cref="RealtimeFailure.EndpointUnreachable"/>,
    /// <see cref="RealtimeFailure.RequestRejected"/> or <see cref="RealtimeFailure.AnswerUnusable"/>.</param>
    /// <param name="message">What happened and what to do, without a secret.</param>
    /// <param name="innerException">What caused it.</param>
    public RealtimeCallException(RealtimeCallOperation operation, string callId, RealtimeFailure failure, string message, Exception? innerException = null)
        : base(failure, $"{(operation == RealtimeCallOperation.Attach ? "Attaching to" : $"{operation} of")} {callId} failed. {message}", innerException)
    {
        Operation = operation;
        CallId = callId;
    }

    /// <summary>What was to be done.</summary>
    public RealtimeCallOperation Operation { get; }

    /// <summary>With which call.</summary>
    public string CallId { get; }
}
