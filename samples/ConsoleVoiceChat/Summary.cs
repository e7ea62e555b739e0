using System.Globalization;
using ConsoleVoiceChat.Display;

namespace ConsoleVoiceChat;

/// <summary>How it went, for people.</summary>
internal static class Summary
{
    public static IReadOnlyList<string> Of(Settings settings, Statistics statistics, Call conversation, ChatException? failure)
    {
        if (conversation.Counted is null && failure is not null)
            return [];      // never connected: standard error says it all
        List<string> lines = ["", Ending(settings, statistics.Ended, failure)];
        if (Steps(statistics.Ms) is { Length: > 0 } steps)
            lines.Add($"  connecting  {steps}");
        if (conversation.Counted is not null)
        {
            AudioCounts audio = statistics.Audio;
            lines.Add(Invariant($"  sent        {audio.SentPackets} packets, {audio.SentBytes / 1000.0:0.0} kB; {audio.UnderrunFrames * 20} ms silent (source late), {audio.SkippedFrames * 20} ms left out (machine late)"));
            lines.Add(Invariant($"  received    {audio.ReceivedPackets} packets, {audio.ReceivedBytes / 1000.0:0.0} kB: {audio.Lost} lost, {audio.Late} late, {audio.Duplicate} duplicate; {audio.ConcealedSamples / 48.0:0} ms made up (late or missing)"));
            lines.Add(Invariant($"  jitter      {audio.JitterMs:0.0} ms, buffered for {audio.BufferMs:0} ms"));
            lines.Add($"  codec       {statistics.Codec ?? "unknown"}");
            lines.Add($"  path        {statistics.Path?.ToString() ?? "unknown"}");
            lines.Add($"  secured by  {statistics.DtlsCipher ?? "unknown"}, {statistics.SrtpProfile ?? "unknown"}");
            if (statistics.CallId is { } id)
                lines.Add($"  call        {Clean.OneLine(id)}");
        }
        lines.Add(Invariant($"  memory      {statistics.AllocatedBytes / 1e6:0.0} MB allocated in all{(settings.IsDemo ? ", the endpoint's included" : "")}"));
        if (conversation.Counted is not null && settings.Output is not (Settings.Pipe or Settings.Nowhere))
            lines.Add($"  heard       {Clean.OneLine(conversation.Heard ?? (settings.Output == Settings.Unsaid ? Settings.DefaultFile : settings.Output))}");
        if (conversation.Counted is not null && settings.RecordFile is { } recording)
            lines.Add($"  recorded    {recording}");
        return lines;
    }

    private static string Ending(Settings settings, string ended, ChatException? failure) => failure is not null
        ? $"Did not end as asked: {failure.Name.Replace('_', ' ')}."
        : ended switch
        {
            Endings.Seconds => Invariant($"Ended after {settings.Duration!.Value.TotalSeconds:0.###} s, as asked."),
            Endings.ReplyPlayed => "Ended: the reply has been played.",
            _ => "Ended: interrupted.",
        };

    private static string Steps(StepTimes ms)
    {
        (string Name, double? At)[] steps =
        [
            ("key", ms.Key), ("answer", ms.Answer), ("ice", ms.Ice), ("dtls", ms.Dtls), ("channel", ms.Channel),
            ("first event", ms.FirstEvent), ("first audio", ms.FirstAudio),
        ];
        string passed = string.Join(", ", steps.Where(step => step.At is not null).Select(step => Invariant($"{step.Name} {step.At:0}")));
        return passed.Length == 0 ? "" : passed + " ms";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
