using System.Net;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Sideband;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Sideband;

/// <summary>Breaks, ends, and what may be sent when.</summary>
public sealed class LifeTests : RealtimeSidebandHarness
{
    [Fact]
    public async Task A_break_is_told_between_the_events_before_it_and_those_after_it()
    {
        (RealtimeSideband sideband, ServedSocket first) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        await first.SendAsync(Event("event.before"));
        Assert.Equal("event.before", Assert.Single(await ReadAsync(sideband, 1)).Type);
        first.Break();
        SessionStateChange lost = await ChangeAsync(sideband);
        Assert.Equal(SessionState.Disconnected, lost.State);
        Assert.Contains("The WebSocket broke", lost.Reason, StringComparison.Ordinal);
        Assert.Contains("is missed", lost.Reason, StringComparison.Ordinal);
        ServedSocket second = await Server.NextAsync();
        SessionStateChange back = await ChangeAsync(sideband);
        Assert.Equal(SessionState.Connected, back.State);
        Assert.Contains("was missed", back.Reason, StringComparison.Ordinal);
        Assert.True(back.At >= lost.At);
        await second.SendAsync(Event("event.after"));
        Assert.Equal("event.after", Assert.Single(await ReadAsync(sideband, 1)).Type);
        Assert.False(sideband.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_service_that_is_short_of_breath_is_asked_again_until_it_answers()
    {
        (RealtimeSideband sideband, ServedSocket first) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        await Server.AskedAsync();
        Server.Fail(503, "busy");
        first.Break();
        await Server.AskedAsync();
        await Server.AskedAsync();
        Server.Instead = _ => Task.FromResult(false);
        await Server.NextAsync();
        Assert.Equal(SessionState.Disconnected, (await ChangeAsync(sideband)).State);
        Assert.Equal(SessionState.Connected, (await ChangeAsync(sideband)).State);
    }

    [Fact]
    public async Task What_is_sent_while_there_is_no_WebSocket_goes_by_the_next()
    {
        (RealtimeSideband sideband, ServedSocket first) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        await Server.AskedAsync();
        Server.Fail(503, "busy");
        first.Break();
        await Server.AskedAsync();
        Task[] sending = [.. Enumerable.Range(0, 3).Select(i => sideband.SendAsync(new ResponseCreate { EventId = $"mine_{i}" }).AsTask())];
        using var cancel = new CancellationTokenSource();
        Task given = sideband.SendAsync(new ResponseCancel(), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.Within());
        Server.Instead = _ => Task.FromResult(false);
        ServedSocket second = await Server.NextAsync();
        string[] came = [await second.ReceiveAsync() ?? "", await second.ReceiveAsync() ?? "", await second.ReceiveAsync() ?? ""];
        await Task.WhenAll(sending).Within();
        for (int i = 0; i < 3; i++)
            Assert.Contains(came, json => json.Contains($"mine_{i}", StringComparison.Ordinal));
        Assert.Equal(3, sideband.GetStatistics().EventsSent);
    }

    [Fact]
    public async Task It_ends_with_the_call()
    {
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await socket.SendAsync(Event("event.last"));
        Server.EndCall();
        await socket.CloseAsync(1000, "call ended");
        SessionEnd end = await sideband.Completion.Within();
        Assert.Equal(SessionEndReason.ClosedByPeer, end.Reason);
        Assert.Contains("The call has ended", end.Detail, StringComparison.Ordinal);
        Assert.Contains("1000: call ended", end.Detail, StringComparison.Ordinal);
        Assert.Equal("event.last", Assert.Single(await ReadAsync(sideband)).Type);
        Assert.Equal([SessionState.Disconnected, SessionState.Closed], (await sideband.StateChanges.ReadAllAsync().ToListAsync()).Select(change => change.State));
        var e = await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => sideband.SendAsync(new ResponseCreate()).AsTask());
        Assert.Equal(end, e.End);
        await sideband.DisposeAsync().AsTask().Within();
        Assert.DoesNotContain(Server.Requests, request => request.Path.EndsWith("/hangup", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_goodbye_while_the_call_goes_on_is_no_end()
    {
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        await socket.CloseAsync(1001, "going away");
        await Server.NextAsync();
        Assert.Equal(SessionState.Disconnected, (await ChangeAsync(sideband)).State);
        Assert.Equal(SessionState.Connected, (await ChangeAsync(sideband)).State);
    }

    [Fact]
    public async Task A_key_that_is_refused_later_ends_it_and_the_end_has_the_failure()
    {
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        Server.Fail(401, "invalid_api_key");
        socket.Break();
        SessionEnd end = await sideband.Completion.Within();
        Assert.Equal((SessionEndReason.ConnectionLost, RealtimeFailure.KeyRefused), (end.Reason, end.Error!.Failure));
        Assert.Contains("API key was refused", end.Detail, StringComparison.Ordinal);
        Assert.Equal(2, Server.Requests.Count);
    }

    [Fact]
    public async Task A_service_that_stays_away_ends_it_after_the_limit()
    {
        var time = new ManualTimeProvider();
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync(new() { ReconnectTimeout = TimeSpan.FromSeconds(20) }, time);
        Server.Fail(503, "busy");
        socket.Break();
        await PassWaitsUntilAsync(time, sideband.Completion);
        SessionEnd end = await sideband.Completion;
        Assert.Equal((SessionEndReason.ConnectionLost, HttpStatusCode.ServiceUnavailable), (end.Reason, end.Error!.HttpStatus));
        Assert.True(time.Now >= TimeSpan.FromSeconds(20), $"{time.Now}");
        Assert.InRange(Server.Requests.Count, 5, 20);
    }

    [Fact]
    public async Task A_service_that_takes_it_and_closes_at_once_each_time_ends_it_after_the_limit()
    {
        var time = new ManualTimeProvider();
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync(new() { ReconnectTimeout = TimeSpan.FromSeconds(20) }, time);
        Task closing = Task.Run(async () =>
        {
            while (true)
            {
                await socket.CloseAsync();
                socket = await Server.NextAsync();
            }
        });
        await PassWaitsUntilAsync(time, sideband.Completion);
        Assert.Equal(SessionEndReason.ConnectionLost, (await sideband.Completion).Reason);
        Assert.InRange(Server.Requests.Count, 5, 20);
        _ = closing.ContinueWith(static left => left.Exception, TaskScheduler.Default);
    }

    [Fact]
    public async Task Attaching_again_can_be_switched_off()
    {
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync(new() { ReconnectTimeout = TimeSpan.Zero });
        socket.Break();
        SessionEnd end = await sideband.Completion.Within();
        Assert.Equal(SessionEndReason.ConnectionLost, end.Reason);
        Assert.Contains("ReconnectTimeout", end.Detail, StringComparison.Ordinal);
        Assert.Single(Server.Requests);

        (sideband, socket) = await AttachAsync(new() { ReconnectTimeout = TimeSpan.Zero });
        await socket.CloseAsync();
        Assert.Equal(SessionEndReason.ClosedByPeer, (await sideband.Completion.Within()).Reason);
    }

    [Fact]
    public async Task A_session_that_has_expired_ends_it_as_such()
    {
        Options.HangUpTimeout = TimeSpan.FromMinutes(1);
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await socket.SendAsync("""{"type":"error","event_id":"event_1","error":{"type":"invalid_request_error","code":"session_expired","message":"60 minutes."}}""");
        Assert.Null(await socket.ReceiveAsync());
        await socket.CloseAsync();
        SessionEnd end = await sideband.Completion.Within();
        Assert.Equal((SessionEndReason.SessionExpired, "60 minutes."), (end.Reason, end.Detail));
        Assert.IsType<ServerError>(Assert.Single(await ReadAsync(sideband)));
        Assert.Single(Server.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Closing_says_goodbye_and_hangs_up_only_when_that_is_wanted(bool hangsUp)
    {
        Options.HangUpTimeout = TimeSpan.FromMinutes(1);
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync(new() { HangUpOnClose = hangsUp });
        Task closing = sideband.CloseAsync();
        Assert.Null(await socket.ReceiveAsync());
        await socket.CloseAsync();
        await closing.Within();
        await sideband.DisposeAsync().AsTask().Within();
        Assert.Equal(SessionEndReason.ClosedLocally, (await sideband.Completion.Within()).Reason);
        Assert.Equal(hangsUp ? 1 : 0, Server.Requests.Count(request => request.Path == "/v1/realtime/calls/rtc_1/hangup"));
        Assert.Equal([SessionState.Closing, SessionState.Closed], (await sideband.StateChanges.ReadAllAsync().ToListAsync()).Select(change => change.State));
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => sideband.SendAsync(new ResponseCreate()).AsTask());
    }

    [Fact]
    public async Task A_service_that_answers_no_goodbye_is_waited_for_no_longer_than_the_limit()
    {
        var time = new ManualTimeProvider();
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync(time: time);
        Task closing = sideband.CloseAsync();
        Assert.Null(await socket.ReceiveAsync());
        Assert.False(closing.IsCompleted);
        time.Advance(Options.HangUpTimeout);
        await closing.Within();
        Assert.Equal(SessionEndReason.ClosedLocally, (await sideband.Completion.Within()).Reason);
        socket.Break();
    }

    [Fact]
    public async Task A_service_that_talks_on_after_the_goodbye_is_cut_off()
    {
        var time = new ManualTimeProvider();
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync(time: time);
        Task closing = sideband.CloseAsync();
        Assert.Null(await socket.ReceiveAsync());
        for (int i = 0; i < 64 && !closing.IsCompleted; i++)
            await Task.WhenAny(socket.SendAsync(Event("event.on", 500_000)));        // the last of them fails
        await closing.Within();
        Assert.True(time.Now < Options.HangUpTimeout);
        socket.Break();
    }

    [Fact]
    public async Task It_can_be_closed_while_it_attaches_again_and_who_waits_to_send_is_told()
    {
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await Server.AskedAsync();
        Server.Instead = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        socket.Break();
        await Server.AskedAsync();
        Task sending = sideband.SendAsync(new ResponseCreate()).AsTask();
        await sideband.DisposeAsync().AsTask().Within();
        await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => sending.Within());
        Assert.Equal(SessionEndReason.ClosedLocally, (await sideband.Completion.Within()).Reason);
    }

    [Fact]
    public async Task A_service_that_reads_nothing_holds_no_caller_that_stops_waiting_and_loses_the_WebSocket_after_the_limit()
    {
        var time = new ManualTimeProvider();
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync(time: time);
        byte[] large = new byte[16 * 1024 * 1024];      // more than the buffers of both sides hold
        using var cancel = new CancellationTokenSource();
        Task given = sideband.SendRawAsync(large, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.Within());
        Task waiting = sideband.SendAsync(new ResponseCreate()).AsTask();
        Task<SessionStateChange> lost = ChangeAsync(sideband);
        await PassTimeUntilAsync(time, lost);
        Assert.Equal(SessionState.Disconnected, (await lost).State);
        Assert.True(time.Now >= SidebandConnection.WriteLimit);
        await Assert.ThrowsAsync<ArgumentException>(() => sideband.SendRawAsync(new byte[(16 * 1024 * 1024) + 1]).AsTask());
        socket.Break();
        await PassTimeUntilAsync(time, sideband.DisposeAsync().AsTask());       // it may be attached again already, to a service that answers no goodbye either
        _ = waiting.ContinueWith(static left => left.Exception, TaskScheduler.Default);
    }

    [Fact]
    public async Task An_event_that_is_too_large_for_the_service_breaks_one_WebSocket_and_is_told()
    {
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        Task sending = sideband.SendRawAsync(new byte[16 * 1024 * 1024]).AsTask();
        await socket.ReceivePartAsync();
        await socket.CloseAsync(1009, "too large");
        var e = await Assert.ThrowsAsync<ArgumentException>(() => sending.Within());
        Assert.Contains("16777216 bytes", e.Message, StringComparison.Ordinal);
        ServedSocket next = await Server.NextAsync();
        await sideband.SendAsync(new ResponseCancel());
        Assert.Contains("response.cancel", await next.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_breaks_every_WebSocket_breaks_two()
    {
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        Task sending = sideband.SendRawAsync(new byte[16 * 1024 * 1024]).AsTask();
        await socket.ReceivePartAsync();
        socket.Break();
        socket = await Server.NextAsync();
        await socket.ReceivePartAsync();
        socket.Break();
        await Assert.ThrowsAsync<ArgumentException>(() => sending.Within());
        ServedSocket next = await Server.NextAsync();
        await sideband.SendAsync(new ResponseCancel());
        Assert.Contains("response.cancel", await next.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_gives_no_sign_of_life_counts_as_gone()
    {
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync(new() { KeepAliveInterval = TimeSpan.FromSeconds(1), KeepAliveTimeout = TimeSpan.FromSeconds(1) });
        await using RealtimeSideband owned = sideband;

        // Nobody receives at the service's end, so no ping is answered.
        SessionStateChange lost = await ChangeAsync(sideband);
        Assert.Equal(SessionState.Disconnected, lost.State);
        socket.Break();
    }

    [Fact]
    public async Task There_is_no_sound_to_mute_or_to_drop()
    {
        (RealtimeSideband sideband, _) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        IRealtimeSession session = sideband;
        session.FlushOutput();
        session.Muted = false;
        Assert.False(session.Muted);
        Assert.Throws<NotSupportedException>(() => session.Muted = true);
        Assert.Equal((Media.AudioLevel.Silence, Media.AudioLevel.Silence), (session.InputLevel, session.OutputLevel));
    }
}
