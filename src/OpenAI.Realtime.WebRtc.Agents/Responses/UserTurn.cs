using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Whether the user has the floor, so that nothing is to be said unasked, and whether the service is about to answer by itself. Told the time.</summary>
internal sealed class UserTurn(ResponseGateOptions options)
{
    private TurnPolicy _policy = TurnPolicy.Default;

    /// <summary>Until when automatic requests wait.</summary>
    public Instant HoldUntil { get; private set; } = Instant.Zero;

    /// <summary>Whether a response may begin that nobody asked for.</summary>
    public bool ServiceMayBegin { get; private set; }

    /// <summary>Until when the service is expected to answer the user by itself; later it will not.</summary>
    public Instant AnswerDue { get; private set; } = Instant.Zero;

    public void Handle(ServerEvent serverEvent, Instant now)
    {
        switch (serverEvent)
        {
            case SessionCreated or SessionUpdated:
                _policy = _policy.After(serverEvent);
                break;
            case InputAudioBufferSpeechStarted:
                HoldUntil = now + options.HoldTimeout;
                break;
            case InputAudioBufferSpeechStopped:
                HoldUntil = _policy.CreatesResponses ? now + options.TurnGrace : Instant.Zero;
                ServiceMayBegin = _policy.CreatesResponses;
                AnswerDue = _policy.CreatesResponses ? now + options.AnswerTimeout : Instant.Zero;
                break;
            case InputAudioBufferCommitted:
                ServiceMayBegin |= _policy.CreatesResponses;
                break;
            case InputAudioBufferTimeoutTriggered:
                ServiceMayBegin = true;
                break;
        }
    }

    /// <summary>A response has begun, whoever asked for it.</summary>
    public void Begun() => AnswerDue = Instant.Zero;

    /// <summary>The service has begun a response by itself.</summary>
    public void Answered()
    {
        HoldUntil = Instant.Zero;
        ServiceMayBegin = false;
    }
}
