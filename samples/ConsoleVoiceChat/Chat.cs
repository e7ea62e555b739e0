using ConsoleVoiceChat.Display;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;
using VoiceChatSamples;

namespace ConsoleVoiceChat;

/// <summary>
/// One run of the program: opens the files, starts the endpoint when there is no other, has the conversation, and writes down how it went.
/// </summary>
internal static class Chat
{
    public static async Task<Report> RunAsync(Settings settings, IDisplay display, CancellationToken stop)
    {
        // Opened first: a file that cannot be written is to be known before the conversation, not after it.
        using FileStream? statsFile = settings.StatsFile is { } path ? Files.Open(() => File.Create(path), "--stats") : null;
        long allocatedBefore = GC.GetTotalAllocatedBytes();
        var timeline = new Timeline(display);
        using HistoryFile? history = settings.HistoryFile is { } before ? Files.Open(() => new HistoryFile(before), "--resume") : null;
        Call conversation = settings switch
        {
            { IsLive: true } => new LiveConversation(settings, timeline, display),
            { IsAgent: true } => new AgentConversation(settings, timeline, display, history),
            _ => new Conversation(settings, timeline, display),
        };
        ChatException? failure = null;
        try
        {
            await HoldAsync(settings, conversation, timeline, display, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            conversation.Ended ??= Endings.Interrupted;     // Ctrl-C while connecting
        }
#pragma warning disable CA1031 // Every failure gets its exit code, and the statistics are written all the same.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = Failures.Explain(e);
        }

        var statistics = Statistics.Of(conversation, timeline, failure, GC.GetTotalAllocatedBytes() - allocatedBefore);
        if (statsFile is not null && Files.Try(() => statistics.Write(statsFile), "--stats") is { } problem)
            failure ??= problem;
        return new Report(Summary.Of(settings, statistics, conversation, failure), failure);
    }

    private static async Task HoldAsync(Settings settings, Call conversation, Timeline timeline, IDisplay display, CancellationToken stop)
    {
        using EventFile? events = settings.EventsFile is { } file ? Files.Open(() => new EventFile(file, timeline), "--events") : null;
        using SoundDevices devices = SoundDevices.Open(settings, display);
        using var input = AudioInput.Open(settings, devices.Microphone);
        using var output = AudioOutput.Open(settings, devices.Loudspeaker);
        conversation.Heard = devices.Loudspeaker?.Device.Name;
        await using CallRecorder? recorder = settings.RecordFile is { } recording ? Files.Open(() => new CallRecorder(recording), "--record") : null;
        display.ShowStart();
        await using RealtimeTestEndpoint? endpoint = settings.IsDemo ? await RealtimeTestEndpoint.StartAsync(new RealtimeTestEndpointOptions { TcpPort = 0, Script = { OnResponse = OfflineModel.ReplyAsync } }, stop) : null;
        await conversation.RunAsync(input, output, recorder, events, endpoint, stop);
        output.Close();
        if (recorder is not null)
            await recorder.DisposeAsync();
        if (recorder?.Failure is { } problem)
            throw Files.Problem("--record", problem);
        events?.Close();
    }
}

/// <summary>How a run went.</summary>
/// <param name="Summary">For people, line by line.</param>
/// <param name="Failure">Why it did not end as asked; null when it did.</param>
internal sealed record Report(IReadOnlyList<string> Summary, ChatException? Failure);
