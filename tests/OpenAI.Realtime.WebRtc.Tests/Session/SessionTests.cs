using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Session;

public sealed class SessionTests : Harness
{
    private const string Delta = """{"type":"response.output_text.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"x"}""";
    private const string Cleared = """{"type":"output_audio_buffer.cleared","event_id":"e","response_id":"r"}""";

    [Fact]
    public async Task Events_arrive_in_order_and_a_broken_one_does_not_end_the_stream()
    {
        await using RealtimeWebRtcSession session = await ConnectAsync();
        Peer.Receive("""{"type":"session.created","session":{"id":"sess_1"}}""");
        Peer.Receive("not json");
        Peer.Receive([0xff, 0xfe, 0x00]);
        Peer.Receive("""{"type":"something.new","x":1}""");
        Peer.Receive("""{"type":"response.done"}""");
        Peer.Receive(Delta);
        List<ServerEvent> events = await ReadAsync(session, 6);
        Assert.Equal("sess_1", Assert.IsType<SessionCreated>(events[0]).Session.Id);
        Assert.IsType<MalformedServerEvent>(events[1]);
        Assert.IsType<MalformedServerEvent>(events[2]);
        Assert.Equal("something.new", Assert.IsType<UnknownServerEvent>(events[3]).Type);
        Assert.Equal("response.done", Assert.IsType<MalformedServerEvent>(events[4]).Type);
        Assert.Equal("x", Assert.IsType<ResponseOutputTextDelta>(events[5]).Delta);
    }

    [Fact]
    public async Task Sending_writes_the_event_as_text()
    {
        await using RealtimeWebRtcSession session = await ConnectAsync();
        await session.SendAsync(ConversationItemCreate.UserText("hi"));
        await session.SendAsync(new ResponseCreate());
        await session.SendAsync(new RawClientEvent(""" {"type":"own", "x":1} """));
        await session.SendRawAsync("{}"u8.ToArray());
        Assert.Equal(
            [
                """{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}}""",
                """{"type":"response.create"}""",
                """ {"type":"own", "x":1} """,
                "{}",
            ],
            Peer.Sent);
        Assert.Equal(4, session.GetStatistics().EventsSent);
    }

