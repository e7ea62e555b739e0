using System.Reflection;
using OpenAI.Realtime.WebRtc.Devices.Tests.Support;
using OpenAI.Realtime.WebRtc.Samples.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.MeetingNotes;

/// <summary>The program that writes a meeting down, as a process.</summary>
public sealed class NotesTests
{
    private static readonly string s_program = Path.GetFullPath(typeof(NotesTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "MeetingNotes").Value!);

    [Fact]
    public async Task Without_a_key_each_turn_of_the_recording_is_a_line()
    {
        using TestFolder folder = Meeting(turns: 2);
        SampleProgram.Ended ended = await RunAsync(folder, "meeting.wav", "--wait", "3");
        Assert.True(ended.ExitCode == 0, ended.ToString());
        string[] lines = ended.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Matches(@"^\[\d+\.\d s of speech at -\d+ dBFS; this endpoint does not transcribe words\]$", line));
        Assert.Empty(ended.ErrorLines);
    }

    [Fact]
    public async Task Without_a_key_it_translates_as_well()
    {
        using TestFolder folder = Meeting(turns: 1);
        SampleProgram.Ended ended = await RunAsync(folder, "meeting.wav", "--to", "es", "--wait", "30");
        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Matches(@"^heard  \[.* s of speech at .*\]\nes     \[es\] \[.* s of speech at .*\]\n$", ended.Text);
    }

    [Fact]
    public async Task A_meeting_is_translated_turn_by_turn_and_ends_when_the_service_has_said_all()
    {
        int heard = 0, said = 0;
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnTranscription = (_, _) => Interlocked.Increment(ref heard) == 1 ? "Good morning." : " Goodbye.";
        endpoint.Script.OnTranslation = (_, _, language) => Interlocked.Increment(ref said) == 1 ? $"Buenos días ({language})." : $" Adiós ({language}).";
        using TestFolder folder = Meeting(turns: 2);
        SampleProgram.Ended ended = await RunAsync(folder, endpoint, "meeting.wav", "--to", "es", "--wait", "60");
        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Equal("heard  Good morning.\nes     Buenos días (es).\nheard  Goodbye.\nes     Adiós (es).\n", ended.Text);
        RealtimeTestCall call = Assert.Single(endpoint.Calls);
        Assert.Equal("gpt-realtime-translate", (string?)call.Session["model"]);
        Assert.Contains(call.ReceivedEvents, e => e.Type == "session.close");
        Assert.Equal(0, endpoint.OpenCalls);
    }

    [Fact]
    public async Task The_service_is_told_which_language_is_spoken_and_its_words_do_not_steer_the_terminal()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnTranscription = (_, _) => "Grüezi\u001b[2J mitenand\r\n";
        using TestFolder folder = Meeting(turns: 1);
        SampleProgram.Ended ended = await RunAsync(folder, endpoint, "meeting.wav", "--from", "de", "--wait", "3");
        Assert.Equal("Grüezi [2J mitenand\n", ended.Text);
        Assert.Equal("de", (string?)Assert.Single(endpoint.Calls).Session["audio"]!["input"]!["transcription"]!["languages"]![0]);
    }

    [Fact]
    public async Task It_listens_to_a_recorder_until_it_is_interrupted()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using var folder = new TestFolder();
        using SampleProgram program = SampleProgram.Start(folder, "env", Arguments(endpoint, "-"));
        RealtimeTestCall call = await endpoint.WaitForCallAsync(TimeSpan.FromSeconds(120));
        await call.Connected.WaitAsync(TimeSpan.FromSeconds(60));
        SampleProgram.Ended ended = await program.EndAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        await call.Completion.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [PulseFact]
    public async Task It_listens_to_the_machines_microphone_until_it_is_interrupted()
    {
        await using PulseServer server = await PulseServer.StartAsync();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnTranscription = (_, _) => "Good morning.";
        using var folder = new TestFolder();
        using SampleProgram program = SampleProgram.Start(folder, "env", [$"PULSE_SERVER={server.Address}", .. Arguments(endpoint, "mic")]);
        RealtimeTestCall call = await endpoint.WaitForCallAsync(TimeSpan.FromSeconds(120));
        await call.Connected.WaitAsync(TimeSpan.FromSeconds(60));
        using var speaking = server.Say(RealtimeTestAudio.Voice(TimeSpan.FromSeconds(2)).Samples.Span);
        await program.SaysAsync("Good morning.");
        SampleProgram.Ended ended = await program.EndAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.StartsWith("Good morning.\n", ended.Text, StringComparison.Ordinal);     // a busy machine may make two turns of it
        Assert.Empty(ended.ErrorLines);
    }

    [Fact]
    public async Task Of_what_is_piped_faster_than_it_was_spoken_nothing_is_lost()
    {
        using var folder = new TestFolder();
        using SampleProgram program = SampleProgram.Start(folder, "dotnet", [s_program, "-", "--wait", "3"]);
        await program.Input.WriteAsync((byte[])[.. Sound.Tone(440, TimeSpan.FromSeconds(6)), .. new byte[2 * 2 * 24_000]]);
        program.Input.Close();
        SampleProgram.Ended ended = await program.WaitAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        System.Text.RegularExpressions.Match said = System.Text.RegularExpressions.Regex.Match(ended.Text, @"^\[(\d+\.\d) s of speech");
        Assert.True(said.Success, ended.ToString());
        Assert.InRange(double.Parse(said.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), 5.5, 7.5);
        Assert.Empty(ended.ErrorLines);
    }

    [Fact]
    public async Task A_WAV_file_at_standard_input_is_refused_with_what_to_do()
    {
        using TestFolder folder = Meeting(turns: 1);
        using SampleProgram program = SampleProgram.Start(folder, "dotnet", [s_program, "-"]);
        await program.Input.WriteAsync((await File.ReadAllBytesAsync(folder.File("meeting.wav"))).AsMemory(0, 4_096));       // it reads no more than the header
        program.Input.Close();
        SampleProgram.Ended ended = await program.WaitAsync();
        Assert.True(ended.ExitCode == 1, ended.ToString());
        Assert.Contains("give the file's name", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(ended.Text);
    }

    [Theory]
    [InlineData(1, "no-such-file.wav", "no-such-file.wav")]
    [InlineData(0, "nothing was said", "meeting.wav", "--wait", "1")]
    [InlineData(2, "--wait is a number", "meeting.wav", "--wait", "0")]
    [InlineData(2, "not both", "meeting.wav", "--to", "es", "--from", "en")]
    [InlineData(2, "needs a key", "meeting.wav", "--endpoint", "http://127.0.0.1:9/v1")]
    public async Task What_cannot_be_done_is_one_line_and_an_exit_code(int exitCode, string says, params string[] arguments)
    {
        using TestFolder folder = Meeting(turns: 0);
        SampleProgram.Ended ended = await RunAsync(folder, arguments);
        Assert.True(ended.ExitCode == exitCode, ended.ToString());
        Assert.Contains(says, Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(ended.Text);
    }

    [Fact]
    public async Task A_key_that_is_refused_is_one_line()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.FailNext(RealtimeTestRoute.TranslationCalls, RealtimeTestFault.KeyRefused, times: 20);
        using TestFolder folder = Meeting(turns: 0);
        SampleProgram.Ended ended = await RunAsync(folder, endpoint, "meeting.wav", "--to", "es");
        Assert.True(ended.ExitCode == 1, ended.ToString());
        Assert.StartsWith("MeetingNotes: ", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain(endpoint.ApiKey, ended.ToString(), StringComparison.Ordinal);
    }

    private static Task<SampleProgram.Ended> RunAsync(TestFolder folder, params string[] arguments) => EndAsync(SampleProgram.Start(folder, "dotnet", [s_program, .. arguments]));

    private static Task<SampleProgram.Ended> RunAsync(TestFolder folder, RealtimeTestEndpoint endpoint, params string[] arguments) =>
        EndAsync(SampleProgram.Start(folder, "env", Arguments(endpoint, arguments)));

    private static string[] Arguments(RealtimeTestEndpoint endpoint, params string[] arguments) =>
        [$"OPENAI_API_KEY={endpoint.ApiKey}", "dotnet", s_program, "--endpoint", endpoint.BaseAddress.ToString(), .. arguments];

    private static async Task<SampleProgram.Ended> EndAsync(SampleProgram program)
    {
        using (program)
            return await program.WaitAsync();
    }

    /// <summary>A folder with a recording: turns of a second, with pauses of two between them.</summary>
    private static TestFolder Meeting(int turns)
    {
        var folder = new TestFolder();
        byte[] turn = [.. Sound.Tone(440, TimeSpan.FromSeconds(1)), .. new byte[2 * 2 * 24_000]];
        byte[] pcm = [.. Enumerable.Repeat(turn, turns).SelectMany(bytes => bytes)];
        using var wav = new BinaryWriter(File.Create(folder.File("meeting.wav")));
        wav.Write("RIFF"u8);
        wav.Write(36 + pcm.Length);
        wav.Write("WAVEfmt "u8);
        wav.Write(16);
        wav.Write((short)1);        // PCM
        wav.Write((short)1);        // mono
        wav.Write(24_000);
        wav.Write(48_000);
        wav.Write((short)2);
        wav.Write((short)16);
        wav.Write("data"u8);
        wav.Write(pcm.Length);
        wav.Write(pcm);
        return folder;
    }
}
