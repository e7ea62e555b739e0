using ConsoleVoiceChat.Display;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace ConsoleVoiceChat;

/// <summary>What both kinds of conversation with the Realtime API share: how they are connected.</summary>
internal abstract class RealtimeCall(Settings settings, Timeline timeline, IDisplay display) : Call(settings, timeline, display)
{
    protected RealtimeConnectOptions ConnectOptions(AudioInput input, AudioOutput output, CallRecorder? recorder, EventFile? events) => new()
    {
        Session = SessionConfig(),
        Audio = Sound(input, output, recorder),
        Progress = Timeline,
        EventTrace = Trace(events),
    };

    protected OpenAIRealtimeWebRtcOptions ClientOptions(RealtimeTestEndpoint? endpoint)
    {
        string? key = endpoint?.ApiKey ?? Settings.ApiKey;
        bool isEphemeral = key?.StartsWith("ek_", StringComparison.Ordinal) ?? false;
        return new OpenAIRealtimeWebRtcOptions
        {
            Endpoint = endpoint?.BaseAddress ?? Settings.Endpoint!,
            ApiKey = isEphemeral ? null : key,
            EphemeralKey = isEphemeral ? key : null,
            KeyUrl = Settings.KeyUrl,
            Dialect = Settings.Dialect,
            Model = Settings.Model,
            Network = Settings.Network,
            Proxy = Settings.Proxy,
        };
    }

    protected RealtimeSessionConfig SessionConfig()
    {
        var config = new RealtimeSessionConfig { InputTranscription = new InputTranscription { Model = TranscriptionModel.Gpt4oMiniTranscribe } };
        if (Settings.IsDemo)        // the recorded question pauses for almost the half second that ends a turn: on a busy machine it would come to be two
            config.TurnDetection = new ServerVad { SilenceDuration = TimeSpan.FromSeconds(1) };
        if (Settings.Voice is { } voice)
            config.Voice = voice;
        if (Settings.Instructions is { } instructions)
            config.Instructions = instructions;
        return config;
    }

    protected void Show(IRealtimeSession session) => Display.ShowSession(new SessionView(session.CallId, () => session.InputLevel, () => session.OutputLevel));
}
