using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// The service refused what a conversation asked for (<see cref="RealtimeFailure.RequestRejected"/>; <see cref="RealtimeException.ErrorCode"/> has its word), or did not answer in time
/// (<see cref="RealtimeFailure.NoAnswer"/>). The conversation goes on.
/// </summary>
public sealed class VoiceConversationException : RealtimeException
{
    /// <summary>Makes one.</summary>
    /// <param name="failure"><see cref="RealtimeFailure.RequestRejected"/> or <see cref="RealtimeFailure.NoAnswer"/>.</param>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">What caused it.</param>
    public VoiceConversationException(RealtimeFailure failure, string message, Exception? innerException = null)
        : base(failure, message, innerException)
    {
    }

    internal static VoiceConversationException Refused(string what, ErrorDetails error) => new(RealtimeFailure.RequestRejected, $"The service refused {what}. {Signaling.Redaction.Sentence(error.Message ?? "It does not say why.")}")
    {
        ErrorCode = error.Code?.Value,
        ErrorType = error.Type?.Value,
        Param = error.Param,
    };

    internal static VoiceConversationException Unanswered(string why) => new(RealtimeFailure.NoAnswer, why);
}
