using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>What the service does about the user's turns, as its own word on the session says.</summary>
/// <param name="DetectsTurns">Whether the service hears when the user speaks; false is push to talk.</param>
/// <param name="CreatesResponses">Whether it answers at the end of a turn by itself.</param>
/// <param name="Interrupts">Whether it cuts the assistant off when the user speaks.</param>
/// <param name="Silence">How long a silence ends a turn; zero where that is not known (meaning decides, or nobody).</param>
internal readonly record struct TurnPolicy(bool DetectsTurns, bool CreatesResponses, bool Interrupts, TimeSpan Silence)
{
    /// <summary>The service's own default, <c>server_vad</c>.</summary>
    public static TurnPolicy Default => new(true, true, true, TimeSpan.FromMilliseconds(500));

    /// <summary>Reads it from <c>session.created</c> or <c>session.updated</c>; what those do not say stays as it was.</summary>
    public TurnPolicy After(ServerEvent serverEvent)
    {
        SessionConfig? config = serverEvent switch
        {
            SessionCreated created => created.Session.Config,
            SessionUpdated updated => updated.Session.Config,
            _ => null,
        };
        if (config is not RealtimeSessionConfig { TurnDetection.IsSet: true } session)
            return this;
        if (session.TurnDetection.Value is not { } detection)
            return new TurnPolicy(false, false, false, TimeSpan.Zero);
        TimeSpan silence = detection is ServerVad vad ? vad.SilenceDuration.Value ?? Default.Silence : TimeSpan.Zero;
        return new TurnPolicy(true, detection.CreateResponse.Value ?? true, detection.InterruptResponse.Value ?? true, silence);
    }
}
