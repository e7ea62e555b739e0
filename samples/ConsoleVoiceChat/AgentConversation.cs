using System.Globalization;
using ConsoleVoiceChat.Display;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;
using VoiceChatSamples;

namespace ConsoleVoiceChat;

/// <summary>The conversation with --agent: an assistant that has tools, asks before it writes, and can go on with a conversation of before. This file is the use of the package for agents.</summary>
internal sealed class AgentConversation(Settings settings, Timeline timeline, IDisplay display, HistoryFile? history) : RealtimeCall(settings, timeline, display)
{
    public override async Task RunAsync(AudioInput input, AudioOutput output, CallRecorder? recorder, EventFile? events, RealtimeTestEndpoint? endpoint, CancellationToken stop)
    {
        using var client = new RealtimeWebRtcClient(ClientOptions(endpoint));
        RealtimeConnectOptions connect = ConnectOptions(input, output, recorder, events);
        var config = (RealtimeSessionConfig)connect.Session!;
        VoiceAgent agent = Assistant.Create(config with { Instructions = Settings.Instructions ?? Assistant.Instructions }, new NotePad(), TimeProvider.System);
        var options = new VoiceConversationOptions { History = history?.Before };
        if (Settings.RotateAfter is { } age)
            options.Calls.RotateAfter = age;
        Timeline.Start();
        await using VoiceConversation talk = await client.StartConversationAsync(agent, connect, options, stop);
        CallId = talk.Session.CallId;
        Show(talk.Session);
        if (history?.Before is { Items.Length: > 0 and int count })
            Display.ShowNote($"goes on with a conversation of {count} items");

        var ending = new Endings(Settings, talk.Completion, () => talk.Session.GetStatistics().Audio.Sent.SourceEnded, input, output);
        using var approvals = new Approvals(talk, Display, Settings.Input == Settings.Pipe);
        Task reading = ReadUpdatesAsync(talk, ending, approvals);
        if (Settings.Say is { } text)
            await AskAsync(talk, text);

        Ended = await ending.WaitAsync(stop);
        Counted = talk.Session.GetStatistics();      // before it is closed: what is queued then, is dropped
        await talk.CloseAsync(CancellationToken.None);
        await reading;
        history?.Save(talk.History);

        ConversationEnd end = await talk.Completion;
        Counted = talk.Session.GetStatistics() with { Audio = Counted.Audio };
        if (Ended is null)
            throw (end.Session is { } session ? Failures.Explain(session) : null) ?? output.Trouble ?? input.Trouble ?? new ChatException(ExitCode.Internal, "internal", end.Detail);
    }

    private static async Task AskAsync(VoiceConversation talk, string text)
    {
        try
        {
            await talk.SendTextAsync(text);
        }
        catch (RealtimeSessionEndedException)
        {
            // It has ended already; Completion says why.
        }
    }

    /// <summary>Shows what is said and done, until the conversation is over.</summary>
    private async Task ReadUpdatesAsync(VoiceConversation talk, Endings ending, Approvals approvals)
    {
        await foreach (ConversationUpdate update in talk.ReadUpdatesAsync())
        {
            switch (update)
            {
                case HistoryUpdate { Change: { Kind: HistoryChangeKind.Added, Item: HistoryMessage said } }:     // its place in the conversation; its words may come later
                    Display.ShowSpeech(SpeakerOf(said.Role), said.Id, said.Text, isWhole: said.Role == ChatRole.User && said.Text.Length > 0);
                    break;
                case TranscriptUpdate words:
                    Display.ShowSpeech(SpeakerOf(words.Role), words.ItemId, words.Text, words.IsFinal);
                    break;
                case ToolCallUpdate { Call: { Status: not (ToolCallStatus.Running or ToolCallStatus.Waiting) } call }:
                    Display.ShowNote($"tool {call.Name}({call.Arguments}) = {call.Output}");
                    break;
                case ApprovalUpdate ask:
                    approvals.Ask(ask.Request);
                    break;
                case InterruptionUpdate cut:
                    Display.ShowNote(string.Create(CultureInfo.InvariantCulture, $"interrupted after {cut.Heard.TotalSeconds:0.0} s"));
                    break;
                case TurnUpdate { Turn: var turn }:
                    Display.ShowNote(turn.ToString());
                    ending.OnReplyPlayed();
                    break;
                case RotatedUpdate { Change: var change }:
                    CallId = change.CallId;
                    Show(talk.Session);      // the levels of the call that is in use
                    Display.ShowNote($"call {change.Number} has taken over: {change.CallId}");
                    break;
                case ReconnectingUpdate lost:
                    Display.ShowNote($"the call was lost, attempt {lost.Attempt} to open another: {lost.Lost.Detail}");
                    break;
                case ReconnectedUpdate { Change: var change }:
                    CallId = change.CallId;
                    Show(talk.Session);
                    Display.ShowNote(string.Create(CultureInfo.InvariantCulture, $"call {change.Number} has taken its place after {change.Gap.TotalSeconds:0.0} s"));
                    break;
                case ErrorUpdate { Error: { } error }:
                    Display.ShowNote($"error from the service: {error}");
                    break;
            }
        }
    }

    private static Speaker SpeakerOf(ChatRole role) => role == ChatRole.User ? Speaker.You : Speaker.Assistant;
}
