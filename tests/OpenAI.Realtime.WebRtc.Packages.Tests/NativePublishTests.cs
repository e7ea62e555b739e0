using System.Text.Json;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Packages.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Packages.Tests;

/// <summary>The console sample as a native program: compiled ahead of time without a warning, it holds a spoken conversation with the endpoint inside it.</summary>
[Collection(PublishCollection.Name)]
public sealed class NativePublishTests(NativeProgram program) : IClassFixture<NativeProgram>
{
    [NativeFact]
    public async Task Every_warning_of_the_native_compiler_is_an_error()
    {
        (await program.PublishAsync()).ShouldSucceedWithoutWarning();
        string[] arguments = program.CompilerArguments;
        Assert.Contains("--warnaserror", arguments);
        Assert.DoesNotContain("--singlewarn", arguments);       // each of a package's, and not one for all
        Assert.DoesNotContain(arguments, argument => argument.StartsWith("--singlewarnassembly", StringComparison.Ordinal));
    }

    [NativeFact]
    public async Task It_is_one_file_that_runs_wherever_it_is_taken()
    {
        (await program.PublishAsync()).ShouldSucceedWithoutWarning();
        Assert.Equal([program.Path], Directory.GetFileSystemEntries(Path.GetDirectoryName(program.Path)!));
        string folder = Directory.CreateTempSubdirectory("native-alone-").FullName;
        try
        {
            string alone = Path.Combine(folder, "ConsoleVoiceChat");
            File.Copy(program.Path, alone);
            var withoutKey = new Dictionary<string, string> { ["OPENAI_API_KEY"] = "" };
            (await Command.RunAsync(alone, folder, TimeSpan.FromMinutes(2), withoutKey, "--seconds", "1", "--output", "none")).ShouldSucceed();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [NativeFact]
    public Task It_holds_a_conversation_with_managed_Opus() => ItHoldsAConversationAsync("concentus", "Concentus");

    [NativeLibOpusFact]
    public Task It_holds_a_conversation_with_libopus() => ItHoldsAConversationAsync("libopus", "libopus");

    private async Task ItHoldsAConversationAsync(string asked, string expected)
    {
        (await program.PublishAsync()).ShouldSucceedWithoutWarning();
        string folder = Directory.CreateTempSubdirectory("native-run-").FullName;
        try
        {
            string question = Path.Combine(folder, "question.wav"), heard = Path.Combine(folder, "heard.wav"), statsFile = Path.Combine(folder, "stats.json");
            await WavExcerpt.WriteAsync(Repository.PathOf("samples/ConsoleVoiceChat/question.wav"), question, TimeSpan.FromSeconds(2.5));
            var withoutKey = new Dictionary<string, string> { ["OPENAI_API_KEY"] = "" };
            Command ran = await Command.RunAsync(
                program.Path, folder, TimeSpan.FromMinutes(2), withoutKey, "--codec", asked, "--input", question, "--output", heard, "--stats", statsFile);
            ran.ShouldSucceed();

            using var stats = JsonDocument.Parse(await File.ReadAllTextAsync(statsFile));
            Assert.Equal("reply_played", stats.RootElement.GetProperty("ended").GetString());
            Assert.Equal(expected, stats.RootElement.GetProperty("codec").GetString());
            Assert.Equal(JsonValueKind.Number, stats.RootElement.GetProperty("ms").GetProperty("channel").ValueKind);
            Assert.True(await LoudestDbfsAsync(heard) > -40, "The caller's own words come back.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> LoudestDbfsAsync(string wav)
    {
        using var source = new WavFileAudioSource(wav);
        short[] frame = new short[source.Format.SamplesIn(TimeSpan.FromMilliseconds(20))];
        double loudest = double.NegativeInfinity;
        while (await source.ReadAsync(frame) is var read and > 0)
            loudest = Math.Max(loudest, AudioLevel.Measure(frame.AsSpan(0, read)).RmsDbfs);
        return loudest;
    }
}
