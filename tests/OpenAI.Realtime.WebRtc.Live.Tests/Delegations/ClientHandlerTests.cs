using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Live.Tests.Session;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Delegations;

/// <summary>Code of the program that does what is handed over, against a scripted service.</summary>
public sealed class ClientHandlerTests : LiveHarness
{
    [Fact]
    public async Task A_task_gets_what_the_user_said_and_its_result_is_spoken_under_its_id()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveClientHandler(async (task, token) =>
        {
            Assert.True(await task.TellProgressAsync("Looking it up.", token));
            return $"Answer to: {task.Request}";
        })));
        Heard("What is", 0);
        Heard(" the time?", 300);
        Delegate("del_1");
        LiveThinkingAppend progress = await SentAsync<LiveThinkingAppend>();
        Assert.Equal(("Looking it up.", "del_1"), (progress.Content, progress.DelegationId));
        Acknowledge(progress);
        LiveCommentaryAppend result = await SentAsync<LiveCommentaryAppend>();
        Assert.Equal(("Answer to: What is the time?", "del_1"), (result.Content, result.DelegationId));
    }

    [Fact]
    public async Task A_task_that_arrives_three_times_runs_once()
    {
        int runs = 0;
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveClientHandler((task, _) => Task.FromResult<string?>($"{task.Id} {Interlocked.Increment(ref runs)}"))));
        Delegate("del_1", "e1");
        Delegate("del_1", "e1");
        Delegate("del_1", "e2");
        Delegate("del_2", "e3");
        string?[] said = [await AnsweredAsync(), await AnsweredAsync()];
        Assert.Equal(["del_1", "del_2"], said.Select(text => text!.Split(' ')[0]).Order());
        await session.CloseAsync().Within();
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task Code_that_throws_takes_too_long_or_has_nothing_to_say_is_answered_for()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var begun = new TaskCompletionSource();
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveClientHandler(async (task, token) =>
        {
            if (task.Id == "throws")
                throw new InvalidOperationException("secret");
            if (task.Id == "hangs")
            {
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, token);
            }
            return null;
        })
        {
            FailureText = "It failed.",
            Settle = TimeSpan.Zero,
        }), time);
        Delegate("throws", "e1");
        Assert.Equal("It failed.", await AnsweredAsync());
        Delegate("silent", "e2");
        LiveThinkingAppend nothing = await SentAsync<LiveThinkingAppend>();
        Assert.Equal(("silent", ClientLedger.Done), (nothing.DelegationId, nothing.Content));
        Acknowledge(nothing);
        Delegate("hangs", "e3");
        await begun.Task.Within();
        await time.UntilAsync(SentAsync<LiveCommentaryAppend>(), TimeSpan.FromSeconds(30));
        await session.CloseAsync().Within();
    }

    [Fact]
    public async Task A_newer_task_replaces_those_before_it_when_that_is_wanted()
    {
        var stopped = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        bool? stale = null;
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveClientHandler(async (task, token) =>
        {
            if (task.Id == "del_2")
                return "new";
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default);
            stale = await task.SayAsync("stale", CancellationToken.None);
            stopped.SetResult();
            return "old";
        })
        {
            OnlyNewest = true,
            Settle = TimeSpan.Zero,
        }));
        Delegate("del_1", "e1");
        await begun.Task.Within();
        Delegate("del_2", "e2");
        LiveThinkingAppend replaced = await SentAsync<LiveThinkingAppend>();
        Assert.Equal(("del_1", ClientLedger.Replaced), (replaced.DelegationId, replaced.Content));
        Acknowledge(replaced);
        Assert.Equal("new", await AnsweredAsync());
        await stopped.Task.Within();
        Assert.False(stale);
    }

    [Fact]
    public async Task A_text_that_the_service_counts_as_too_long_is_halved_and_one_for_an_unknown_task_is_said_all_the_same()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveClientHandler((_, _) => Task.FromResult<string?>("First sentence. Second sentence."))));
        Delegate("del_1");
        LiveCommentaryAppend whole = await SentAsync<LiveCommentaryAppend>();
        Refuse(whole, "invalid_value", "Context append text must not exceed 500 tokens");
        LiveCommentaryAppend first = await SentAsync<LiveCommentaryAppend>();
        Assert.Equal("First sentence.", first.Content);
        Refuse(first, null, "Unknown client delegation.");
        LiveCommentaryAppend again = await SentAsync<LiveCommentaryAppend>();
        Assert.Equal(("First sentence.", null), (again.Content, again.DelegationId));
        Acknowledge(again);
        Assert.Equal("Second sentence.", await AnsweredAsync());
    }

    [Fact]
    public async Task The_end_of_the_sentence_is_waited_for()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        Starts();
        var asked = new TaskCompletionSource<string>();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveClientHandler((task, _) =>
        {
            asked.SetResult(task.Request);
            return Task.FromResult<string?>("x");
        })
        {
            Settle = TimeSpan.FromMilliseconds(800),
        }), time);
        Heard("Book a table", 0);
        Delegate("del_1");
        Heard(" for two", 500);
        await VirtualTime.HoldsAsync(() => session.Transcript.Turns is [{ Text: "Book a table for two" }]);
        await time.UntilAsync(asked.Task, TimeSpan.FromMilliseconds(100));
        Assert.Equal("Book a table for two", await asked.Task);
    }

    [Fact]
    public void A_handler_that_contradicts_the_session_is_refused()
    {
        var handler = new LiveClientHandler((_, _) => Task.FromResult<string?>(null));
        Assert.Throws<ArgumentException>(() => handler.Configure(new LiveSessionConfig { Delegation = new LiveDecisionsDelegation() }));
        handler.Configure(new LiveSessionConfig { Delegation = new LiveClientDelegation() });
        handler.MaxTasks = 0;
        Assert.Throws<ArgumentOutOfRangeException>(() => handler.Configure(new LiveSessionConfig()));
    }

    private static LiveConnectOptions With(LiveClientHandler handler) => new() { Delegation = handler };

    private async Task<string?> AnsweredAsync()
    {
        LiveCommentaryAppend said = await SentAsync<LiveCommentaryAppend>();
        Acknowledge(said);
        return said.Content;
    }

    private void Heard(string text, int start) => Peer.Receive($$"""{"type":"session.input_transcript.delta","event_id":"in_{{start}}","delta":"{{text}}","start_ms":{{start}},"end_ms":{{start + 200}}}""");

    private void Delegate(string id, string eventId = "event_d") =>
        Peer.Receive($$$"""{"type":"session.delegation.created","event_id":"{{{eventId}}}","offset_ms":10,"delegation":{"id":"{{{id}}}","type":"delegation","target":"client"}}""");
}
