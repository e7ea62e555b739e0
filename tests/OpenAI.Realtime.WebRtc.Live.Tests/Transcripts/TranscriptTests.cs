using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Transcripts;

public sealed class TranscriptTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LiveTranscript _transcript;

    public TranscriptTests() => _transcript = new LiveTranscript(_time);

    [Fact]
    public void Pieces_of_one_side_are_one_turn_until_the_other_speaks()
    {
        User("What", 0, 200);
        User(" time", 200, 400);
        User(" is it?", 400, 800);
        Assistant("It is", 1_500, 1_700);
        Assistant(" noon.", 1_700, 2_000);
        User("Thanks", 2_500, 2_700);
        Assert.Equal(["user: What time is it?", "assistant: It is noon.", "user: Thanks"], _transcript.Turns.Select(turn => turn.ToString()));
        Assert.Equal([LiveTurnEnd.SpeakerChange, LiveTurnEnd.SpeakerChange, null], _transcript.Turns.Select(turn => turn.Closed));
        Assert.Equal([null, "turn_1", "turn_2"], _transcript.Turns.Select(turn => turn.PreviousId));
        Assert.Equal((TimeSpan.FromMilliseconds(1_500), TimeSpan.FromMilliseconds(2_000)), (_transcript.Turns[1].Start, _transcript.Turns[1].End));
    }

    [Fact]
    public void An_mhm_of_the_models_does_not_cut_the_users_turn()
    {
        User("I was there", 0, 1_000);
        Assistant("Mhm.", 1_100, 1_400);
        User(" and it rained", 1_500, 2_200);
        LiveTurn[] turns = [.. _transcript.Turns];
        Assert.Equal(["user: I was there and it rained", "assistant: Mhm."], turns.Select(turn => turn.ToString()));
        Assert.Equal([false, true], turns.Select(turn => turn.IsBackchannel));
        Assert.DoesNotContain(_transcript.ToInput(), message => message.ToString().Contains("Mhm", StringComparison.Ordinal));
    }

    [Fact]
    public void A_sentence_of_the_models_between_two_of_the_users_is_a_turn()
    {
        User("I was there", 0, 1_000);
        Assistant("Where were you?", 1_100, 1_900);
        User("In Rome", 2_500, 3_000);
        Assert.Equal(["user: I was there", "assistant: Where were you?", "user: In Rome"], _transcript.Turns.Select(turn => turn.ToString()));
    }

    [Fact]
    public void A_model_that_interrupts_takes_the_turn_when_the_user_stops()
    {
        User("So then", 0, 1_000);
        Assistant("Wait", 1_200, 1_400);
        Assistant(" a moment", 1_600, 2_000);
        Assert.Equal(["user: So then", "assistant: Wait a moment"], _transcript.Turns.Select(turn => turn.ToString()));
    }

    [Fact]
    public void A_model_that_says_nothing_for_two_seconds_has_ended_its_turn()
    {
        Assistant("Hello.", 0, 500);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(LiveTurnEnd.Inactivity, Assert.Single(_transcript.Turns).Closed);
        Assistant("Still there?", 5_000, 5_500);
        Assert.Equal(2, _transcript.Turns.Count);
    }

    [Fact]
    public void A_word_beside_the_user_becomes_a_turn_when_nothing_follows()
    {
        User("It works", 0, 1_000);
        Assistant("Sure", 1_100, 1_300);
        Assert.Single(_transcript.Turns);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["user: It works", "assistant: Sure"], _transcript.Turns.Select(turn => turn.ToString()));
    }

    [Fact]
    public void A_clock_that_begins_anew_closes_everything()
    {
        User("One", 10_000, 10_500);
        User("Two", 0, 500);
        Assert.Equal(["user: One", "user: Two"], _transcript.Turns.Select(turn => turn.ToString()));
        Assert.Equal(LiveTurnEnd.ClockReset, _transcript.Turns[0].Closed);
    }

    [Fact]
    public void Pieces_without_times_and_empty_ones_are_taken_as_they_come()
    {
        _transcript.Handle(new LiveInputTranscriptDelta { Delta = "Hello" });
        _transcript.Handle(new LiveInputTranscriptDelta { Delta = "" });
        _transcript.Handle(new LiveInputTranscriptDelta { Delta = " there", Start = TimeSpan.FromSeconds(1) });
        Assert.Equal("user: Hello there", Assert.Single(_transcript.Turns).ToString());
    }

    [Fact]
    public async Task It_can_be_read_while_it_grows_by_several()
    {
        IAsyncEnumerator<LiveTurn> first = _transcript.ReadAsync().GetAsyncEnumerator(), second = _transcript.ReadAsync().GetAsyncEnumerator();
        User("One", 0, 200);
        Assert.True(await first.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("One", first.Current.Text);
        ValueTask<bool> next = first.MoveNextAsync();
        Assert.False(next.IsCompleted);
        User(" two", 200, 400);
        Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("One two", first.Current.Text);
        Assert.True(await second.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("One two", second.Current.Text);       // both pieces at once

        _transcript.End();
        Assert.True(await first.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(LiveTurnEnd.SessionEnded, first.Current.Closed);
        Assert.False(await first.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        await first.DisposeAsync();
        await second.DisposeAsync();
    }

    [Fact]
    public void The_newest_of_it_is_what_another_session_begins_with()
    {
        for (int i = 0; i < 300; i++)
        {
            User($"Question {i}", i * 2_000, i * 2_000 + 500);
            Assistant($"Answer {i}", i * 2_000 + 1_100, i * 2_000 + 1_500);
        }
        IReadOnlyList<LiveMessage> input = _transcript.ToInput();
        Assert.Equal(128, input.Count);
        Assert.Equal(LiveRole.Developer, input[0].Role);
        Assert.Equal(LiveRole.Assistant, input[^1].Role);
        Assert.True(_transcript.ToInput(maxTokens: 100).Count < 40);
        Assert.Throws<ArgumentOutOfRangeException>(() => _transcript.ToInput(maxTokens: 0));
    }

    [Fact]
    public void Whatever_the_service_sends_grows_no_further_than_its_bounds()
    {
        for (int i = 0; i < 3_000; i++)
        {
            User("x", i * 10_000, i * 10_000 + 1);
            Assistant("This is no acknowledgement", i * 10_000 + 5_000, i * 10_000 + 5_001);
        }
        Assert.Equal(LiveTranscript.MaxTurns, _transcript.Turns.Count);
        var other = new LiveTranscript(_time);
        for (int i = 0; i < 40; i++)
            other.Handle(new LiveInputTranscriptDelta { Delta = new string('x', 10_000), Start = TimeSpan.FromSeconds(i), End = TimeSpan.FromSeconds(i + 1) });
        Assert.All(other.Turns, turn => Assert.True(turn.Text.Length < 2 * TranscriptTurns.LongestTurn));
        Assert.Equal(400_000, other.Turns.Sum(turn => turn.Text.Length));
    }

    private void User(string text, int start, int end) =>
        _transcript.Handle(new LiveInputTranscriptDelta { Delta = text, Start = TimeSpan.FromMilliseconds(start), End = TimeSpan.FromMilliseconds(end) });

    private void Assistant(string text, int start, int end) =>
        _transcript.Handle(new LiveOutputTranscriptDelta { Delta = text, Start = TimeSpan.FromMilliseconds(start), End = TimeSpan.FromMilliseconds(end) });
}
