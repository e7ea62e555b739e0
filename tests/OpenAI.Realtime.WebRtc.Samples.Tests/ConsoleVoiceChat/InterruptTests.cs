using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Samples.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.ConsoleVoiceChat;

/// <summary>Ctrl-C is a way to end a conversation, not a failure.</summary>
public sealed class InterruptTests
{
    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_hangs_up_finishes_the_files_and_exits_with_0(string signal)
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using SampleProgram program = SampleProgram.Start(folder, endpoint, "--say", "Talk to me.", "--input", "silence", "--stats", "stats.json", "--events", "events.jsonl");
        RealtimeTestCall call = await endpoint.WaitForCallAsync();
        await call.WaitForSentEventAsync("output_audio_buffer.started");
        await program.SignalAsync(signal);
        SampleProgram.Ended ended = await program.WaitAsync();

        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Empty(ended.Error);
        Assert.Contains(endpoint.Requests, request => request.Route == RealtimeTestRoute.HangUp);
        Assert.True((await call.Completion).IsOrderly);
        Sound.ReadWav(folder.File("conversation.wav"));      // its header states its length
        Assert.Equal("interrupted", RunFiles.ReadStats(folder.File("stats.json"))["ended"]!.GetValue<string>());
        Assert.NotEmpty(RunFiles.ReadEvents(folder.File("events.jsonl")));
    }

    [Fact]
    public async Task A_signal_while_connecting_ends_it_as_well()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        var asked = new TaskCompletionSource();
        endpoint.Script.OnRequest = request =>
        {
            if (request.Route != RealtimeTestRoute.Calls)
                return null;
            asked.TrySetResult();
            return RealtimeTestFault.Hang;
        };
        using SampleProgram program = SampleProgram.Start(folder, endpoint, "--stats", "stats.json");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await program.SignalAsync("INT");
        SampleProgram.Ended ended = await program.WaitAsync();

        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Equal("interrupted", RunFiles.ReadStats(folder.File("stats.json"))["ended"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_second_signal_does_not_wait_for_anything()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        var hangingUp = new TaskCompletionSource();
        endpoint.Script.OnRequest = request =>
        {
            if (request.Route != RealtimeTestRoute.HangUp)
                return null;
            hangingUp.TrySetResult();
            return RealtimeTestFault.Hang;
        };
        using SampleProgram program = SampleProgram.Start(folder, endpoint, "--input", "silence");
        await (await endpoint.WaitForCallAsync()).Connected;
        await program.SignalAsync("INT");
        await hangingUp.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await program.SignalAsync("INT");
        Assert.Equal(130, (await program.WaitAsync()).ExitCode);
    }
}
