using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Tools;

/// <summary>Outputs in order, then one request; nothing is run twice, nothing goes without an answer.</summary>
public sealed class ToolLedgerTests
{
    private static readonly ToolSet Tools = new(
    [
        AIFunctionFactory.Create(() => 1, "a"), AIFunctionFactory.Create(() => 1, "b"), new VoiceTool(AIFunctionFactory.Create(() => 1, "silent")) { IsSilent = true },
        new VoiceTool(AIFunctionFactory.Create(() => 1, "background")) { RunsInBackground = true }, new ApprovalRequiredAIFunction(AIFunctionFactory.Create(() => 1, "guarded")),
    ]);

    private readonly VoiceToolOptions _options = new();
    private readonly ToolLedger _ledger;

    public ToolLedgerTests() => _ledger = new ToolLedger(_options, "t_");

    [Fact]
    public void Outputs_go_out_in_the_order_of_the_calls_and_one_request_follows_when_the_response_is_over()
    {
        ToolEntry first = Call("1", "a"), second = Call("2", "b"), third = Call("3", "a");
        Assert.Equal(["run 1", "run 2", "run 3"], Steps());
        Settle(second, third);
        Assert.Empty(Steps());
        Settle(first);
        Assert.Equal(["answer 1", "answer 2", "answer 3"], Steps());
        _ledger.CloseAllBut(null);
        Assert.Equal(["respond to 3"], Steps());
        Assert.True(_ledger.IsAtRest);
    }

    [Fact]
    public void A_response_that_is_over_before_its_tools_waits_for_them()
    {
        ToolEntry only = Call("1", "a");
        _ledger.CloseAllBut(null);
        Assert.Equal(["run 1"], Steps());
        Settle(only);
        Assert.Equal(["answer 1", "respond to 1"], Steps());
    }

    [Fact]
    public void In_turn_each_begins_when_the_one_before_has_ended()
    {
        _options.RunInParallel = false;
        ToolEntry first = Call("1", "a"), second = Call("2", "b");
        Assert.Equal(["run 1"], Steps());
        Settle(first);
        Assert.Equal(["answer 1", "run 2"], Steps().Order());
        Settle(second);
        _ledger.CloseAllBut(null);
        Assert.Equal(["answer 2", "respond to 2"], Steps());
    }

    [Fact]
    public void A_second_sight_of_an_item_is_no_second_call()
    {
        FunctionCallItem item = Service.Call("1", "a");
        Settle(_ledger.Accept("resp", item, Tools)!);
        Assert.Null(_ledger.Accept("resp", item, Tools));
        Assert.Equal(["run 1", "answer 1"], Steps());
    }

