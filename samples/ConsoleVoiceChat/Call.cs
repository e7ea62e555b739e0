using ConsoleVoiceChat.Display;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace ConsoleVoiceChat;

/// <summary>What every conversation shares, whichever API it is held with: where its sound comes from and goes, what is shown of it, and what is known of it afterwards.</summary>
internal abstract class Call(Settings settings, Timeline timeline, IDisplay display)
{
    protected Settings Settings => settings;

    protected Timeline Timeline => timeline;

    protected IDisplay Display => display;

    /// <summary>The call's id, once there is one.</summary>
    public string? CallId { get; protected set; }

    /// <summary>Why it ended, when it ended as asked: one of <see cref="Endings"/>.</summary>
    public string? Ended { get; set; }

    /// <summary>The loudspeaker that plays; null for none.</summary>
    public string? Heard { get; set; }

    /// <summary>What was counted; null when it was never connected.</summary>
    public SessionStatistics? Counted { get; protected set; }

    /// <summary>Talks until it is over.</summary>
    /// <exception cref="RealtimeConnectException">It could not be connected.</exception>
    /// <exception cref="ChatException">It did not end as asked.</exception>
    public abstract Task RunAsync(AudioInput input, AudioOutput output, CallRecorder? recorder, EventFile? events, RealtimeTestEndpoint? endpoint, CancellationToken stop);

    protected AudioOptions Sound(AudioInput input, AudioOutput output, CallRecorder? recorder) => new()
    {
        Source = recorder?.Record(input.Source) ?? input.Source,
        Sink = recorder?.Record(output.Sink) ?? output.Sink,
        Codec = settings.Codec,
    };

    /// <summary>Shows each event by its name, and writes it down where that is asked for.</summary>
    protected RealtimeEventTrace Trace(EventFile? events) => (sent, json) =>
    {
        display.ShowEvent(sent, EventName.Of(json), timeline.Elapsed);
        events?.Write(sent, json);
    };
}
