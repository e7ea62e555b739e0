using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Calls;

/// <summary>A call over which the service does not answer any more counts as lost, whatever else is being done about it.</summary>
public sealed class SilentCallTests
{
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);        // the patience is 3 s, and it is looked at once a second

    [Fact]
    public async Task It_is_replaced_before_it_ends_by_itself()
    {
        await using Line line = await Line.StartAsync();
        SimulatedCall first = line.Current;
        first.Enter(SessionState.Disconnected);
        ReconnectingUpdate trying = await line.UpdateAsync<ReconnectingUpdate>();
        Assert.Equal((SessionEndReason.ConnectionLost, "The service has not answered for some seconds."), (trying.Lost.Reason, trying.Lost.Detail));
        ReconnectedUpdate back = await line.UpdateAsync<ReconnectedUpdate>();
        Assert.Equal("rtc_2", back.Change.CallId);
        await Line.AtOnceAsync(() => first.State == SessionState.Closed);
        Assert.False(line.Conversation.Completion.IsCompleted);
    }

    [Fact]
    public async Task One_that_comes_back_in_time_is_kept()
    {
        await using Line line = await Line.StartAsync();
        for (int i = 0; i < 3; i++)
        {
            line.Current.Enter(SessionState.Disconnected);
            await line.PassAsync(TimeSpan.FromSeconds(2));
            line.Current.Enter(SessionState.Connected);
            await line.PassAsync(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(1, line.Attempts);
        Assert.DoesNotContain(line.Updates, u => u is ReconnectingUpdate);
    }

    [Fact]
    public async Task A_patience_of_less_than_a_second_is_kept_to()
    {
        await using Line line = await Line.StartAsync(configure: options => options.Calls.DisconnectTimeout = TimeSpan.FromMilliseconds(200));
        line.Current.Enter(SessionState.Disconnected);
        await line.UntilAsync(() => line.Attempts == 2, TimeSpan.FromSeconds(1.4), TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task While_the_next_one_waits_for_a_quiet_moment_that_one_takes_over()
    {
        await using Line line = await NextWaitsAsync();
        SimulatedCall first = line.Current;
        first.Enter(SessionState.Disconnected);
        await line.UntilAsync(() => line.Updates.Any(u => u is ReconnectedUpdate), Soon);
        Assert.Equal("rtc_2", line.Updates.OfType<ReconnectedUpdate>().Single().Change.CallId);
        Assert.Equal("The service has not answered for some seconds.", line.Updates.OfType<ReconnectingUpdate>().Single().Lost.Detail);
        Assert.DoesNotContain(line.Updates, u => u is RotatedUpdate);
        Assert.Equal(2, line.Attempts);
        await Line.AtOnceAsync(() => first.State == SessionState.Closed);
    }

    [Fact]
    public async Task While_the_next_one_is_being_opened_that_one_takes_over()
    {
        var open = new TaskCompletionSource();
        await using Line line = await Line.StartAsync(configure: Early, prepare: line => line.OnOpen = (attempt, _) => attempt > 1 ? open.Task : Task.CompletedTask);
        await line.UntilAsync(() => line.Attempts == 2, step: TimeSpan.FromSeconds(5));
        line.Current.Enter(SessionState.Disconnected);
        await line.UntilAsync(() => line.Updates.Any(u => u is ReconnectingUpdate), Soon);
        open.SetResult();
        Assert.Equal("rtc_2", (await line.UpdateAsync<ReconnectedUpdate>()).Change.CallId);
        Assert.Equal(2, line.Attempts);
    }

    [Fact]
    public async Task While_no_next_one_could_be_opened_it_is_replaced_as_any_other()
    {
        bool refuses = false;
        await using Line line = await Line.StartAsync(configure: Early, prepare: line => line.OnOpen = (_, _) => Volatile.Read(ref refuses)
            ? throw new RealtimeConnectException(ConnectPhase.Key, RealtimeFailure.KeyRefused, "Incorrect API key provided.") : Task.CompletedTask);
        Volatile.Write(ref refuses, true);
        await line.UntilAsync(() => line.Attempts == 2, step: TimeSpan.FromSeconds(5));        // which is hopeless: until the end of the call nothing else is tried
        Volatile.Write(ref refuses, false);
        line.Current.Enter(SessionState.Disconnected);
        await line.UntilAsync(() => line.Updates.Any(u => u is ReconnectedUpdate), Soon);
        Assert.Equal("rtc_3", line.Conversation.Session.CallId);
    }

    [Fact]
    public async Task Where_the_next_one_is_silent_as_well_another_is_opened()
    {
        await using Line line = await NextWaitsAsync();
        line.Calls[0].Enter(SessionState.Disconnected);
        line.Calls[1].Enter(SessionState.Disconnected);     // it was the network
        await line.UntilAsync(() => line.Updates.Any(u => u is ReconnectedUpdate), Soon);
        Assert.Equal("rtc_3", line.Updates.OfType<ReconnectedUpdate>().Single().Change.CallId);
        Assert.False(line.Calls[1].TookAudio);
        await Line.AtOnceAsync(() => line.Calls[1].State == SessionState.Closed);
    }

    [Fact]
    public async Task A_next_one_that_is_silent_does_not_take_over_from_one_that_is_not()
    {
        await using Line line = await NextWaitsAsync();
        line.Calls[1].Enter(SessionState.Disconnected);
        line.Calls[0].End("resp_1_1");
        RotatedUpdate rotated = await line.UpdateAsync<RotatedUpdate>();
        Assert.Equal("rtc_3", rotated.Change.CallId);
        Assert.DoesNotContain(line.Updates, u => u is ReconnectingUpdate);
    }

    [Fact]
    public async Task Without_a_limit_it_is_waited_for_until_the_session_says_that_it_has_ended()
    {
        await using Line line = await Line.StartAsync(configure: options => options.Calls.DisconnectTimeout = null);
        line.Current.Enter(SessionState.Disconnected);
        await line.PassAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(line.Updates, u => u is ReconnectingUpdate);
        line.Current.Lose();
        await line.UpdateAsync<ReconnectedUpdate>();
    }

    private static void Early(VoiceConversationOptions options) => options.Calls.RotateAfter = Age;

    // A call that has grown old, with a response under way, and the next one beside it.
    private static async Task<Line> NextWaitsAsync()
    {
        Line line = await Line.StartAsync(configure: Early);
        await line.PassAsync(Age - TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
        line.Current.Begin();
        await line.UntilAsync(() => line.Calls.Count == 2, TimeSpan.FromSeconds(15));
        return line;
    }
}
