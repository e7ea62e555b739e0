using Microsoft.Extensions.AI;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Conversation;

/// <summary>A reader that is slow holds nobody up, and is told what it has missed.</summary>
public sealed class UpdateQueueTests
{
    [Fact]
    public async Task Words_of_one_item_that_wait_together_are_one_update()
    {
        var queue = new UpdateQueue(2);
        for (int i = 0; i < 100; i++)
            queue.Add(new TranscriptUpdate("a1", ChatRole.Assistant, $"{i} ", IsFinal: false));
        queue.Add(new TranscriptUpdate("a1", ChatRole.Assistant, "all of it", IsFinal: true));
        queue.Complete();
        var joined = (TranscriptUpdate)(await queue.TakeAsync(default))!;
        Assert.Equal(string.Concat(Enumerable.Range(0, 100).Select(i => $"{i} ")), joined.Text);
        Assert.True(((TranscriptUpdate)(await queue.TakeAsync(default))!).IsFinal);
        Assert.Null(await queue.TakeAsync(default));
    }

    [Fact]
    public async Task What_had_to_make_room_is_counted_where_it_is_missing()
    {
        var queue = new UpdateQueue(3);
        for (int i = 0; i < 10; i++)
            queue.Add(new SpeechUpdate(ChatRole.User, i % 2 == 0));
        queue.Add(new EndUpdate(new ConversationEnd(ConversationEndReason.ClosedLocally, "Over.")));
        queue.Complete();
        queue.Add(new SpeechUpdate(ChatRole.User, true));
        Assert.Equal(new UpdatesLostUpdate(8), await queue.TakeAsync(default));
        Assert.IsType<SpeechUpdate>(await queue.TakeAsync(default));
        Assert.IsType<SpeechUpdate>(await queue.TakeAsync(default));
        Assert.IsType<EndUpdate>(await queue.TakeAsync(default));
        Assert.Null(await queue.TakeAsync(default));
        Assert.Equal(8, queue.Lost);
    }

    [Fact]
    public async Task Long_texts_make_room_before_there_are_many()
    {
        var queue = new UpdateQueue(1_000);
        for (int i = 0; i < 200; i++)
            queue.Add(new TranscriptUpdate($"a{i}", ChatRole.Assistant, new string('x', 100_000), IsFinal: true));
        Assert.Equal(new UpdatesLostUpdate(120), await queue.TakeAsync(default));
        for (int i = 0; i < 80; i++)
            Assert.IsType<TranscriptUpdate>(await queue.TakeAsync(default));
        queue.Complete();
        Assert.Null(await queue.TakeAsync(default));
    }

    [Fact]
    public async Task There_is_one_reader_at_a_time_and_it_waits_without_holding_anybody_up()
    {
        var queue = new UpdateQueue(8);
        queue.StartReading();
        Assert.Throws<InvalidOperationException>(queue.StartReading);
        queue.StopReading();
        queue.StartReading();
        ValueTask<ConversationUpdate?> waiting = queue.TakeAsync(default);
        Assert.False(waiting.IsCompleted);
        queue.Add(new SpeechUpdate(ChatRole.User, true));
        Assert.Equal(new SpeechUpdate(ChatRole.User, true), await waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await queue.TakeAsync(new CancellationToken(true)));
    }
}
