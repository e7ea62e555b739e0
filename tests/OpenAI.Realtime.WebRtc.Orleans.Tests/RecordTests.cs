using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Orleans.Grains;

namespace OpenAI.Realtime.WebRtc.Orleans.Tests;

/// <summary>What is written down of tools.</summary>
public sealed class RecordTests
{
    [Fact]
    public async Task A_function_runs_once_for_each_call_and_answers_the_same_ever_after()
    {
        int runs = 0;
        var records = new Records();
        var tool = new RecordedTool(AIFunctionFactory.Create(() => new[] { ++runs }, "count"), records);
        Assert.Equal("[1]", await RunAsync(tool, "a"));
        Assert.Equal("[1]", await RunAsync(tool, "a"));
        Assert.Equal("[2]", await RunAsync(tool, "b"));
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task A_function_that_throws_is_written_down_as_failed_and_not_run_again()
    {
        int runs = 0;
        var records = new Records();
        var tool = new RecordedTool(AIFunctionFactory.Create(string () => throw new InvalidOperationException($"Run {++runs}."), "fail"), records);
        Assert.Equal("The tool 'fail' failed.", await RunAsync(tool, "a"));
        Assert.Equal("The tool failed.", await RunAsync(tool, "a"));
        Assert.Equal(1, runs);
    }

    [Fact]
    public void The_oldest_that_the_model_has_been_told_of_make_room()
    {
        var record = new CallRecord();
        record.Add(new ToolRecord { CallId = "cut" });
        for (int i = 0; i < 200; i++)
            record.Add(new ToolRecord { CallId = $"call {i}", Output = "done", IsTold = true });
        Assert.Equal((128, 201), (record.Tools.Count, record.ToolCalls));
        Assert.NotNull(record.Find("cut"));
        Assert.NotNull(record.Find("call 199"));
        Assert.Null(record.Find("call 0"));
    }

    [Fact]
    public void Of_an_agent_nothing_but_its_functions_is_another()
    {
        var agent = new VoiceAgent
        {
            Name = "clerk",
            Instructions = "Be brief.",
            Guardrails = [new VoiceGuardrail("none", _ => GuardrailVerdict.Pass)],
            McpServers = [new McpServer { ServerLabel = "files" }],
            HandOffDescription = "Knows the prices.",
            Session = new() { Model = "gpt-realtime" },
        };
        VoiceAgent wrapped = new RecordedAgents(agent, new Records()).First;
        foreach (System.Reflection.PropertyInfo property in typeof(VoiceAgent).GetProperties().Where(p => p.Name is not (nameof(VoiceAgent.Tools) or nameof(VoiceAgent.HandOffs))))
        {
            object? value = property.GetValue(agent);
            Assert.NotEqual(property.GetValue(new VoiceAgent()), value);        // set above, so that this shows something
            Assert.Same(value, property.GetValue(wrapped));
        }
    }

    [Fact]
    public void Agents_that_hand_over_in_a_circle_are_wrapped_once_and_found_by_name()
    {
        var first = new VoiceAgent { Name = "first", Tools = [AIFunctionFactory.Create(() => "", "a")] };
        var second = new VoiceAgent { Name = "second", HandOffs = [first] };
        first.HandOffs = [second];
        var agents = new RecordedAgents(first, new Records());
        Assert.Equal("second", agents.Find("second").Name);
        Assert.Same(agents.First, agents.Find("second").HandOffs.Single());
        Assert.Same(agents.First, agents.Find("nobody"));
        Assert.IsType<RecordedTool>(agents.First.Tools.Single());
        Assert.IsNotType<RecordedTool>(first.Tools.Single());
    }

    [Fact]
    public void Settings_and_approvals_of_a_function_are_seen_through_its_wrapping()
    {
        AIFunction function = new VoiceTool(new ApprovalRequiredAIFunction(AIFunctionFactory.Create(() => "", "a"))) { IsSilent = true };
        var wrapped = new RecordedTool(function, new Records());
        Assert.NotNull(wrapped.GetService<ApprovalRequiredAIFunction>());
        Assert.True(wrapped.GetService<VoiceTool>()!.IsSilent);
    }

    private static async Task<string> RunAsync(RecordedTool tool, string callId)
    {
        var call = new ToolCall { CallId = callId, Name = tool.Name, Arguments = "{}", Status = ToolCallStatus.Running };
        return (await new ToolRunner().RunAsync(tool, "{}", new Dictionary<object, object?> { [typeof(ToolCall)] = call })).Text;
    }

    private sealed class Records : IToolRecords
    {
        private readonly Dictionary<string, string?> _outputs = [];

        public Task<string?> BeginAsync(ToolCall call) => Task.FromResult(_outputs.TryAdd(call.CallId, null) ? null : _outputs[call.CallId]);

        public Task EndAsync(string callId, string output)
        {
            _outputs[callId] = output;
            return Task.CompletedTask;
        }
    }
}
