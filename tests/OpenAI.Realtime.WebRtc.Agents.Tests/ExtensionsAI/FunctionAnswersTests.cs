using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.ExtensionsAI;

/// <summary>Requests for a response that follow the outputs of functions: one for all of them, and none waits for ever.</summary>
public sealed class FunctionAnswersTests
{
    private static readonly Instant Now = Instant.Zero + TimeSpan.FromMinutes(1);

    private readonly FunctionAnswers _answers = new();

    [Fact]
    public void A_request_waits_for_the_outputs_of_all_calls_and_is_about_them()
    {
        Call("1");
        Call("2");
        Answer("1");
        _answers.Hold("m1");
        Assert.False(_answers.TryTake(isActive: true, hasAsked: true, Now, out _));
        Assert.False(_answers.TryTake(isActive: false, hasAsked: false, Now, out _));
        Answer("2");
        _answers.Hold("m2");
        Assert.True(_answers.TryTake(isActive: false, hasAsked: true, Now, out List<string> messages));
        Assert.Equal(["m1", "m2"], messages);
        Assert.Equal(["out_1", "out_2"], _answers.TakeOutputs());
        Assert.Equal(Instant.Never, _answers.Due);
    }

    [Fact]
    public void When_all_is_there_while_the_response_runs_the_request_is_made_at_its_end()
    {
        Call("1");
        Call("2");
        Answer("1");
        _answers.Hold(null);
        Answer("2");
        _answers.Hold(null);
        Assert.False(_answers.TryTake(isActive: true, hasAsked: true, Now, out _));
        Assert.True(_answers.TryTake(isActive: false, hasAsked: false, Now, out _));
    }

    [Fact]
    public void An_output_that_nobody_gives_is_waited_for_once_and_not_for_ever()
    {
        Call("1");
        Call("2");
        Answer("1");
        _answers.Hold("m1");
        Assert.False(_answers.TryTake(isActive: false, hasAsked: true, Now, out _));
        Assert.Equal(Now + FunctionAnswers.Patience, _answers.Due);
        Assert.True(_answers.TryTake(isActive: false, hasAsked: false, _answers.Due, out _));

        Call("3");
        Answer("3");
        _answers.Hold("m3");
        Assert.True(_answers.TryTake(isActive: false, hasAsked: true, Now, out _));
    }

    [Fact]
    public void Who_asks_once_only_is_not_kept_waiting_when_the_last_output_is_there()
    {
        Call("1");
        Call("2");
        Answer("1");
        _answers.Hold(null);
        Assert.False(_answers.TryTake(isActive: false, hasAsked: true, Now, out _));
        Answer("2");
        Assert.Equal(Now + FunctionAnswers.Follows, _answers.Due);
        Assert.True(_answers.TryTake(isActive: false, hasAsked: false, _answers.Due, out _));
    }

    [Fact]
    public void A_call_that_somebody_else_answers_is_not_waited_for()
    {
        Call("1");
        Call("2");
        _answers.Handle(new ConversationItemAdded { Item = ConversationItem.FunctionOutput("2", "theirs") with { Id = "x" } });
        Answer("1");
        _answers.Hold(null);
        Assert.True(_answers.TryTake(isActive: false, hasAsked: true, Now, out _));
    }

    private void Call(string id) => _answers.Handle(new ResponseOutputItemDone { ResponseId = "r1", Item = new FunctionCallItem { Id = "item_" + id, CallId = id, Name = "f", Arguments = "{}" } });

    private void Answer(string id)
    {
        _answers.Add((FunctionCallOutputItem)ConversationItem.FunctionOutput(id, "yes") with { Id = "out_" + id });
        _answers.OnSent(Now);
    }
}
