using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Tools;

public sealed class ToolSetTests
{
    [Fact]
    public void A_function_is_defined_by_its_name_its_description_and_its_schema()
    {
        FunctionDefinition definition = new ToolSet([AIFunctionFactory.Create((string city) => city, "weather", "How is the weather?")]).Definitions.Single();
        Assert.Equal(("weather", "How is the weather?"), (definition.Name, definition.Description.Value));
        Assert.Equal("string", definition.Parameters!.Value.Element.GetProperty("properties").GetProperty("city").GetProperty("type").GetString());
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once_and_before_anything_is_sent()
    {
        AITool[] tools = [Named("twice"), Named("twice"), Named("no name"), Named("once"), AIFunctionFactory.CreateDeclaration("declared", null, default)];
        ArgumentException wrong = Assert.Throws<ArgumentException>(() => new ToolSet(tools));
        Assert.Contains("'twice' stands twice", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("'no name' is no name that the service takes", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("'declared' is no AIFunction", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("once", wrong.Message.Replace("'twice'", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Approval_and_settings_are_found_whichever_wraps_the_other()
    {
        var set = new ToolSet(
        [
            new ApprovalRequiredAIFunction(new VoiceTool(Named("a")) { RunsInBackground = true }), new VoiceTool(new ApprovalRequiredAIFunction(Named("b"))) { RunsInBackground = true }, Named("c"),
        ]);
        Assert.All(["a", "b"], name => Assert.True(set.Find(name) is { NeedsApproval: true, Settings.RunsInBackground: true }));
        Assert.True(set.Find("c") is { NeedsApproval: false, Settings: null });
        Assert.False(set.TryFind("d", out _));
    }

    [Fact]
    public void An_agent_has_its_functions_its_servers_and_a_tool_for_each_agent_that_it_may_hand_over_to()
    {
        var agent = new VoiceAgent
        {
            Instructions = "Be brief.",
            Tools = [Named("a")],
            McpServers = [new McpServer { ServerLabel = "docs" }],
            HandOffs = [new VoiceAgent { Name = "Billing Desk" }, new VoiceAgent { Name = "theNightShift", HandOffDescription = "At night." }],
            Session = new RealtimeSessionConfig { Voice = Voice.Cedar, Instructions = "Be long." },
        };
        RealtimeSessionConfig config = agent.ToSessionConfig();
        Assert.Equal(["a", "transfer_to_billing_desk", "transfer_to_the_night_shift"], config.Tools.OfType<FunctionDefinition>().Select(f => f.Name));
        Assert.Equal("docs", config.Tools.OfType<McpServer>().Single().ServerLabel);
        Assert.Equal("Hands the conversation over to theNightShift. At night.", config.Tools.OfType<FunctionDefinition>().Last().Description.Value);
        Assert.Equal(("Be brief.", (Voice?)Voice.Cedar), (config.Instructions.Value, config.Voice.Value));
        Assert.NotNull(config.InputTranscription.Value);
        Assert.False(agent.Session.InputTranscription.IsSet);

        agent.Session = new RealtimeSessionConfig { InputTranscription = null, Tools = [new FunctionDefinition { Name = "lost" }] };
        Assert.Contains("belong into Tools", Assert.Throws<ArgumentException>(agent.ToSessionConfig).Message, StringComparison.Ordinal);
        agent.Session.Tools = default;
        Assert.Null(agent.ToSessionConfig().InputTranscription.Value);
    }

    [Fact]
    public void An_agent_without_tools_says_so()
    {
        RealtimeSessionConfig config = new VoiceAgent().ToSessionConfig();
        Assert.True(config.Tools.IsSet);
        Assert.Empty(config.Tools);
        Assert.False(config.Instructions.IsSet);
    }

    private static AIFunction Named(string name) => AIFunctionFactory.Create(() => 1, name);
}
