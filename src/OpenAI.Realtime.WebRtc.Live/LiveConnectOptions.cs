using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>What one session is to be.</summary>
public sealed class LiveConnectOptions
{
    /// <summary>How the session behaves; nearly all of it is fixed from then on. Of a fork (<see cref="ForkOf"/>) only <c>client</c>, <c>delegation</c> and <c>store</c> are sent.</summary>
    public LiveSessionConfig Session { get; set; } = new();

    /// <summary>
    /// Microphone and loudspeaker. The caller keeps what is passed in, and disposes it. A session without audio from us ends after 30 s, so encoded silence is sent wherever the source gives nothing, and
    /// <see cref="OpusEncoderOptions.Dtx"/> cannot be used.
    /// </summary>
    public AudioOptions Audio { get; set; } = new();

    /// <summary>The id of a stored session to go on from, with what was said in it. Default: null, a new one.</summary>
    public string? ForkOf { get; set; }

    /// <summary>
    /// Whether the session is configured to start when somebody speaks, by fields that this version has no property for (<see cref="LiveSessionSettings.AdditionalProperties"/>): the source is then sent from the moment
    /// that the channel is open, and connecting waits for the start without a limit. Default: false; silence is sent until the session has started, and the source from then on, so that nothing of it is lost.
    /// </summary>
    public bool StartsOnSpeech { get; set; }

    /// <summary>Who does the work that the voice model hands over. Default: null, the program sees to it, by the events that it reads.</summary>
    public LiveDelegationHandler? Delegation { get; set; }

    /// <summary>What the model says first of all, in words of its own, as soon as the session has started. Default: null, it waits for the user.</summary>
    public string? Greeting { get; set; }

    /// <summary>When somebody counts as speaking. Default: all defaults of <see cref="LiveSpeechOptions"/>.</summary>
    public LiveSpeechOptions Speech { get; set; } = new();

    /// <summary>Told each step with its time: in order, one at a time, under no lock, on the thread that reaches it or on one that is telling then. Must be quick; what it throws is dropped. Default: null.</summary>
    public IProgress<ConnectProgress>? Progress { get; set; }

    /// <summary>Shown every event in both directions as it is on the wire. Must be quick; what it throws is logged once. Default: null.</summary>
    public RealtimeEventTrace? EventTrace { get; set; }
}
