using ConsoleVoiceChat.Display;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace ConsoleVoiceChat;

/// <summary>The conversation itself, event by event: this file is the use of the SDK. With --agent it is <see cref="AgentConversation"/>, with --api live <see cref="LiveConversation"/>.</summary>
internal sealed class Conversation(Settings settings, Timeline timeline, IDisplay display) : RealtimeCall(settings, timeline, display)
{
    public override async Task RunAsync(AudioInput input, AudioOutput output, CallRecorder? recorder, EventFile? events, RealtimeTestEndpoint? endpoint, CancellationToken stop)
    {
        using var client = new RealtimeWebRtcClient(ClientOptions(endpoint));
        Timeline.Start();
        await using RealtimeWebRtcSession session = await client.ConnectAsync(ConnectOptions(input, output, recorder, events), stop);
        CallId = session.CallId;
        Show(session);

        var ending = new Endings(Settings, session.Completion, () => session.GetStatistics().Audio.Sent.SourceEnded, input, output);
        Task reading = ReadEventsAsync(session, ending);
        if (Settings.Say is { } text)
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
                    Display.ShowSpeech(Speaker.You, you.ItemId, delta, isWhole: false);
                    break;
                case ConversationItemInputAudioTranscriptionCompleted you:
                    Display.ShowSpeech(Speaker.You, you.ItemId, you.Transcript, isWhole: true);
                    break;
                case ConversationItemInputAudioTranscriptionFailed failed:
                    Display.ShowNote($"your words could not be transcribed: {failed.Error}");
                    break;
                case ResponseOutputAudioTranscriptDelta assistant:
                    Display.ShowSpeech(Speaker.Assistant, assistant.ItemId, assistant.Delta, isWhole: false);
                    break;
                case ResponseOutputAudioTranscriptDone assistant:
                    Display.ShowSpeech(Speaker.Assistant, assistant.ItemId, assistant.Transcript, isWhole: true);
                    break;
                case ResponseOutputTextDelta assistant:
                    Display.ShowSpeech(Speaker.Assistant, assistant.ItemId, assistant.Delta, isWhole: false);
                    break;
                case ResponseOutputTextDone assistant:
                    Display.ShowSpeech(Speaker.Assistant, assistant.ItemId, assistant.Text, isWhole: true);
                    break;
                case OutputAudioBufferStopped:
                    ending.OnReplyPlayed();
                    break;
                case ServerError { Error: { } error }:
                    Display.ShowNote($"error from the service: {error}");
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
            Display.ShowSpeech(Speaker.You, id, message.Text, isWhole: message.Text.Length > 0);
        else if (message.Role == ItemRole.Assistant)
            Display.ShowSpeech(Speaker.Assistant, id, message.Text, isWhole: false);
    }
}
