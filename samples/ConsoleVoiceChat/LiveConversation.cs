using ConsoleVoiceChat.Display;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Live;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace ConsoleVoiceChat;

/// <summary>The same conversation on the Live API: this file is the use of <c>OpenAI.Realtime.WebRtc.Live</c>.</summary>
internal sealed class LiveConversation(Settings settings, Timeline timeline, IDisplay display) : Call(settings, timeline, display)
{
    public override async Task RunAsync(AudioInput input, AudioOutput output, CallRecorder? recorder, EventFile? events, RealtimeTestEndpoint? endpoint, CancellationToken stop)
    {
        using var client = new LiveWebRtcClient(new OpenAILiveWebRtcOptions
        {
            Endpoint = endpoint?.BaseAddress ?? Settings.Endpoint!,
            ApiKey = endpoint?.ApiKey ?? Settings.ApiKey,
            Model = Settings.Model,
            Network = Settings.Network,
            Proxy = Settings.Proxy,
        });
        Timeline.Start();
        await using LiveWebRtcSession session = await client.ConnectAsync(
            new LiveConnectOptions
            {
                Session = SessionConfig(),
                Greeting = Settings.Say,
                Audio = Sound(input, output, recorder),
                Progress = Timeline,
                EventTrace = Trace(events),
            },
            stop);
        CallId = session.SessionId;
        Display.ShowSession(new SessionView(session.SessionId, () => session.InputLevel, () => session.OutputLevel));

        var ending = new Endings(Settings, session.Completion, () => session.GetStatistics().Audio.Sent.SourceEnded, input, output);
        Task reading = Task.WhenAll(ReadTurnsAsync(session), ReadEventsAsync(session), WatchSpeechAsync(session, ending));

        Ended = await ending.WaitAsync(stop);
        Counted = Count(session);       // before it is closed: what is queued then, is dropped
        await session.CloseAsync(CancellationToken.None);
        await reading;

        LiveSessionEnd end = await session.Completion;
        Counted = Count(session) with { Audio = Counted.Audio };
        if (end.Usage is { } usage)
            Display.ShowNote($"the session is charged for {usage.Active.TotalSeconds:0.#} s{(end.IsConfirmed ? "" : ", as far as the service has said")}");
        if (Ended is null)
            throw Failures.Explain(new SessionEnd(end.Reason, end.Detail)) ?? output.Trouble ?? input.Trouble!;
    }

    private LiveSessionConfig SessionConfig()
    {
        var config = new LiveSessionConfig();
        if (Settings.Voice is { } voice)
            config.Voice = voice;
        if (Settings.Instructions is { } instructions)
            config.Instructions = instructions;
        return config;
    }

    /// <summary>Shows what is said: the transcript's turns, while they grow.</summary>
    private async Task ReadTurnsAsync(LiveWebRtcSession session)
    {
        Dictionary<string, int> shown = [];     // how much of each turn
        await foreach (LiveTurn turn in session.Transcript.ReadAsync())
        {
            Speaker speaker = turn.Speaker == LiveRole.User ? Speaker.You : Speaker.Assistant;
            if (turn.Closed is not null)
                Display.ShowSpeech(speaker, turn.Id, turn.Text.Trim(), isWhole: true);
            else
                Display.ShowSpeech(speaker, turn.Id, turn.Text[shown.GetValueOrDefault(turn.Id)..], isWhole: false);
            shown[turn.Id] = turn.Text.Length;
        }
    }

    private async Task ReadEventsAsync(LiveWebRtcSession session)
    {
        await foreach (LiveServerEvent e in session.ReadEventsAsync())
        {
            if (e is LiveError { Error: { } error })
                Display.ShowNote($"error from the service: {error.Message}");
            else if (e is LiveDelegationCreated { Delegation: var asked })
                await AnswerAsync(session, asked.Id);       // the model waits for something
        }
    }

    private static async Task AnswerAsync(LiveWebRtcSession session, string delegationId)
    {
        try
        {
            await session.SendAsync(new LiveCommentaryAppend("Nothing can be looked up here.", delegationId));
        }
        catch (RealtimeSessionEndedException)
        {
            // It has ended already; Completion says why.
        }
    }

    /// <summary>No event says that the assistant has finished: the sound does.</summary>
    private static async Task WatchSpeechAsync(LiveWebRtcSession session, Endings ending)
    {
        await foreach (LiveSpeechChange change in session.SpeechChanges.ReadAllAsync())
        {
            if (change is { IsSpeaking: false } && change.Speaker == LiveRole.Assistant)
                ending.OnReplyPlayed();
        }
    }

    private static SessionStatistics Count(LiveWebRtcSession session)
    {
        LiveSessionStatistics counted = session.GetStatistics();
        return new SessionStatistics
        {
            Timings = counted.Timings,
            Connection = counted.Connection,
            Audio = counted.Audio,
            Codec = counted.Codec,
            EventsReceived = counted.EventsReceived,
            EventsSent = counted.EventsSent,
            EventsDropped = counted.EventsDropped,
        };
    }
}
