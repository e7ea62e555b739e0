using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.History;

/// <summary>Both sides in order, whatever comes late.</summary>
public sealed class ConversationHistoryTests
{
    private readonly ConversationHistory _history = new();
    private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_transcript_that_comes_after_the_answer_stands_before_it()
    {
        Handle(new InputAudioBufferCommitted { ItemId = "u1" }, Service.Adds(Service.Spoken("u1")), Service.Completes(Service.Spoken("u1")));
        Answer("r1", "a1", "It is four o'clock.", after: "u1");
        Assert.Equal(["user: ", "assistant: It is four o'clock."], Lines());
        Assert.False(_history.Snapshot().Items[0].IsComplete);

        Handle(new ConversationItemInputAudioTranscriptionDelta { ItemId = "u1", Delta = "What " }, new ConversationItemInputAudioTranscriptionDelta { ItemId = "u1", Delta = "time is it?" });
        Assert.Equal("user: What time is it?", Lines()[0]);
        Handle(Service.Hears("u1", "What time is it?"));
        Assert.Equal(["user: What time is it?", "assistant: It is four o'clock."], Lines());
        Assert.All(_history.Snapshot().Items, item => Assert.True(item.IsComplete));
    }

    [Fact]
    public void Items_stand_where_the_service_says_also_behind_those_that_show_nothing()
    {
        Handle(Service.Adds(Service.Message("u1", ItemRole.User, "one")));
        Handle(Service.Says("r1", Service.Call("1", "clock")), Service.Adds(Service.Call("1", "clock"), "u1"));
        Handle(Service.Adds(ConversationItem.FunctionOutput("1", "four") with { Id = "out" }, "item_1"));
        Handle(Service.Adds(Service.Message("u2", ItemRole.User, "three"), "out"));
        Handle(Service.Adds(Service.Message("between", ItemRole.System, "two"), "item_1"));
        Assert.Equal(["user: one", "clock({}) = four", "system: two", "user: three"], Lines());
    }

    [Fact]
    public void What_is_not_known_to_stand_anywhere_stands_at_the_end()
    {
        Handle(Service.Adds(Service.Message("a", ItemRole.User, "one")), Service.Adds(Service.Message("b", ItemRole.User, "two"), "never heard of"), Service.Adds(Service.Message("c", ItemRole.User, "three")));
        Assert.Equal(["user: one", "user: two", "user: three"], Lines());
    }

    [Fact]
    public void Each_change_is_told_once_with_the_item_as_it_is_then()
    {
        Handle(Service.Adds(Service.Message("u1", ItemRole.User, "hello")), Service.Completes(Service.Message("u1", ItemRole.User, "hello")), Service.Completes(Service.Message("u1", ItemRole.User, "hello")));
        Assert.Equal([(HistoryChangeKind.Added, "user: hello"), (HistoryChangeKind.Updated, "user: hello")], Changes());
        Handle(new ConversationItemDeleted { ItemId = "u1" }, new ConversationItemDeleted { ItemId = "u1" });
        Assert.Equal([(HistoryChangeKind.Removed, "user: hello")], Changes());
        Assert.Empty(Lines());
    }

    [Fact]
    public void A_snapshot_stays_as_it_was()
    {
        Handle(Service.Adds(Service.Message("u1", ItemRole.User, "hello")));
        HistorySnapshot before = _history.Snapshot();
        Assert.Same(before, _history.Snapshot());
        Answer("r1", "a1", "Hi.");
        Handle(new ConversationItemDeleted { ItemId = "u1" });
        Assert.Equal(["user: hello"], before.Items.Select(i => i.ToString()));
        Assert.Equal(["assistant: Hi."], Lines());
    }