    [Fact]
    public void The_same_call_once_more_gets_the_same_output_and_another_under_its_id_is_told_so()
    {
        ToolEntry call = Call("1", "a", """{"x":1}""");
        Assert.Null(_ledger.Accept("resp", Service.Call("1", "a", """{"x":1}""") with { Id = "again_too_soon" }, Tools));
        Settle(call);
        _ledger.CloseAllBut(null);
        Assert.Equal(["run 1", "answer 1", "respond to 1"], Steps());

        _ledger.Accept("resp_2", Service.Call("1", "a", """{"x":1}""") with { Id = "again" }, Tools);
        ToolEntry other = _ledger.Accept("resp_2", Service.Call("1", "a", """{"x":2}""") with { Id = "other" }, Tools)!;
        Assert.Equal(["answer 1", "answer 1"], Steps());
        Assert.Contains("used before", other.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_nobody_knows_is_answered()
    {
        ToolEntry unknown = Call("1", "fly_to_the_moon");
        _ledger.CloseAllBut(null);
        Assert.Equal(["answer 1", "respond to 1"], Steps());
        Assert.Equal(("There is no tool named 'fly_to_the_moon'.", ToolCallStatus.Rejected), (unknown.Output, unknown.Status));
    }

    [Fact]
    public void Silent_tools_are_answered_without_a_word_unless_they_fail()
    {
        Settle(Call("1", "silent"));
        _ledger.CloseAllBut(null);
        Assert.Equal(["run 1", "answer 1"], Steps());
        _ledger.Settle(Call("2", "silent", response: "resp_2"), new ToolOutput("Failed.", ToolCallStatus.Failed));
        _ledger.CloseAllBut(null);
        Assert.Equal(["run 2", "answer 2", "respond to 1"], Steps());
    }

    [Fact]
    public void A_tool_in_the_background_is_answered_at_once()
    {
        ToolEntry background = Call("1", "background");
        _ledger.CloseAllBut(null);
        Assert.Equal(["run 1", "answer 1", "respond to 1"], Steps());
        Assert.False(_ledger.IsAtRest);
        Settle(background);
        Assert.Empty(Steps());
        Assert.True(_ledger.IsAtRest);
    }

    [Fact]
    public void A_call_that_waits_for_approval_holds_up_no_other()
    {
        ToolEntry guarded = Call("1", "guarded"), free = Call("2", "a");
        Assert.Equal(["ask 1", "run 2"], Steps());
        Settle(free);
        _ledger.CloseAllBut(null);
        Assert.Equal(["answer 2", "respond to 1"], Steps());
        _ledger.Approve(guarded);
        _ledger.Approve(guarded);
        Assert.Equal(["run 1"], Steps());
        Settle(guarded);
        Assert.Equal(["answer 1", "respond to 1"], Steps());
    }

    [Fact]
    public void Rounds_in_a_row_are_bounded_and_the_last_may_call_nothing()
    {
        _options.MaxRounds = 3;
        for (int round = 1; round <= 3; round++)
        {
            Settle(Call($"{round}", "a", response: $"resp_{round}"));
            _ledger.CloseAllBut(null);
            Assert.Equal([$"run {round}", $"answer {round}", round < 3 ? "respond to 1" : "respond to 1 and call nothing"], Steps());
        }

        ToolEntry refused = Call("4", "a", response: "resp_4");
        _ledger.CloseAllBut(null);
        Assert.Equal(["answer 4"], Steps());
        Assert.Contains("3 times in a row", refused.Output, StringComparison.Ordinal);

        _ledger.StartTurn();
        Settle(Call("5", "a", response: "resp_5"));
        _ledger.CloseAllBut(null);
        Assert.Equal(["run 5", "answer 5", "respond to 1"], Steps());
    }

    [Fact]
    public void Too_many_calls_are_answered_and_not_run()
    {
        _options.MaxRunning = 2;
        for (int i = 0; i < 200; i++)
            Call($"{i}", "a");
        string[] steps = Steps();
        Assert.Equal(2, steps.Count(s => s.StartsWith("run", StringComparison.Ordinal)));
        Assert.Equal(0, steps.Count(s => s.StartsWith("answer", StringComparison.Ordinal)));       // in order: the first two are still running
        Assert.Equal(2, _ledger.Open.Count());
    }

    private ToolEntry Call(string id, string name, string arguments = "{}", string response = "resp") => _ledger.Accept(response, Service.Call(id, name, arguments), Tools)!;

    private void Settle(params ToolEntry[] entries)
    {
        foreach (ToolEntry entry in entries)
            _ledger.Settle(entry, new ToolOutput("42", ToolCallStatus.Completed));
    }

    private string[] Steps()
    {
        List<string> steps = [];
        while (_ledger.TryTakeStep(out ToolStep? step))
        {
            steps.Add(step switch
            {
                ToolStep.Run run => $"run {run.Entry.CallId}",
                ToolStep.Ask ask => $"ask {ask.Entry.CallId}",
                ToolStep.Answer answer => $"answer {answer.Entry.CallId}",
                ToolStep.Respond respond => $"respond to {respond.About.Count}{(respond.IsLast ? " and call nothing" : "")}",
                _ => "?",
            });
        }

        return [.. steps];
    }
}
