using System.Text;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Samples.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.ConsoleVoiceChat;

/// <summary>The program with --agent: tools that are really called, approvals at standard input, and a conversation that goes on in another run.</summary>
public sealed class AgentTests
{
    [Fact]
    public async Task Without_a_key_the_endpoint_inside_has_a_tool_called_and_speaks_of_it()
    {
        using var folder = new TestFolder();
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, "--agent", "--input", "silence", "--say", "What time is it?", "--output", "none", "--events", "events.jsonl");
        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Contains("you: What time is it?", ended.Text);
        Assert.Contains("note: tool clock({}) = ", ended.Text);
        Assert.Contains("assistant: My tool says: ", ended.Text);
        Assert.Contains("note: turn 1: ", ended.Text);
        List<string> sent = RunFiles.Names(folder.File("events.jsonl"), "sent");
        Assert.Equal(["conversation.item.create", "response.create", "conversation.item.create", "response.create"], sent.Where(name => name != "session.update"));
    }

    [Theory]
    [InlineData("y", "Noted.")]
    [InlineData("n", "was not approved")]
    public async Task What_has_to_be_approved_is_asked_at_standard_input(string answer, string told)
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await StartAsync();
        using SampleProgram program = SampleProgram.Start(folder, endpoint, "--agent", "--input", "silence", "--say", "Note: milk", "--output", "none");
        await program.SaysAsync("may it call write_note");
        await program.Input.WriteAsync(Encoding.UTF8.GetBytes(answer + "\n"));
        await program.Input.FlushAsync();
        await program.SaysAsync($"You said: ");
        SampleProgram.Ended ended = await program.EndAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Contains(told, ended.Text);
    }

    [Fact]
    public async Task Where_nobody_can_be_asked_what_asks_is_refused()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await StartAsync();
        using SampleProgram program = SampleProgram.Start(folder, endpoint, "--agent", "--input", "silence", "--say", "Note: milk", "--output", "none");
        program.Input.Close();
        await program.SaysAsync("refused write_note: nobody can be asked");
        await program.SaysAsync("You said: ");
        Assert.Equal(0, (await program.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_conversation_goes_on_in_another_run()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => new(RealtimeTestReply.Say("Hello Ada."));
        await TalkAsync("I am Ada.");
        JsonNode first = JsonNode.Parse(await File.ReadAllTextAsync(folder.File("ada.json")))!;
        Assert.Contains("I am Ada.", first.ToJsonString(), StringComparison.Ordinal);

        SampleProgram.Ended second = await TalkAsync("Who am I?");
        Assert.Contains("note: goes on with a conversation of 2 items", second.Text);
        string[] told = [.. endpoint.Calls[^1].ReceivedEvents.Where(e => e.Type == "conversation.item.create").Select(e => e.Parse()!["item"]!["content"]![0]!["text"]!.GetValue<string>())];
        Assert.Equal(["I am Ada.", "Hello Ada.", "Who am I?"], told);
        string saved = await File.ReadAllTextAsync(folder.File("ada.json"));
        Assert.True(saved.IndexOf("I am Ada.", StringComparison.Ordinal) < saved.IndexOf("Who am I?", StringComparison.Ordinal), saved);

        async Task<SampleProgram.Ended> TalkAsync(string text)
        {
            using SampleProgram program = SampleProgram.Start(folder, endpoint, "--agent", "--resume", "ada.json", "--input", "silence", "--say", text, "--output", "none");
            await program.SaysAsync("note: turn 1: ");
            SampleProgram.Ended ended = await program.EndAsync();
            Assert.True(ended.ExitCode == 0, ended.ToString());
            return ended;
        }
    }

    [Fact]
    public async Task Another_call_takes_over_and_knows_what_was_said()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => new(RealtimeTestReply.Say("Hello Ada."));
        using SampleProgram program = SampleProgram.Start(folder, endpoint, "--agent", "--rotate-after", "3", "--input", "silence", "--say", "I am Ada.", "--output", "none");
        await program.SaysAsync("note: call 2 has taken over");
        SampleProgram.Ended ended = await program.EndAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        string[] told = [.. endpoint.Calls[1].ReceivedEvents.Where(e => e.Type == "conversation.item.create").Select(e => e.Parse()!["item"]!["content"]![0]!["text"]!.GetValue<string>())];
        Assert.Equal(["I am Ada.", "Hello Ada."], told);
    }

    [Fact]
    public async Task What_cannot_be_resumed_is_said_before_anybody_is_called()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("no.json"), "This is no conversation.");
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, "--agent", "--resume", "no.json", "--input", "silence", "--output", "none");
        Assert.Equal(12, ended.ExitCode);
        Assert.Contains("--resume: 'no.json' is no conversation of this program", ended.Error);
        ended = await SampleProgram.RunAsync(folder, "--resume", "ada.json");
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("--resume needs --agent", ended.Error);
    }

    // A model that wants every text noted, and says what came of it.
    private static async Task<RealtimeTestEndpoint> StartAsync()
    {
        RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (turn, _) => new(turn.FunctionOutputs.Count > 0
            ? RealtimeTestReply.Say($"You said: {turn.FunctionOutputs.Values.Single()}")
            : RealtimeTestReply.CallFunction("write_note", new JsonObject { ["text"] = turn.Text }.ToJsonString()));
        return endpoint;
    }
}