    [Fact]
    public async Task Both_directions_are_shown_to_the_trace()
    {
        var trace = new List<string>();
        await using RealtimeWebRtcSession session = await ConnectAsync(new()
        {
            EventTrace = (sent, json) =>
            {
                lock (trace)
                    trace.Add((sent ? "> " : "< ") + Encoding.UTF8.GetString(json));
            },
        });
        await session.SendAsync(new ResponseCancel());
        Peer.Receive("garbage");
        await ReadAsync(session, 1);
        Assert.Equal(["> {\"type\":\"response.cancel\"}", "< garbage"], trace);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_event_keeps_the_message_that_it_came_from_when_asked_to(bool keep)
    {
        Options.KeepEventJson = keep;
        await using RealtimeWebRtcSession session = await ConnectAsync();
        string[] messages =
        [
            """{"response_id":"r", "type":"response.output_text.delta","item_id":"i","delta":"\ud83d"}""",
            """{"type":"an.event_of_tomorrow"}""",
            "garbage",
        ];
        foreach (string message in messages)
            Peer.Receive(message);

        List<ServerEvent> events = await ReadAsync(session, 3);
        Assert.Equal(messages.Select(message => keep ? message : null), events.Select(e => e.ReceivedJson is { } json ? Encoding.UTF8.GetString(json.Span) : null));
        Assert.Equal(events[0], ServerEvent.Read("""{"type":"response.output_text.delta","response_id":"r","item_id":"i","delta":""}"""u8));
    }

    [Fact]
    public async Task A_slow_reader_makes_the_service_wait_and_loses_nothing()
    {
        Options.EventBufferSize = 64 * 1024;
        await using RealtimeWebRtcSession session = await ConnectAsync();
        await using IAsyncEnumerator<ServerEvent> reader = session.ReadEventsAsync().GetAsyncEnumerator();
        Peer.Receive(Delta);
        Assert.True(await reader.MoveNextAsync().AsTask().Within());

        const int Count = 20_000;
        for (int i = 0; i < Count; i++)
            Peer.Receive(Delta);
        for (int i = 0; i < Count; i++)
        {
            Assert.True(await reader.MoveNextAsync().AsTask().Within());

            // Each event counts with some 370 bytes, so no more than (64 KiB + 4 MiB) / 370 + 1 are ever taken ahead of the reader.
            Assert.InRange(Peer.Taken - (i + 2), 0, 12_000);
        }
        Assert.Equal(0, session.GetStatistics().EventsDropped);
    }

    [Fact]
    public async Task While_nobody_reads_the_session_goes_on_and_keeps_the_newest()
    {
        Options.EventBufferSize = 64 * 1024;
        await using RealtimeWebRtcSession session = await ConnectAsync();
        for (int i = 0; i < 5000; i++)
            Peer.Receive(Delta);
        Peer.Receive(Cleared);
        await Audio.Flushed.Task.Within();

        Assert.True(session.GetStatistics().EventsDropped > 4000);
        Peer.Receive("""{"type":"last"}""");
        await foreach (ServerEvent e in session.ReadEventsAsync())
        {
            if (e.Type == "last")
                break;
        }
        Assert.Contains(Log.GetSnapshot(), e => e.Id.Id == 25);
    }

    [Fact]
    public async Task What_is_queued_is_dropped_when_the_service_clears_even_if_the_reader_does_not_move()
    {
        await using RealtimeWebRtcSession session = await ConnectAsync();
        await using IAsyncEnumerator<ServerEvent> reader = session.ReadEventsAsync().GetAsyncEnumerator();
        Peer.Receive(Delta);
        await reader.MoveNextAsync().AsTask().Within();
        for (int i = 0; i < 500; i++)
            Peer.Receive(Delta);
        Peer.Receive("""{"type":"input_audio_buffer.speech_started","audio_start_ms":5,"item_id":"i"}""");
        Peer.Receive(Cleared);
        await Audio.Flushed.Task.Within();
        Assert.Equal(1, Audio.Flushes);
    }

    [Fact]
    public async Task The_session_sees_what_has_come_though_the_reader_stands_still_and_the_queue_is_full()
    {
        Options.EventBufferSize = 64 * 1024;
        await using RealtimeWebRtcSession session = await ConnectAsync();
        await using IAsyncEnumerator<ServerEvent> reader = session.ReadEventsAsync().GetAsyncEnumerator();
        Peer.Receive(Delta);
        await reader.MoveNextAsync().AsTask().Within();
        for (int i = 0; i < 1000; i++)
            Peer.Receive(Delta);
        Peer.Receive(Cleared);
        await Audio.Flushed.Task.Within();
        Peer.Receive("""{"type":"error","error":{"type":"invalid_request_error","code":"session_expired","message":"Over."}}""");
        Assert.Equal(SessionEndReason.SessionExpired, (await session.Completion.Within()).Reason);
        Assert.Equal(0, session.GetStatistics().EventsDropped);
    }

    [Fact]
    public async Task A_clear_that_does_not_fit_its_type_flushes_all_the_same()
    {
        await using RealtimeWebRtcSession session = await ConnectAsync();
        Peer.Receive("""{"response_id":42,"type":"output_audio_buffer.cleared"}""");
        await Audio.Flushed.Task.Within();
        Assert.IsType<MalformedServerEvent>(Assert.Single(await ReadAsync(session, 1)));
    }

    [Fact]
    public async Task A_second_reader_at_the_same_time_is_refused_and_a_later_one_goes_on()
    {
        await using RealtimeWebRtcSession session = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        IAsyncEnumerator<ServerEvent> first = session.ReadEventsAsync(cancel.Token).GetAsyncEnumerator();
        ValueTask<bool> waiting = first.MoveNextAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(session, 1));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.AsTask().Within());
        await first.DisposeAsync();

