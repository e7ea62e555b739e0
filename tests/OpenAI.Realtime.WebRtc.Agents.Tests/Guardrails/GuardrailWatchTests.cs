using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Guardrails;

/// <summary>Which words are checked, and when.</summary>
public sealed class GuardrailWatchTests
{
    private static readonly VoiceAgent Agent = new() { Guardrails = [new VoiceGuardrail("any", _ => GuardrailVerdict.Pass)] };

    private readonly GuardrailWatch _watch = new(wordsBetweenChecks: 3);

    [Fact]
    public void A_check_waits_for_its_words_and_sees_all_until_then()
    {
        _watch.Begin("r1", Agent);
        Say("Once up");
        Assert.False(_watch.TryTake(out _, out _));
        Say("on a");
        (GuardedResponse response, GuardrailText text) = Take();
        Assert.Equal(("r1", "Once upon a", false), (text.ResponseId, text.Text, text.IsComplete));
        Say(" time there was a princess");
        Assert.False(_watch.TryTake(out _, out _));     // one at a time
        _watch.Finish(response, text, isRefused: false);
        Assert.Equal("Once upon a time there was a princess", Take().Text.Text);
    }

    [Fact]
    public void The_end_is_always_checked_and_then_nothing_more()
    {
        _watch.Begin("r1", Agent);
        Say("Yes.");
        _watch.Handle(Service.Ends("r1"));
        (GuardedResponse response, GuardrailText text) = Take();
        Assert.True(text.IsComplete);
        _watch.Finish(response, text, isRefused: false);
        Say("A word that comes too late to be one.");
        Assert.False(_watch.TryTake(out _, out _));
    }

    [Fact]
    public void What_is_refused_is_not_checked_again()
    {
        _watch.Begin("r1", Agent);
        Say("one two three");
        (GuardedResponse response, GuardrailText text) = Take();
        _watch.Finish(response, text, isRefused: true);
        Say("four five six seven");
        _watch.Handle(Service.Ends("r1"));
        Assert.False(_watch.TryTake(out _, out _));
    }

    [Fact]
    public void What_the_user_has_cut_off_is_not_checked_any_more()
    {
        _watch.Begin("r1", Agent);
        Say("one two three");
        (GuardedResponse response, GuardrailText text) = Take();
        Say("four five six");
        _watch.Handle(Service.Ends("r1", status: "cancelled"));
        _watch.Finish(response, text, isRefused: false);
        Assert.False(_watch.TryTake(out _, out _));
    }

    [Fact]
    public void Messages_stand_on_lines_of_their_own_and_a_whole_text_fills_in_for_its_pieces()
    {
        _watch.Begin("r1", Agent);
        _watch.Handle(Service.SaysWords("r1", "a1", "One"));
        _watch.Handle(Service.SaidAll("r1", "a1", "One moment."));
        _watch.Handle(Service.SaidAll("r1", "a2", "Here it is."));
        _watch.Handle(Service.SaidAll("r1", "a2", "Here it is."));
        _watch.Handle(Service.Ends("r1"));
        Assert.Equal("One moment.\nHere it is.", Take().Text.Text);
    }

    [Fact]
    public void Where_no_spaces_are_written_each_character_is_a_word()
    {
        _watch.Begin("r1", Agent);
        Say("你好");
        Assert.False(_watch.TryTake(out _, out _));
        Say("吗");
        Assert.Equal("你好吗", Take().Text.Text);
    }

    [Fact]
    public void Responses_that_nobody_can_check_in_time_make_room_and_are_told()
    {
        _watch.Begin("r0", Agent);
        Say("one two three", "r0");
        Take();     // and hangs
        for (int i = 1; i <= 8; i++)
        {
            _watch.Begin($"r{i}", Agent);
            Say("one two three", $"r{i}");
        }

        Assert.True(_watch.TryTakeSkipped(out GuardedResponse? skipped));
        Assert.Equal("r1", skipped.Id);
        Assert.False(_watch.TryTakeSkipped(out _));
    }

    [Fact]
    public void A_text_without_end_is_looked_at_by_its_newest_part()
    {
        _watch.Begin("r1", Agent);
        for (int i = 0; i < 30; i++)
            _watch.Handle(Service.SaysWords("r1", $"a{i % 3}", new string((char)('a' + i % 26), 10_000) + " "));
        for (int i = 0; i < 1_000; i++)
            _watch.Handle(Service.SaysWords("r1", $"b{i}", "x"));
        Assert.InRange(Take().Text.Text.Length, 90_000, 100_100);
    }

    private void Say(string words, string responseId = "r1") => _watch.Handle(Service.SaysWords(responseId, "a1", words));

    private (GuardedResponse Response, GuardrailText Text) Take()
    {
        Assert.True(_watch.TryTake(out GuardedResponse? response, out GuardrailText? text));
        return (response, text);
    }
}
