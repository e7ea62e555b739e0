using ConsoleVoiceChat.Display;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace ConsoleVoiceChat;

/// <summary>The conversation itself: this file is the use of the SDK.</summary>
internal sealed class Conversation(Settings settings, Timeline timeline, IDisplay display) : IConversation
{
    public string? CallId { get; private set; }

    public string? Ended { get; set; }

    public SessionStatistics? Counted { get; private set; }

    public async Task RunAsync(AudioInput input, AudioOutput output, CallRecorder? recorder, EventFile? events, RealtimeTestEndpoint? endpoint, CancellationToken stop)
    {
        using var client = new RealtimeWebRtcClient(ClientOptions(endpoint));
        timeline.Start();
        await using RealtimeWebRtcSession session = await client.ConnectAsync(
            new RealtimeConnectOptions
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
            },
            stop);
        CallId = session.CallId;
        display.ShowSession(new SessionView(session.CallId, () => session.InputLevel, () => session.OutputLevel));

        var ending = new Endings(settings, session.Completion, () => session.GetStatistics().Audio.Sent.SourceEnded, input, output);
        Task reading = ReadEventsAsync(session, ending);
        if (settings.Say is { } text)
            await AskAsync(session, text);

        Ended = await ending.WaitAsync(stop);
        Counted = session.GetStatistics();      // before it is closed: what is queued then, is dropped
        await session.CloseAsync(CancellationToken.None);
        await reading;

        SessionEnd end = await session.Completion;
        Counted = session.GetStatistics() with { Audio = Counted.Audio };
        if (Ended is null)
            throw Failures.Explain(end) ?? output.Trouble ?? input.Trouble!;
    }

    private OpenAIRealtimeWebRtcOptions ClientOptions(RealtimeTestEndpoint? endpoint)
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

    private RealtimeSessionConfig SessionConfig()
    {
        var config = new RealtimeSessionConfig { InputTranscription = new InputTranscription { Model = TranscriptionModel.Gpt4oMiniTranscribe } };
        if (settings.Voice is { } voice)
            config.Voice = voice;
        if (settings.Instructions is { } instructions)
            config.Instructions = instructions;
        return config;
    }

    private static async Task AskAsync(RealtimeWebRtcSession session, string text)
    {
        try
        {
            await session.SendAsync(ConversationItemCreate.UserText(text));
            await session.SendAsync(new ResponseCreate());
        }
        catch (RealtimeSessionEndedException)
        {
            // It has ended already; Completion says why.
        }
    }

    /// <summary>Shows what is said, until no more events come.</summary>
    private async Task ReadEventsAsync(RealtimeWebRtcSession session, Endings ending)
    {
        await foreach (ServerEvent e in session.ReadEventsAsync())
        {
            switch (e)
            {
                case ConversationItemAdded added:
                    ShowItem(added.Item);
                    break;
                case ConversationItemCreated created:       // the beta's name for it
                    ShowItem(created.Item);
                    break;
                case ConversationItemInputAudioTranscriptionDelta { Delta: { } delta } you:
                    display.ShowSpeech(Speaker.You, you.ItemId, delta, isWhole: false);
                    break;
                case ConversationItemInputAudioTranscriptionCompleted you:
                    display.ShowSpeech(Speaker.You, you.ItemId, you.Transcript, isWhole: true);
                    break;
                case ConversationItemInputAudioTranscriptionFailed failed:
                    display.ShowNote($"your words could not be transcribed: {failed.Error}");
                    break;
                case ResponseOutputAudioTranscriptDelta assistant:
                    display.ShowSpeech(Speaker.Assistant, assistant.ItemId, assistant.Delta, isWhole: false);
                    break;
                case ResponseOutputAudioTranscriptDone assistant:
                    display.ShowSpeech(Speaker.Assistant, assistant.ItemId, assistant.Transcript, isWhole: true);
                    break;
                case ResponseOutputTextDelta assistant:
                    display.ShowSpeech(Speaker.Assistant, assistant.ItemId, assistant.Delta, isWhole: false);
                    break;
                case ResponseOutputTextDone assistant:
                    display.ShowSpeech(Speaker.Assistant, assistant.ItemId, assistant.Text, isWhole: true);
                    break;
                case OutputAudioBufferStopped:
                    ending.OnReplyPlayed();
                    break;
                case ServerError { Error: { } error }:
                    display.ShowNote($"error from the service: {error}");
                    break;
            }
        }
    }

    /// <summary>An item takes its place in the conversation as soon as it is there; its words may come later.</summary>
    private void ShowItem(ConversationItem item)
    {
        if (item is not MessageItem { Id: { } id } message)
            return;
        if (message.Role == ItemRole.User)
            display.ShowSpeech(Speaker.You, id, message.Text, isWhole: message.Text.Length > 0);
        else if (message.Role == ItemRole.Assistant)
            display.ShowSpeech(Speaker.Assistant, id, message.Text, isWhole: false);
    }
}
