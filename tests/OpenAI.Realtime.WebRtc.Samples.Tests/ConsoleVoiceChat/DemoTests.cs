using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Samples.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.ConsoleVoiceChat;

/// <summary>The program as people run it first: no key, no options.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task Without_a_key_it_hears_its_own_words_back_and_ends_by_itself()
    {
        using var folder = new TestFolder();
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, "--stats", "stats.json", "--events", "events.jsonl");
        Assert.True(ended.ExitCode == 0, ended.ToString());

        JsonObject stats = RunFiles.ReadStats(folder.File("stats.json"));
        Assert_the_callers_words_came_back(folder.File("conversation.wav"), SpoiledSeconds(stats["audio"]!));
        Assert_the_statistics_are_sane(stats);
        Assert_the_events_are_all_there(folder.File("events.jsonl"));
        Assert_the_screen_is_plain_text(ended);
    }

    [Theory]
    [InlineData("libopus", "libopus")]
    [InlineData("concentus", "Concentus")]
    public async Task A_codec_can_be_chosen_and_the_statistics_say_which_ran(string asked, string ran)
    {
        using var folder = new TestFolder();
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, "--codec", asked, "--seconds", "1", "--stats", "stats.json");
        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Equal(ran, RunFiles.ReadStats(folder.File("stats.json"))["codec"]!.GetValue<string>());
        Assert.Equal("seconds", RunFiles.ReadStats(folder.File("stats.json"))["ended"]!.GetValue<string>());
    }

    // What the program says it has made up, sent in place of a late source, and left out.
    private static double SpoiledSeconds(JsonNode audio) =>
        (audio["concealed_samples"]!.GetValue<long>() / 48_000.0) + (0.02 * (audio["underrun_frames"]!.GetValue<long>() + audio["skipped_frames"]!.GetValue<long>()));

    // The words are compared by their loudness over time: each second of the recording must be found in what was heard, in the order in which it was said and after its own end. Where the machine
    // stood still, sound is missing or made up; two seconds of words may be unrecognizable for each second of that.
    private static void Assert_the_callers_words_came_back(string wav, double spoiledSeconds)
    {
        (short[] heard, int rate) = Sound.ReadWav(wav);
        (short[] question, _) = Sound.ReadWav(SampleProgram.Source("question.wav"));
        Assert.Equal(24_000, rate);
        Assert.InRange(heard.Length / 24_000.0, 10, 30);

        double[] spoken = [.. Sound.Envelope(question).Skip(1).SkipLast(10)];        // without the silence around it
        (double Correlation, int At)[] pieces = Sound.FindEachSecond(spoken, Sound.Envelope(heard));
        int[] found = [.. pieces.Where(piece => piece.Correlation > 0.8).Select(piece => piece.At)];
        string matches = string.Join(", ", pieces.Select(piece => $"{piece.Correlation:0.00} at {piece.At * 0.02:0.0} s"));
        double spoiled = 2 * spoiledSeconds;
        Assert.True(found.Length > 0 && found.Length > (pieces.Length / 2) - spoiled, $"{spoiledSeconds:0.0} s were made up or left out, {heard.Length / 24_000.0:0.0} s were heard. The best matches of each second of the caller's words: {matches}.");
        Assert.True(found.Zip(found.Skip(1)).Count(pair => pair.Second > pair.First) >= (found.Length - 1) * 2 / 3, $"The words came back out of order: {matches}.");
        Assert.True(found.Order().ElementAt(found.Length / 2) * 0.02 > 5, $"The words came back before they had been said: {matches}.");
        double before = Sound.Envelope(heard).Take(150).Average();
        Assert.True(before < -50, $"While the caller speaks the assistant is silent; measured {before:0} dBFS.");
    }

    private static void Assert_the_statistics_are_sane(JsonObject stats)
    {
        JsonNode ms = stats["ms"]!;
        double[] steps = [.. new[] { "key", "answer", "ice", "dtls", "channel", "first_event" }.Select(step => ms[step]!.GetValue<double>())];
        Assert.True(steps[0] > 0);
        Assert.Equal(steps.Order(), steps);
        Assert.True(ms["first_audio"]!.GetValue<double>() > ms["dtls"]!.GetValue<double>());

        JsonNode audio = stats["audio"]!;        // each way some 850 frames; where the machine stands still, the program counts what it leaves out, and the endpoint does not
        Assert.InRange(audio["sent_packets"]!.GetValue<long>() + audio["skipped_frames"]!.GetValue<long>(), 700, 1_500);
        Assert.InRange(audio["received_packets"]!.GetValue<long>(), 400, 1_500);
        Assert.InRange(audio["sent_bytes"]!.GetValue<long>(), 20_000, 200_000);
        Assert.InRange(audio["received_bytes"]!.GetValue<long>(), 20_000, 200_000);
        Assert.Equal(0, audio["duplicate"]!.GetValue<long>());
        Assert.InRange(audio["buffer_ms"]!.GetValue<double>(), 20, 500);

        Assert.StartsWith("rtc_", stats["call_id"]!.GetValue<string>());
        Assert.StartsWith("TLS_ECDHE_", stats["dtls_cipher"]!.GetValue<string>());
        Assert.StartsWith("SRTP_", stats["srtp_profile"]!.GetValue<string>());
        Assert.True(stats["allocated_bytes"]!.GetValue<long>() > 0);
        Assert.Equal("reply_played", stats["ended"]!.GetValue<string>());
    }

    private static void Assert_the_events_are_all_there(string file)
    {
        List<(double At, string Direction, JsonObject Event)> events = RunFiles.ReadEvents(file);
        Assert.Equal(events.Select(e => e.At).Order(), events.Select(e => e.At));
        List<string> received = RunFiles.Names(file, "received");
        Assert.Equal("session.created", received[0]);
        Assert.Contains("input_audio_buffer.speech_started", received);
        Assert.Contains("conversation.item.input_audio_transcription.completed", received);
        Assert.Contains("response.output_audio_transcript.delta", received);
        Assert.Contains("response.done", received);
        Assert.Equal("output_audio_buffer.stopped", received[^1]);
        Assert.Single(received, "input_audio_buffer.speech_started");      // one question, one turn
    }

    private static void Assert_the_screen_is_plain_text(SampleProgram.Ended ended)
    {
        Assert.Empty(ended.Error);
        Assert.DoesNotContain('\e', ended.Text);
        foreach (string step in new[] { "key", "answer", "ice", "dtls", "channel", "first event", "first audio" })
            Assert.Matches($@"(?m)^ +\d+\.\d\d\d s   {step}$", ended.Text);
        Assert.Matches(@"(?m)^ +\d+\.\d\d\d s ← session\.created$", ended.Text);
        Assert.Matches(@"(?m)^you: \[.* s of speech", ended.Text);
        Assert.Matches(@"(?m)^assistant: \[your own words, played back", ended.Text);
        Assert.Contains("Ended: the reply has been played.", ended.Text);
        Assert.Contains("conversation.wav", ended.Text);
        Assert.Matches(@"\A(note: .*\r?\n)?Talking to ", ended.Text);      // a machine without a sound system is told so first
        Assert.Matches(@"(?m)^  codec       (libopus|Concentus)$", ended.Text);
        Assert.Matches(@"(?m)^  received .*; \d+ ms made up \(late or missing\)$", ended.Text);
    }
}