        Peer.Receive(Delta);
        Assert.Single(await ReadAsync(session, 1));
    }

    [Fact]
    public async Task Closing_hangs_up_first_and_then_closes()
    {
        RealtimeWebRtcSession session = await ConnectAsync();
        string? atHangUp = null;
        Endpoint.Routes["/v1/realtime/calls/rtc_1/hangup"] = _ =>
        {
            atHangUp = string.Join(',', Peer.Log) + session.State;
            return Task.CompletedTask;
        };
        Peer.Receive(Delta);
        await session.CloseAsync().Within();
        await session.CloseAsync().Within();
        await session.DisposeAsync();

        Assert.Equal("Closing", atHangUp);
        Assert.Equal(["close", "dispose"], Peer.Log);
        Assert.Equal(1, HangUps);
        Assert.True(Audio.Disposed);
        Assert.Equal(SessionState.Closed, session.State);
        Assert.Equal(SessionEndReason.ClosedLocally, (await session.Completion.Within()).Reason);
        Assert.Single(await ReadAllAsync(session)); // what had come can still be read
        Assert.Equal([SessionState.Closing, SessionState.Closed], await StatesAsync(session));
    }

    [Fact]
    public async Task Closing_works_while_a_reader_is_stuck_and_the_queue_is_full()
    {
        Options.EventBufferSize = 64 * 1024;
        RealtimeWebRtcSession session = await ConnectAsync();
        await using IAsyncEnumerator<ServerEvent> reader = session.ReadEventsAsync().GetAsyncEnumerator();
        Task<bool> first = reader.MoveNextAsync().AsTask();     // reads from here on; before it, the session would drop what is too much
        for (int i = 0; i < 1000; i++)
            Peer.Receive(Delta);
        await first.Within();
        await session.CloseAsync().Within();
        int left = 0;
        while (await reader.MoveNextAsync().AsTask().Within())
            left++;
        Assert.Equal(999, left);
    }

    [Fact]
    public async Task After_the_end_sending_says_why_it_cannot()
    {
        RealtimeWebRtcSession session = await ConnectAsync();
        Peer.End(PeerEndReason.ClosedByPeer, "the service closed the channel");
        SessionEnd end = await session.Completion.Within();
        Assert.Equal(SessionEndReason.ClosedByPeer, end.Reason);
        var e = await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => session.SendAsync(new ResponseCreate()).AsTask());
        Assert.Equal(end, e.End);
        Assert.Empty(await ReadAllAsync(session));
        await session.DisposeAsync();
        Assert.Equal(0, HangUps);
        Assert.True(Peer.Disposed);
    }

    [Fact]
    public async Task A_lost_connection_is_told_apart_and_its_call_is_hung_up()
    {
        RealtimeWebRtcSession session = await ConnectAsync();
        Peer.Enter(PeerState.Disconnected, 100, "no answer for 5 s");
        Peer.Enter(PeerState.Connected, 200);
        Peer.Enter(PeerState.Disconnected, 300);
        Peer.End(PeerEndReason.ConsentExpired, "no answer for 30 s");
        SessionEnd end = await session.Completion.Within();
        Assert.Equal((SessionEndReason.ConnectionLost, "no answer for 30 s"), (end.Reason, end.Detail));
        Assert.Same(await Peer.Completion, end.Connection);     // carried up as it is
        await session.DisposeAsync();
        Assert.Equal(1, HangUps);
        List<SessionState> states = await StatesAsync(session);
        Assert.Equal(SessionState.Closed, states[^1]);
        Assert.DoesNotContain(SessionState.Closing, states);
    }

    [Fact]
    public async Task An_expired_session_is_closed_with_that_reason_and_the_event_can_still_be_read()
    {
        RealtimeWebRtcSession session = await ConnectAsync();
        Peer.Receive("""{"type":"error","error":{"type":"invalid_request_error","code":"session_expired","message":"Your session hit the maximum duration of 60 minutes."}}""");
        SessionEnd end = await session.Completion.Within();
        Assert.Equal(SessionEndReason.SessionExpired, end.Reason);
        Assert.Contains("60 minutes", end.Detail, StringComparison.Ordinal);
        Assert.IsType<ServerError>(Assert.Single(await ReadAllAsync(session)));
        await session.DisposeAsync();
        Assert.Equal(0, HangUps);
    }

    [Fact]
    public async Task Other_errors_leave_the_session_open()
    {
        await using RealtimeWebRtcSession session = await ConnectAsync();
        Peer.Receive("""{"type":"error","error":{"code":"response_cancel_not_active","message":"none"}}""");
        Assert.IsType<ServerError>(Assert.Single(await ReadAsync(session, 1)));
        Assert.Equal(SessionState.Connected, session.State);
    }

    [Fact]
    public async Task Completion_never_faults_even_if_the_engine_does()
    {
        RealtimeWebRtcSession session = await ConnectAsync();
        Peer.Break(new InvalidOperationException("boom"));
        SessionEnd end = await session.Completion.Within();
        Assert.Equal(SessionEndReason.Failed, end.Reason);
        Assert.Contains("boom", end.Detail, StringComparison.Ordinal);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task An_engine_that_cannot_receive_ends_the_session_as_failed_with_what_it_threw_and_the_call_is_hung_up()
    {
        RealtimeWebRtcSession session = await ConnectAsync();
        Peer.Receive(Delta);
        Peer.BreakReceiving(new InvalidOperationException("no buffers left"));
        SessionEnd end = await session.Completion.Within();
        Assert.Equal(SessionEndReason.Failed, end.Reason);
        Assert.Equal("Receiving events failed with InvalidOperationException: no buffers left.", end.Detail);
        Assert.Single(await ReadAllAsync(session)); // what had come can still be read
        await session.DisposeAsync();
        Assert.Equal(1, HangUps);
        Assert.True(Peer.Disposed);
    }

    [Fact]
    public async Task A_trace_that_throws_ends_nothing()
    {
        await using RealtimeWebRtcSession session = await ConnectAsync(new() { EventTrace = (_, _) => throw new InvalidOperationException("disk full") });
        Peer.Receive(Delta);
        await session.SendAsync(new ResponseCreate());
        Assert.Single(await ReadAsync(session, 1));
        Assert.Equal(SessionState.Connected, session.State);
        Assert.Single(Log.GetSnapshot(), e => e.Id.Id == 26);
    }

    [Fact]
    public async Task Muting_reaches_the_uplink()
    {
        await using RealtimeWebRtcSession session = await ConnectAsync(new() { Audio = { StartMuted = true } });
        Assert.True(session.Muted);
        session.Muted = false;
        Assert.False(Audio.IsMuted);
    }

    [Fact]
    public async Task Disposing_in_a_loop_over_events_ends_the_loop()
    {
        RealtimeWebRtcSession session = await ConnectAsync();
        Peer.Receive(Delta);
        int read = 0;
        await foreach (ServerEvent _ in session.ReadEventsAsync())
        {
            read++;
            await session.DisposeAsync().AsTask().Within();
        }
        Assert.Equal(1, read);
    }

    private static async Task<List<ServerEvent>> ReadAllAsync(RealtimeWebRtcSession session)
    {
        var events = new List<ServerEvent>();
        await foreach (ServerEvent e in session.ReadEventsAsync())
            events.Add(e);
        return events;
    }

    private static async Task<List<SessionState>> StatesAsync(RealtimeWebRtcSession session)
    {
        var states = new List<SessionState>();
        await foreach (SessionStateChange change in session.StateChanges.ReadAllAsync())
            states.Add(change.State);
        return states;
    }
}
