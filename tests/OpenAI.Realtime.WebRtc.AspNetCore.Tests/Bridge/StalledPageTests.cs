using System.Text;
using OpenAI.Realtime.WebRtc.AspNetCore.Bridge;
using OpenAI.Realtime.WebRtc.AspNetCore.Routes;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Bridge;

/// <summary>A page that is there and does not read: what it can hold is bounded, counted, and has a name.</summary>
public sealed class StalledPageTests
{
    private const int Bound = 512 * 1024;

    /// <summary>What the page's own engine keeps for a reader that does not come.</summary>
    private const int PageWindow = (1024 + 64) * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly InputAudioBufferCleared Some = new();

    [Theory]
    [InlineData(60)]
    [InlineData(1_000)]
    [InlineData(50_000)]
    public void What_comes_while_the_page_does_not_read_is_held_up_to_the_bound_and_then_nothing_is(int length)
    {
        var events = new RawEvents(16 * 1024 * 1024, Bound);
        byte[] json = Event(length);
        long most = 0;
        int held = 0;
        while (events.TryAdd(json))
        {
            most = Math.Max(most, events.Bytes);
            held++;
        }
        Assert.InRange(most, Bound / 2, Bound);
        Assert.Equal(0, events.Bytes);
        Assert.Equal(held + 1, events.Dropped);
        Assert.True(events.TryAdd(json));       // said once
        Assert.Equal(0, events.Bytes);
        Assert.Equal(held + 2, events.Dropped);
    }

    [Fact]
    public void What_waits_for_a_slow_handler_is_no_debt_of_the_pages()
    {
        var events = new RawEvents(16 * 1024 * 1024, Bound);
        events.EndWait();       // it has connected
        byte[] json = Event(50_000);
        for (int i = 0; i < 40; i++)
            Assert.True(events.TryAdd(json));
        Assert.Equal(0, events.PageDebt);

        // The page waits now and then while the handler catches up; what it takes is no debt any more.
        for (int i = 0; i < 40; i++)
        {
            events.BeginWait();
            Assert.True(events.TryAdd(json));
            events.EndWait();
            Assert.True(events.TryTake(Some, out byte[] array, out _));
            RawEvents.Return(array);
        }
        Assert.Equal(0, events.PageDebt);
        Assert.Equal(0, events.Dropped);
    }

    [Fact]
    public void A_single_event_may_be_larger_than_the_bound()
    {
        var events = new RawEvents(16 * 1024 * 1024, Bound);
        Assert.True(events.TryAdd(Event(Bound)));
        Assert.False(events.TryAdd(Event(60)));
    }

    [Fact]
    public async Task A_page_that_does_not_read_ends_its_call_by_name_and_nothing_is_uncounted()
    {
        const int Size = 16_000, Held = (16 * 1024) + RawEvents.Overhead;
        await using Bridged b = await Bridged.StartAsync();
        await b.Page.StopReadingAsync();
        string json = $$"""{"type":"response.output_text.delta","delta":"{{new string('x', Size - 60)}}"}""";
        long before = b.Bridge.GetStatistics().Service.EventsReceived;
        long mostWaiting = 0, mostOnItsWay = 0;
        for (int sent = 1; !b.Bridge.Completion.IsCompleted; sent++)
        {
            // One at a time, so that all of them that the page's window has room for are on their way before any has to wait.
            b.Call.SendEvent(json);
            await Wait.UntilAsync(() => b.Bridge.GetStatistics().Service.EventsReceived >= before + sent || b.Bridge.Completion.IsCompleted, "the event has come", Patience);
            RealtimeBridgeCallStatistics now = b.Bridge.GetStatistics();
            mostWaiting = Math.Max(mostWaiting, now.PageBacklog);
            mostOnItsWay = Math.Max(mostOnItsWay, (now.ServiceEventsRelayed - b.Page.Peer.GetStatistics().MessagesReceived!.Value) * Size);
            Assert.True(sent < 1_000, $"{sent} events have come, {mostWaiting} bytes wait and {mostOnItsWay} are on their way.");
        }
        Assert.InRange(mostWaiting, Bound - (2 * Held), Bound);
        Assert.InRange(mostOnItsWay, 0, PageWindow + BridgeRoute.PageSendBuffer + (2 * Size));

        await b.ShouldEndAsync(RealtimeBridgeEndReason.PageStalled);
        RealtimeBridgeCallStatistics end = b.Bridge.GetStatistics();
        Assert.InRange(end.ServiceEventsDropped, (Bound / Held) - 2, 1_000);
        Assert.Equal(end.Service.EventsReceived, end.ServiceEventsRelayed + end.ServiceEventsHeldBack + end.ServiceEventsDropped);
        Assert.Equal(0, end.PageBacklog);
        Assert.Single(b.Host.Log.GetSnapshot(), e => e.Id.Id == 5028);
    }

    private static byte[] Event(int length)
    {
        const string Head = "{\"type\":\"input_audio_buffer.cleared\",\"x\":\"";
        return Encoding.UTF8.GetBytes(Head + new string('x', length - Head.Length - 2) + "\"}");
    }
}
