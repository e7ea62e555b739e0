using ConsoleVoiceChat.Display;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace ConsoleVoiceChat;

/// <summary>What both kinds of conversation share: how they are connected, and what is known of them afterwards.</summary>
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

    protected RealtimeConnectOptions ConnectOptions(AudioInput input, AudioOutput output, CallRecorder? recorder, EventFile? events) => new()
    {
        Session = SessionConfig(),
        Audio = new AudioOptions
        {
            Source = recorder?.Record(input.Source) ?? input.Source,
            Sink = recorder?.Record(output.Sink) ?? output.Sink,
            Codec = settings.Codec,
        },
        Progress = timeline,
        EventTrace = (sent, json) =>
        {
            display.ShowEvent(sent, EventName.Of(json), timeline.Elapsed);
            events?.Write(sent, json);
        },
    };

    protected OpenAIRealtimeWebRtcOptions ClientOptions(RealtimeTestEndpoint? endpoint)
    {
        string? key = endpoint?.ApiKey ?? settings.ApiKey;
        bool isEphemeral = key?.StartsWith("ek_", StringComparison.Ordinal) ?? false;
        return new OpenAIRealtimeWebRtcOptions
        {
            Endpoint = endpoint?.BaseAddress ?? settings.Endpoint!,
            ApiKey = isEphemeral ? null : key,
            EphemeralKey = isEphemeral ? key : null,
            KeyUrl = settings.KeyUrl,
            Dialect = settings.Dialect,
            Model = settings.Model,
            Network = settings.Network,
            Proxy = settings.Proxy,
        };
    }

    protected RealtimeSessionConfig SessionConfig()
    {
        var config = new RealtimeSessionConfig { InputTranscription = new InputTranscription { Model = TranscriptionModel.Gpt4oMiniTranscribe } };
        if (settings.Voice is { } voice)
            config.Voice = voice;
        if (settings.Instructions is { } instructions)
            config.Instructions = instructions;
        return config;
    }
}