    [Fact]
    public void Speech_that_was_cut_off_says_what_was_heard_of_it()
    {
        Answer("r1", "a1", "I can offer you a table by the window at eight, or one in the garden at nine.");
        Handle(new ConversationItemTruncated { ItemId = "a1", AudioEnd = TimeSpan.FromSeconds(2) });
        HistoryMessage message = Assert.IsType<HistoryMessage>(_history.Snapshot().Items.Single());
        Assert.Equal("I can offer you a table by the", message.HeardText);      // 30 characters
        Assert.Equal((TimeSpan.FromSeconds(2), true), (message.Heard, message.WasInterrupted));
        Assert.StartsWith("I can offer", message.Text, StringComparison.Ordinal);
        Assert.EndsWith("at nine.", message.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(0.2, "")]
    [InlineData(0.4, "Hello")]
    [InlineData(60, "Hello you there")]
    public void Only_whole_words_count_as_heard(double seconds, string heard)
    {
        Answer("r1", "a1", "Hello you there");
        Handle(new ConversationItemTruncated { ItemId = "a1", AudioEnd = TimeSpan.FromSeconds(seconds) });
        Assert.Equal(heard, ((HistoryMessage)_history.Snapshot().Items.Single()).HeardText);
    }

    [Fact]
    public void Without_a_word_of_the_services_the_time_that_was_heard_is_spread_over_the_messages_of_the_response()
    {
        Answer("r1", "a1", "One moment, please.");                                             // 19 characters: 1.27 s
        Answer("r1", "a2", "There is a table by the window at eight.", after: "a1");
        _history.CutOff("r1", TimeSpan.FromSeconds(2.3));
        Assert.Equal(["assistant: One moment, please.", "assistant: There is a table"], Lines());
    }

    [Fact]
    public void A_voice_is_measured_by_what_it_has_said_to_the_end()
    {
        Answer("r1", "a1", new string('x', 100));
        _history.MeasureVoice("r1", TimeSpan.FromSeconds(10));
        Assert.Equal(10, _history.CharactersPerSecond);
        _history.MeasureVoice("r1", TimeSpan.Zero);
        _history.MeasureVoice("unknown", TimeSpan.FromSeconds(1));
        Assert.Equal(10, _history.CharactersPerSecond);
    }

    [Fact]
    public void A_copy_without_a_transcript_does_not_take_it_away()
    {
        Answer("r1", "a1", "Kept.");
        Handle(Service.Completes(Service.Message("a1", ItemRole.Assistant)), Service.Says("r1", Service.Message("a1", ItemRole.Assistant, "")));
        Assert.Equal(["assistant: Kept."], Lines());
    }

    [Fact]
    public void Speech_that_could_not_be_written_down_is_marked()
    {
        Handle(Service.Adds(Service.Spoken("u1")), new ConversationItemInputAudioTranscriptionDelta { ItemId = "u1", Delta = "I would" },
            new ConversationItemInputAudioTranscriptionFailed { ItemId = "u1", Error = new ErrorDetails() });
        HistoryMessage message = Assert.IsType<HistoryMessage>(_history.Snapshot().Items.Single());
        Assert.Equal(("I would", true, true), (message.Text, message.TranscriptionFailed, message.IsComplete));
    }

    [Fact]
    public void What_is_said_beside_the_conversation_is_not_part_of_it()
    {
        Handle(Service.BeginsBeside("r1"), Service.SaysWords("r1", "a1", "Secret."), Service.Says("r1", Service.Message("a1", ItemRole.Assistant, "Secret.")), Service.EndsBeside("r1"));
        Assert.Empty(Lines());
    }

    [Fact]
    public void Calls_of_servers_and_images_are_kept_too()
    {
        var mcp = new McpCallItem { Id = "m1", ServerLabel = "docs", Name = "search", Arguments = """{"q":"x"}""" };
        Handle(Service.Adds(mcp), Service.Says("r1", mcp with { Output = "found" }));
        Handle(Service.Adds(ConversationItem.UserImage(new Uri("data:image/png;base64,AAAA")) with { Id = "i1" }));
        Assert.Equal("""docs.search({"q":"x"}) = found""", Lines()[0]);
        Assert.Equal(1, ((HistoryMessage)_history.Snapshot().Items[1]).Images);
    }

    [Fact]
    public void Of_a_long_conversation_the_oldest_goes_and_is_counted()
    {
        var history = new ConversationHistory(maxItems: 3);
        for (int i = 0; i < 10; i++)
            history.Handle(Service.Adds(Service.Message($"u{i}", ItemRole.User, $"{i}"), i == 0 ? null : $"u{i - 1}"), _now);
        Assert.Equal(["user: 7", "user: 8", "user: 9"], history.Snapshot().Items.Select(i => i.ToString()));
        Assert.Equal(7, history.Snapshot().Forgotten);
    }

    [Fact]
    public void A_service_that_does_not_end_an_item_fills_no_memory()
    {
        string flood = new('x', 10_000);
        for (int i = 0; i < 1_000; i++)
            Handle(Service.SaysWords("r1", $"a{i % 100}", flood));
        Assert.InRange(_history.Snapshot().Items.Sum(i => ((HistoryMessage)i).Text.Length), 1_000_000, 4_000_000);
        Assert.All(_history.Snapshot().Items, i => Assert.True(((HistoryMessage)i).Text.Length <= 100_000));
        Handle(Service.Adds(Service.Message(new string('i', 100_000), ItemRole.User, "hello")));
        Assert.All(_history.Snapshot().Items, i => Assert.True(i.Id.Length <= 256));
        Handle(new ResponseOutputTextDelta { ResponseId = "r1", ItemId = "a1", ContentIndex = int.MaxValue, Delta = "x" });
        Handle(new ResponseOutputTextDelta { ResponseId = "r1", ItemId = "a1", ContentIndex = -1, Delta = "x" });
    }

    [Fact]
    public void A_conversation_is_saved_and_goes_on_in_another_call_with_what_was_heard()
    {
        Handle(Service.Adds(Service.Message("s1", ItemRole.System, "The user is Ada.")), Service.Adds(Service.Spoken("u1")), Service.Hears("u1", "Book a table."));
        Handle(Service.Says("r1", Service.Call("1", "book", """{"seats":2}""")), Service.Adds(ConversationItem.FunctionOutput("1", "Table 7") with { Id = "out" }));
        Answer("r2", "a1", "You have table seven by the window, and I wish you a pleasant evening.");
        Handle(new ConversationItemTruncated { ItemId = "a1", AudioEnd = TimeSpan.FromSeconds(1.6) });
        HistorySnapshot saved = _history.Snapshot();

        byte[] json = saved.ToUtf8Json();
        HistorySnapshot loaded = HistorySnapshot.Read(json);
        Assert.All(saved.Items.Zip(loaded.Items), pair => Assert.Equal(pair.First, pair.Second));
        Assert.Equal(saved.Forgotten, loaded.Forgotten);
        Assert.Equal(
            ["message: system: The user is Ada.", "message: user: Book a table.", "function_call: book({\"seats\":2})", "function_call_output: 1 = Table 7", "message: assistant: You have table seven by"],
            loaded.ToItems().Select(i => i.ToString()));
        Assert.Equal(["s1", "u1", "item_1", "item_1_o", "a1"], loaded.ToItems().Select(i => i.Id));
        Assert.Equal([ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant], loaded.ToChatMessages().Select(m => m.Role));

        // In the new call its items come back under their ids and stand where they stood.
        var next = new ConversationHistory();
        next.Load(loaded);
        string? previous = null;
        foreach (ConversationItem item in loaded.ToItems())
        {
            ConversationItem named = item.Id is null ? ((FunctionCallOutputItem)item) with { Id = "new_out" } : item;
            next.Handle(Service.Adds(named, previous), _now);
            next.Handle(Service.Completes(named, previous), _now);
            previous = named.Id;
        }

        next.Handle(Service.Adds(Service.Message("u2", ItemRole.User, "And a cake."), previous), _now);
        Assert.Equal([.. saved.Items.Select(i => i.ToString()), "user: And a cake."], next.Snapshot().Items.Select(i => i.ToString()));
    }

    [Fact]
    public void Only_as_much_is_told_again_as_fits_the_newest_of_it()
    {
        for (int i = 0; i < 10; i++)
            Handle(Service.Adds(Service.Message($"u{i}", ItemRole.User, new string((char)('0' + i), 100))));
        Assert.Equal(["u7", "u8", "u9"], _history.Snapshot().ToItems(maxCharacters: 399).Select(i => i.Id));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"version":2,"items":[]}""")]
    [InlineData("""{"version":1,"items":[null]}""")]
    [InlineData("""{"version":1,"items":[{"kind":"message","id":"a","role":"user"},{"kind":"message","id":"a","role":"user"}]}""")]
    [InlineData("""{"version":1,"items":[{"kind":"song","id":"a"}]}""")]
    public void What_is_no_saved_conversation_is_told_from_one(string json) => Assert.Throws<JsonException>(() => HistorySnapshot.Read(Encoding.UTF8.GetBytes(json)));

    private void Answer(string responseId, string itemId, string text, string? after = null)
    {
        Handle(new ResponseOutputItemAdded { ResponseId = responseId, Item = Service.Message(itemId, ItemRole.Assistant) }, Service.Adds(Service.Message(itemId, ItemRole.Assistant), after));
        foreach (string word in text.Split(' ').Select((word, i) => i == 0 ? word : " " + word))
            Handle(Service.SaysWords(responseId, itemId, word));
        Handle(Service.SaidAll(responseId, itemId, text), Service.Says(responseId, Service.Message(itemId, ItemRole.Assistant, text)), Service.Completes(Service.Message(itemId, ItemRole.Assistant, text), after));
    }

    private void Handle(params ServerEvent[] events)
    {
        foreach (ServerEvent e in events)
            _history.Handle(e, _now += TimeSpan.FromSeconds(1));
    }

    private string[] Lines() => [.. _history.Snapshot().Items.Select(item => item.ToString()!)];

    private (HistoryChangeKind Kind, string Item)[] Changes()
    {
        List<(HistoryChangeKind, string)> changes = [];
        while (_history.TryTakeChange(out HistoryChange? change))
            changes.Add((change.Kind, change.Item.ToString()!));
        return [.. changes];
    }
}
