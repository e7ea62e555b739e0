using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace ConsoleVoiceChat;

/// <summary>One conversation, with whichever API.</summary>
internal interface IConversation
{
    /// <summary>The call's id, once there is one.</summary>
    string? CallId { get; }

    /// <summary>Why it ended, when it ended as asked: one of <see cref="Endings"/>.</summary>
    string? Ended { get; set; }

    /// <summary>What was counted; null when it was never connected.</summary>
    SessionStatistics? Counted { get; }

    /// <summary>Talks until it is over.</summary>
    /// <exception cref="RealtimeConnectException">It could not be connected.</exception>
    /// <exception cref="ChatException">It did not end as asked.</exception>
    Task RunAsync(AudioInput input, AudioOutput output, CallRecorder? recorder, EventFile? events, RealtimeTestEndpoint? endpoint, CancellationToken stop);
}
