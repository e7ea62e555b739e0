using System.Text;
using ConsoleVoiceChat.Display;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Samples.Tests.Support;
using Spectre.Console;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.ConsoleVoiceChat;

/// <summary>What a person sees.</summary>
public sealed class DisplayTests
{
    [Theory]
    [InlineData(20, 8)]
    [InlineData(40, 12)]
    [InlineData(79, 23)]
    [InlineData(200, 60)]
    public void A_frame_never_outgrows_the_terminal(int width, int height)
    {
        string[] frame = Drawn(FullScene(), width, height).Split('\n');
        Assert.InRange(frame.Length, 1, height);
        Assert.All(frame, line => Assert.True(line.GetCellWidth() <= width, line));
    }

    [Fact]
    public void A_frame_shows_steps_levels_words_and_events()
    {
        string frame = Drawn(FullScene(), 100, 30);
        Assert.Contains("1:15", frame);
        Assert.Contains("✓ dtls", frame);
        Assert.Contains("· channel", frame);
        Assert.Contains("102 ms", frame);
        Assert.Contains("−20 dB", frame);
        Assert.Contains("▁", frame);
        Assert.Matches(@"you +Can you hear me\?", frame);
        Assert.Matches("assistant +I can hear you", frame);
        Assert.Contains("← response.output_audio_transcript.delta ×12", frame);
    }

    [Fact]
    public void What_comes_from_outside_cannot_steer_the_terminal()
    {
        Assert.Equal("a b [2J c", Clean.OneLine("a\r\nb\e[2J\u009b c\u202e"));
        var scene = new Scene("m\e]0;x\a", "here");
        scene.AddEvent(sent: false, "evil\e[1A", TimeSpan.Zero);
        scene.Say(Speaker.Assistant, "1", "words\e[?25l", isWhole: true);
        Assert.DoesNotContain(Drawn(scene, 80, 24), c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public void Words_that_come_whole_replace_the_pieces()
    {
        var dialogue = new Dialogue();
        dialogue.Add(Speaker.Assistant, "1", "Hel", isWhole: false);
        dialogue.Add(Speaker.You, "2", "Hi", isWhole: true);
        dialogue.Add(Speaker.Assistant, "1", "lo", isWhole: false);
        Assert.Equal(["Hello", "Hi"], dialogue.Entries.Select(e => e.Words.ToString()));
        dialogue.Add(Speaker.Assistant, "1", "Hello!", isWhole: true);
        Assert.Equal(["Hello!", "Hi"], dialogue.Entries.Select(e => e.Words.ToString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task On_a_terminal_it_is_live_and_gives_the_terminal_back(bool noColor)
    {
        if (!File.Exists("/usr/bin/script"))
            return;     // no pseudo-terminal to be had
        using var folder = new TestFolder();
        using SampleProgram program = SampleProgram.Start(folder, "script",
            ["-qec", $"dotnet '{SampleProgram.Path}' --seconds 1.5 --output none", "/dev/null"], noColor);
        SampleProgram.Ended ended = await program.WaitAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        string screen = Encoding.UTF8.GetString(ended.Output);
        Assert.Contains("\e[?25l", screen);
        Assert.True(screen.LastIndexOf("\e[?25h", StringComparison.Ordinal) > screen.LastIndexOf("\e[?25l", StringComparison.Ordinal), "The cursor is visible at the end.");
        Assert.True(screen.Split("Ctrl-C ends the call.").Length > 10, "It was redrawn all the time.");
        Assert.Equal(!noColor, screen.Contains("\e[38;5;2m", StringComparison.Ordinal));
        Assert.Contains("✓", screen);
    }

    private static string Drawn(Scene scene, int width, int height)
    {
        using var text = new StringWriter { NewLine = "\n" };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        console.Write(scene.Draw(width, height, TimeSpan.FromSeconds(75)));
        return text.ToString().ReplaceLineEndings("\n").TrimEnd('\n');
    }

    private static Scene FullScene()
    {
        var scene = new Scene("gpt-realtime-2.1", "https://api.openai.com/v1") { CallId = "rtc_0123456789" };
        scene.Pass(ConnectStep.Key, TimeSpan.FromMilliseconds(41));
        scene.Pass(ConnectStep.Answer, TimeSpan.FromMilliseconds(73));
        scene.Pass(ConnectStep.Ice, TimeSpan.FromMilliseconds(80));
        scene.Pass(ConnectStep.Dtls, TimeSpan.FromMilliseconds(102));
        scene.AddLevels(new AudioLevel(-20, -10), AudioLevel.Silence);
        scene.AddEvent(sent: false, "session.created", TimeSpan.FromMilliseconds(110));
        for (int i = 0; i < 12; i++)
            scene.AddEvent(sent: false, "response.output_audio_transcript.delta", TimeSpan.FromSeconds(3));
        scene.Say(Speaker.You, "1", "Can you hear me?", isWhole: true);
        scene.Say(Speaker.Assistant, "2", string.Join(' ', Enumerable.Repeat("I can hear you, 聞こえます.", 20)), isWhole: true);
        return scene;
    }
}
