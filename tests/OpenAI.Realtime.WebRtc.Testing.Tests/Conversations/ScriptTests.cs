using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Conversations;

public sealed class ScriptTests
{
    [Fact]
    public async Task Any_event_can_be_injected()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnConnected = (call, _) =>
        {
            call.SendEvent("""{"type":"something.new","value":42}""");
            call.SendError("server_busy", "Not now.", "server_error");
            return Task.CompletedTask;
        };
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        Assert.Equal(42, (int)(await caller.WaitAsync("something.new"))["value"]!);
        Assert.Equal("server_busy", (string?)(await caller.WaitAsync("error"))["error"]!["code"]);
    }

    [Fact]
    public async Task A_function_is_called_and_its_output_reaches_the_script()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(turn.FunctionOutputs.Count == 0
            ? RealtimeTestReply.CallFunction("get_weather", """{"city":"Bern"}""")
            : RealtimeTestReply.Say("It is " + turn.FunctionOutputs.Single().Value, RealtimeTestAudio.Silence(TimeSpan.FromMilliseconds(20))));
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.Session.SendAsync(new ResponseCreate());
        JsonNode call = await caller.WaitAsync("response.function_call_arguments.done");
        await caller.WaitAsync("response.done");
        await caller.SendAsync($$$"""{"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"{{{call["call_id"]}}}","output":"sunny"}}""");
        await caller.Session.SendAsync(new ResponseCreate());
        JsonNode said = await caller.WaitAsync("response.output_audio_transcript.done");

        Assert.Equal(("get_weather", """{"city":"Bern"}"""), ((string?)call["name"], (string?)call["arguments"]));
        Assert.Equal("It is sunny", (string?)said["transcript"]);
    }

    [Fact]
    public async Task A_reply_can_fail_and_a_script_that_throws_fails_it_too()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(new RealtimeTestReply { FailWith = "rate_limit_exceeded" });
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.Session.SendAsync(new ResponseCreate());
        JsonNode failed = (await caller.WaitAsync("response.done"))["response"]!;
        endpoint.Script.OnResponse = (_, _) => throw new InvalidOperationException("The script has a bug.");
        await caller.Session.SendAsync(new ResponseCreate());
        JsonNode error = (await caller.WaitAsync("error"))["error"]!;

        Assert.Equal("failed", (string?)failed["status"]);
        Assert.Equal("rate_limit_exceeded", (string?)failed["status_details"]!["error"]!["code"]);
        Assert.Equal("server_error", (string?)error["type"]);
        Assert.Contains("The script has a bug.", (string?)error["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_script_can_take_events_for_itself()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnEvent = (call, e) =>
        {
            if ((string?)e["type"] != "my.event")
                return false;
            call.SendEvent("""{"type":"my.answer"}""");
            return true;
        };
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.SendAsync("""{"type":"my.event"}""");
        await caller.WaitAsync("my.answer");
        RealtimeTestEvent received = await caller.Call.WaitForEventAsync("my.event");

        Assert.Equal("""{"type":"my.event"}""", received.ToString());
        Assert.DoesNotContain("error", caller.ReceivedTypes);
    }

    [Fact]
    public async Task The_assistant_can_speak_without_being_asked()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        Assert.True(caller.Call.TryRespond(RealtimeTestReply.Say("Are you still there?", RealtimeTestAudio.Silence(TimeSpan.FromMilliseconds(40)))));

        Assert.Equal("Are you still there?", (string?)(await caller.WaitAsync("response.output_audio_transcript.done"))["transcript"]);
    }

    [Fact]
    public async Task A_session_that_expires_says_so_and_ends()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.Call.ExpireSessionAsync();
        SessionEnd end = await caller.Session.Completion.WaitAsync(Caller.Patience);

        Assert.Equal("session_expired", (string?)(await caller.WaitAsync("error"))["error"]!["code"]);
        Assert.Equal(SessionEndReason.SessionExpired, end.Reason);
    }

    [Fact]
    public async Task A_session_expires_by_itself_after_its_longest_time()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new() { SessionDuration = TimeSpan.FromMilliseconds(300) });
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        SessionEnd end = await caller.Session.Completion.WaitAsync(Caller.Patience);

        Assert.Equal(SessionEndReason.SessionExpired, end.Reason);
    }

    [Fact]
    public async Task The_service_can_hang_up()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.Call.HangUpAsync();

        Assert.Equal(SessionEndReason.ClosedByPeer, (await caller.Session.Completion.WaitAsync(Caller.Patience)).Reason);
        Assert.Equal(PeerEndReason.ClosedLocally, (await caller.Call.Completion.WaitAsync(Caller.Patience)).Reason);
    }

    [Fact]
    public async Task A_client_that_hangs_up_ends_its_call()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.DisposeAsync();

        Assert.True((await caller.Call.Completion.WaitAsync(Caller.Patience)).IsOrderly);
    }

    [Fact]
    public async Task A_call_that_was_hung_up_by_its_id_ends_at_once_though_the_client_is_gone()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new() { EmulateNetwork = true });
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        (caller.Call.Network.AudioOnly, caller.Call.Network.LossFromClient) = (false, 1);     // nothing of the client's comes, its goodbye included

        using var api = Api.For(endpoint);
        await api.PostAsync($"/realtime/calls/{caller.Call.Id}/hangup");
        PeerEnd end = await caller.Call.Completion.WaitAsync(Caller.Patience);

        // Not "the peer did not confirm in time": nobody waited for it, and it was told.
        Assert.Equal((PeerEndReason.ClosedLocally, "Closing in good order was cancelled."), (end.Reason, end.Detail));
        Assert.Equal(SessionEndReason.ClosedByPeer, (await caller.Session.Completion.WaitAsync(Caller.Patience)).Reason);
    }

    [Fact]
    public async Task A_hook_that_does_not_heed_the_end_of_the_call_does_not_hold_it_up()
    {
        var never = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        var time = new NoTimersProvider();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new() { TimeProvider = time });
        endpoint.Script.OnConnected = (_, _) =>
        {
            entered.SetResult();
            return never.Task;
        };
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        await entered.Task.WaitAsync(Caller.Patience);

        await caller.Call.HangUpAsync();

        Assert.Equal(PeerEndReason.ClosedLocally, (await caller.Call.Completion.WaitAsync(Caller.Patience)).Reason);
    }

    [Fact]
    public async Task Disposing_the_endpoint_hangs_every_call_up()
    {
        RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await endpoint.DisposeAsync();

        Assert.Equal(SessionEndReason.ClosedByPeer, (await caller.Session.Completion.WaitAsync(Caller.Patience)).Reason);
        Assert.Equal(0, endpoint.OpenCalls);
    }

    [Fact]
    public async Task Audio_is_lost_in_the_emulated_network_and_events_are_not()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new() { EmulateNetwork = true });
        endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("lossy", RealtimeTestAudio.Tone(600, TimeSpan.FromSeconds(2))));
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        caller.Call.Network.Seed(7);
        caller.Call.Network.LossToClient = 0.3;
        caller.Call.Network.LossFromClient = 0.3;

        await caller.Session.SendAsync(new ResponseCreate());
        await caller.WaitAsync("output_audio_buffer.stopped");
        await caller.Loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(300));

        Assert.True(caller.Call.Network.Lost > 10, $"{caller.Call.Network.Lost} datagrams were lost.");
        Assert.True(caller.Session.GetStatistics().Audio.Received.Lost > 0, "The client noticed no loss.");
        Assert.True(caller.Call.Uplink.Lost > 0, "The endpoint noticed no loss.");
        Assert.InRange(caller.Loudspeaker.Loud.DominantFrequency, 575, 625);       // 600 Hz; a frame made up on a busy machine moves the peak
    }

    [Fact]
    public async Task A_waiter_learns_what_came_instead()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);
        await caller.SendAsync("""{"type":"input_audio_buffer.clear"}""");
        await caller.Call.WaitForEventAsync("input_audio_buffer.clear");

        var timeout = await Assert.ThrowsAsync<TimeoutException>(() => caller.Call.WaitForEventAsync("response.create", timeout: TimeSpan.FromMilliseconds(50)));
        Task<RealtimeTestEvent> waiting = caller.Call.WaitForEventAsync("response.create");
        await caller.Call.HangUpAsync();

        Assert.Contains("input_audio_buffer.clear", timeout.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
    }

    /// <summary>A clock that runs, with timers that never fire: what waits for time waits for ever.</summary>
    private sealed class NoTimersProvider : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer();

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
