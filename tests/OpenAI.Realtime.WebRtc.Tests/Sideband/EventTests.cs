using System.Net.WebSockets;
using System.Text;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Sideband;

/// <summary>What a service may send, and what a reader may do about it.</summary>
public sealed class EventTests : RealtimeSidebandHarness
{
    [Fact]
    public async Task An_event_of_a_mebibyte_comes_whole_also_in_pieces_and_as_binary()
    {
        Options.KeepEventJson = true;
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        byte[] large = Encoding.UTF8.GetBytes(Event("some.event", (1024 * 1024) - 200));
        await socket.SendAsync(large);
        await socket.SendAsync(large[..7], endOfMessage: false);
        await socket.SendAsync([], endOfMessage: false);
        await socket.SendAsync(large[7..500_000], endOfMessage: false);
        await socket.SendAsync(large[500_000..]);
        await socket.SendAsync(large, type: WebSocketMessageType.Binary);
        List<ServerEvent> events = await ReadAsync(sideband, 3);
        Assert.All(events, e => Assert.True(e is UnknownServerEvent { ReceivedJson: { } json } && json.Span.SequenceEqual(large)));
    }

    [Fact]
    public async Task A_larger_event_than_is_accepted_is_told_of_and_the_next_one_comes()
    {
        Options.MaxEventSize = 16 * 1024;
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        string large = Event("some.event", 3 * 1024 * 1024);
        await socket.SendAsync(large);
        await socket.SendAsync(Event("input_audio_buffer.cleared"));
        List<ServerEvent> events = await ReadAsync(sideband, 2);
        MalformedServerEvent told = Assert.IsType<MalformedServerEvent>(events[0]);
        Assert.Contains($"{large.Length} bytes, more than MaxEventSize allows (16384)", told.Reason, StringComparison.Ordinal);
        Assert.IsType<InputAudioBufferCleared>(events[1]);
        Assert.Equal(SessionState.Connected, sideband.State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("""{"type":5}""")]
    [InlineData("""{"type":"response.done"}""")]
    public async Task What_cannot_be_read_is_told_of_and_the_next_one_comes(string message)
    {
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        await socket.SendAsync(message);
        await socket.SendAsync(Event("input_audio_buffer.cleared"));
        List<ServerEvent> events = await ReadAsync(sideband, 2);
        Assert.Equal(message, Assert.IsType<MalformedServerEvent>(events[0]).Json);
        Assert.IsType<InputAudioBufferCleared>(events[1]);
    }

    [Fact]
    public async Task Text_that_is_no_text_breaks_the_WebSocket_and_not_the_sideband()
    {
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        await socket.SendAsync([0x7B, 0xFF, 0xFE]);     // RFC 6455 §8.1: not UTF-8
        Assert.Equal(SessionState.Disconnected, (await ChangeAsync(sideband)).State);
        ServedSocket next = await Server.NextAsync();
        await next.SendAsync(Event("input_audio_buffer.cleared"));
        Assert.IsType<InputAudioBufferCleared>(Assert.Single(await ReadAsync(sideband, 1)));
        socket.Break();
    }

    [Fact]
    public async Task While_somebody_reads_none_is_dropped_however_slow_the_reader_is()
    {
        Options.EventBufferSize = 64 * 1024;
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        await using IAsyncEnumerator<ServerEvent> reader = sideband.ReadEventsAsync().GetAsyncEnumerator();
        await socket.SendAsync(Event("event.0"));
        Assert.True(await reader.MoveNextAsync().AsTask().Within());

        const int Count = 40;
        Task sending = Task.Run(async () =>
        {
            for (int i = 1; i <= Count; i++)
                await socket.SendAsync(Event($"event.{i}", 1024 * 1024 - 100));
        });
        for (int i = 1; i <= Count; i++)
        {
            Assert.True(await reader.MoveNextAsync().AsTask().Within());
            Assert.Equal($"event.{i}", reader.Current.Type);

            // The queue's 64 KiB and its look-ahead of 4 MiB, the one that waits for room, and the one that is being counted.
            Assert.InRange(sideband.GetStatistics().EventsReceived, i, i + 7);
        }
        await sending.Within();
        Assert.Equal(0, sideband.GetStatistics().EventsDropped);
    }

    [Fact]
    public async Task While_nobody_reads_the_oldest_are_dropped_and_counted()
    {
        Options.EventBufferSize = 64 * 1024;
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        for (int i = 0; i < 100; i++)
            await socket.SendAsync(Event($"event.{i}", 10_000));
        Server.EndCall();
        await socket.CloseAsync();
        await sideband.Completion.Within();
        List<ServerEvent> left = await ReadAsync(sideband);
        SessionStatistics statistics = sideband.GetStatistics();
        Assert.Equal((100, "event.99"), (statistics.EventsReceived, left[^1].Type));
        Assert.Equal(100, left.Count + statistics.EventsDropped);
        Assert.InRange(left.Count, 1, 6);
    }

    [Fact]
    public async Task One_reads_at_a_time_and_the_next_may_go_on()
    {
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        await socket.SendAsync(Event("event.1"));
        await socket.SendAsync(Event("event.2"));
        await using (IAsyncEnumerator<ServerEvent> reader = sideband.ReadEventsAsync().GetAsyncEnumerator())
        {
            Assert.True(await reader.MoveNextAsync().AsTask().Within());
            await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(sideband, 1));
        }
        Assert.Equal("event.2", Assert.Single(await ReadAsync(sideband, 1)).Type);
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ServerEvent _ in sideband.ReadEventsAsync(cancel.Token))
                Assert.Fail("Nothing came.");
        });
        Assert.Equal(SessionState.Connected, sideband.State);
    }

    [Fact]
    public async Task An_event_keeps_its_json_when_that_is_wanted()
    {
        Options.KeepEventJson = true;
        (RealtimeSideband sideband, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = sideband;
        await socket.SendAsync(Event("input_audio_buffer.cleared"));
        Assert.Equal(Event("input_audio_buffer.cleared"), Encoding.UTF8.GetString(Assert.Single(await ReadAsync(sideband, 1)).ReceivedJson!.Value.Span));
    }
}
