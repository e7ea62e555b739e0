using OpenAI.Realtime.WebRtc.Agents.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Calls;

/// <summary>Whatever is under way, closing ends it, and no call is left behind (which <see cref="Line.DisposeAsync"/> looks at).</summary>
public sealed class CloseTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_the_next_call_is_opened(bool honoursToken)
    {
        var open = new TaskCompletionSource();
        Task opening = Task.CompletedTask;
        await using Line line = await Line.StartAsync(prepare: line => line.OnOpen = (attempt, token) => attempt == 1 ? Task.CompletedTask : opening = honoursToken ? open.Task.WaitAsync(token) : open.Task);
        await line.UntilAsync(() => line.Attempts == 2, TimeSpan.FromHours(1), TimeSpan.FromSeconds(5));
        Task closed = line.Conversation.CloseAsync();
        await closed.WaitAsync(Talk.Patience);
        Assert.Equal(ConversationEndReason.ClosedLocally, (await line.Conversation.Completion).Reason);
        if (honoursToken)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(Talk.Patience));
            return;
        }

        open.SetResult();           // it comes too late, and is hung up
        await Line.AtOnceAsync(() => line.Calls.Count == 2 && line.Calls[1].State == SessionState.Closed);
    }

    [Fact]
    public async Task While_the_next_call_waits_for_a_quiet_moment()
    {
        await using Line line = await Line.StartAsync();
        line.Current.Begin();
        await line.UntilAsync(() => line.Calls.Count == 2, TimeSpan.FromHours(1), TimeSpan.FromSeconds(5));
        await line.Conversation.CloseAsync().WaitAsync(Talk.Patience);
        await Line.AtOnceAsync(() => line.Calls.All(call => call.State == SessionState.Closed));
    }

    [Fact]
    public async Task While_a_lost_call_is_being_replaced()
    {
        var open = new TaskCompletionSource();
        await using Line line = await Line.StartAsync(prepare: line => line.OnOpen = (attempt, _) => attempt == 1 ? Task.CompletedTask : open.Task);
        Task<Events.ResponseSnapshot> asked = line.Conversation.RespondAsync();
        line.Current.Lose();
        await line.UntilAsync(() => line.Attempts == 2);
        await line.Conversation.CloseAsync().WaitAsync(Talk.Patience);
        Assert.Equal(ConversationEndReason.ClosedLocally, (await line.Conversation.Completion).Reason);
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => asked.WaitAsync(Talk.Patience));
        open.SetResult();
        await Line.AtOnceAsync(() => line.Calls.Count == 2 && line.Calls[1].State == SessionState.Closed);
    }

    [Fact]
    public async Task While_the_next_attempt_is_waited_for()
    {
        await using Line line = await Line.StartAsync(prepare: line => line.OnOpen = static (attempt, _) => attempt == 1 ? Task.CompletedTask : throw new IOException("No."));
        line.Current.Lose();
        await line.UntilAsync(() => line.Attempts == 2);
        await line.SettleAsync();
    }

    [Fact]
    public async Task An_attempt_that_hangs_is_given_up_and_what_comes_of_it_is_hung_up()
    {
        var open = new TaskCompletionSource();
        await using Line line = await Line.StartAsync(prepare: line => line.OnOpen = (attempt, _) => attempt == 2 ? open.Task : Task.CompletedTask);
        line.Current.Lose();
        ReconnectedUpdate back = await line.UpdateAsync<ReconnectedUpdate>();
        Assert.Equal("rtc_3", back.Change.CallId);
        Assert.InRange(back.Change.Gap, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(32));
        open.SetResult();
        await Line.AtOnceAsync(() => line.Calls.SingleOrDefault(call => call.Number == 2)?.State == SessionState.Closed);
    }

    [Fact]
    public async Task A_beginning_that_fails_leaves_no_call()
    {
        SimulatedCall? call = null;
        var none = new VoiceConversationOptions { TimeProvider = new Microsoft.Extensions.Time.Testing.FakeTimeProvider() };
        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => VoiceConversation.StartAsync(_ =>
        {
            call = new SimulatedCall(1);
            cancelled.Cancel();
            return Task.FromResult<IRealtimeSession>(call);
        }, new VoiceAgent(), none, cancelled.Token).WaitAsync(Talk.Patience));
        Assert.Equal(SessionState.Closed, call!.State);
        await Assert.ThrowsAsync<IOException>(() => VoiceConversation.StartAsync(_ => throw new IOException("No."), new VoiceAgent(), none));
    }

    [Fact]
    public async Task Options_out_of_their_range_are_told_before_anything_is_opened()
    {
        foreach (Action<VoiceConversationOptions> spoil in new Action<VoiceConversationOptions>[]
        {
            o => o.Calls.RotateAfter = TimeSpan.Zero, o => o.Calls.MaxAge = TimeSpan.FromMinutes(56), o => o.Calls.QuietTime = TimeSpan.FromSeconds(-1), o => o.Calls.ReconnectTimeout = TimeSpan.FromSeconds(-1),
            o => o.Calls.RetryDelay = TimeSpan.Zero, o => o.Calls.MaxRetryDelay = TimeSpan.Zero, o => o.Calls.ConnectTimeout = TimeSpan.Zero, o => o.Limits.IdleTimeout = TimeSpan.Zero,
            o => o.Limits.MaxDuration = TimeSpan.Zero, o => o.Limits.MaxTokens = 0, o => o.Limits.FarewellTimeout = TimeSpan.Zero,
        })
        {
            var options = new VoiceConversationOptions();
            spoil(options);
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => VoiceConversation.StartAsync(_ => throw new InvalidOperationException("It was opened."), new VoiceAgent(), options));
        }
    }
}
