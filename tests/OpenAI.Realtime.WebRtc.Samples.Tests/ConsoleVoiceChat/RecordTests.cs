using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Samples.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.ConsoleVoiceChat;

public sealed class RecordTests
{
    [Fact]
    public async Task Both_sides_are_recorded_the_caller_left_and_the_assistant_right()
    {
        using var folder = new TestFolder();
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, "--record", "call.wav", "--output", "none");

        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("recorded    call.wav", ended.Text, StringComparison.Ordinal);
        (short[] left, short[] right) = await ReadAsync(folder.File("call.wav"));
        int asked = FirstLoud(left), answered = FirstLoud(right);
        Assert.InRange(asked, 0, left.Length);
        Assert.True(answered > asked, $"The caller speaks from sample {asked} on, the assistant from {answered}.");
    }

    [Fact]
    public async Task A_recording_is_not_made_over_what_is_heard()
    {
        using var folder = new TestFolder();
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, "--record", "conversation.wav");
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("--output and --record name the same file", ended.Error, StringComparison.Ordinal);
    }

    private static int FirstLoud(short[] samples) => Array.FindIndex(samples, sample => Math.Abs((int)sample) > 2_000);

    private static async Task<(short[] Left, short[] Right)> ReadAsync(string path)
    {
        using var file = new WavFileAudioSource(path);
        Assert.Equal(2, file.Format.Channels);
        List<short> samples = [];
        short[] block = new short[9_600];
        while (await file.ReadAsync(block) is var read and > 0)
            samples.AddRange(block.AsSpan(0, read));
        return ([.. samples.Where((_, i) => i % 2 == 0)], [.. samples.Where((_, i) => i % 2 == 1)]);
    }
}
