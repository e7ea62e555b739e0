using System.Text;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Tests.Events;

/// <summary>Text that a service cut by UTF-16 units: half of a surrogate pair, written as an escape, at the end of one message and the beginning of the next.</summary>
public sealed class SplitCharacterTests
{
    private const string High = @"\ud83d";
    private const string Low = @"\uDE00";

    private readonly RunningIds _ids = new();

    public static TheoryData<string, string> Deltas => new()
    {
        { "response.output_text.delta", "\"response_id\":\"r\",\"item_id\":\"i\",\"output_index\":0,\"content_index\":0" },
        { "response.output_audio_transcript.delta", "\"response_id\":\"r\",\"item_id\":\"i\",\"output_index\":0,\"content_index\":0" },
        { "response.function_call_arguments.delta", "\"response_id\":\"r\",\"item_id\":\"i\",\"output_index\":0,\"call_id\":\"c\"" },
        { "response.mcp_call_arguments.delta", "\"response_id\":\"r\",\"item_id\":\"i\",\"output_index\":0" },
        { "conversation.item.input_audio_transcription.delta", "\"item_id\":\"i\",\"content_index\":0" },
        { "session.input_transcript.delta", "\"elapsed_ms\":1" },
        { "session.output_transcript.delta", "\"elapsed_ms\":1" },
    };

    [Theory]
    [MemberData(nameof(Deltas))]
    public void A_character_cut_between_two_deltas_comes_whole_with_the_second(string type, string members)
    {
        Assert.Equal(["so ", "😀!", "end"], Read(type, members, "so " + High, Low + "!", "end"));
        Assert.Equal(["", "😀", "", "😀"], Read(type, members, High, Low, High, Low));
        Assert.Equal(["", "😀", "😀"], Read(type, members, High, Low + High, Low));
    }

    [Theory]
    [MemberData(nameof(Deltas))]
    public void A_half_that_no_other_follows_becomes_the_replacement_character(string type, string members)
    {
        Assert.Equal(["a", "\uFFFDb"], Read(type, members, "a" + High, "b"));
        Assert.Equal(["\uFFFDa", "x\uFFFDy"], Read(type, members, Low + "a", "x" + High + "y"));
        Assert.Equal(["", "\uFFFD", "😀"], Read(type, members, High, High, Low));
        Assert.Equal(["a", "", "😀"], Read(type, members, "a" + High, "", Low));
    }

    [Theory]
    [InlineData(@"\\ud83d", @"\ud83d")]
    [InlineData(@"\\\\ud83d", @"\\ud83d")]
    [InlineData(@"\ud83d\ude00", "😀")]
    [InlineData(@"\uD83D\uDE00 \""\ude00\""", "😀 \"\uFFFD\"")]
    [InlineData(@"\\\ud83d", "\\")]
    public void Only_an_escape_that_is_one_is_half_a_character(string escaped, string text) =>
        Assert.Equal([text], Read("session.input_transcript.delta", "\"x\":0", escaped));

    [Fact]
    public void Texts_that_come_at_the_same_time_are_kept_apart()
    {
        string Delta(string item, int part, string text) =>
            ((ResponseOutputTextDelta)Event($$"""{"type":"response.output_text.delta","response_id":"r","item_id":"{{item}}","content_index":{{part}},"delta":"{{text}}"}""")).Delta;

        Assert.Equal("", Delta("a", 0, High));
        Assert.Equal("", Delta("b", 0, @"\ud83c"));
        Assert.Equal("", Delta("a", 1, High));
        Assert.Equal("🎉", Delta("b", 0, @"\udf89"));
        Assert.Equal("😀", Delta("a", 0, Low));
        Assert.Equal("\uFFFDx", Delta("a", 1, "x"));
    }

    [Fact]
    public void The_event_that_ends_a_text_has_the_whole_and_nothing_waits_after_it()
    {
        const string Members = "\"response_id\":\"r\",\"item_id\":\"i\",\"output_index\":0,\"content_index\":0";
        Assert.Equal(["a"], Read("response.output_text.delta", Members, "a" + High));
        Assert.Equal("a\uFFFD", Assert.IsType<ResponseOutputTextDone>(Event($$"""{"type":"response.output_text.done",{{Members}},"text":"a{{High}}"}""")).Text);
        Assert.Equal(["b"], Read("response.output_text.delta", Members, "b"));
    }

    [Fact]
    public void Halves_without_an_end_do_not_fill_the_memory_and_the_newest_still_find_their_others()
    {
        string Delta(int item, string text) =>
            ((ResponseOutputTextDelta)Event($$"""{"type":"response.output_text.delta","response_id":"r","item_id":"{{item}}","content_index":0,"delta":"{{text}}"}""")).Delta;

        for (int item = 0; item < 1_000; item++)
            Assert.Equal("", Delta(item, High));
        Assert.Equal("😀", Delta(999, Low));
        Assert.Equal("\uFFFD", Delta(0, Low));
    }

    [Fact]
    public void Without_a_connection_a_half_stays_alone()
    {
        var read = Assert.IsType<ResponseOutputTextDelta>(ServerEvent.Read("""{"type":"response.output_text.delta","response_id":"r","item_id":"i","delta":"a\ud83d"}"""u8));
        Assert.Equal("a\uFFFD", read.Delta);
    }

    [Theory]
    [InlineData("""{"type":"response.done","response":{"output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"HALF"}]}],"metadata":{"k":"HALF"}}}""")]
    [InlineData("""{"type":"response.done","response":{"output":[{"type":"function_call","name":"HALF","call_id":"c","arguments":"HALF"}],"status_details":{"reason":"HALF"}}}""")]
    [InlineData("""{"type":"session.updated","session":{"type":"realtime","instructions":"HALF","audio":{"output":{"voice":"HALF"}},"tools":[{"type":"function","name":"HALF","description":"HALF"}]}}""")]
    [InlineData("""{"type":"conversation.item.input_audio_transcription.completed","item_id":"HALF","content_index":0,"transcript":"HALF"}""")]
    [InlineData("""{"type":"conversation.item.input_audio_transcription.segment","item_id":"i","content_index":0,"text":"HALF","speaker":"HALF"}""")]
    [InlineData("""{"type":"response.output_audio_transcript.done","event_id":"HALF","response_id":"r","item_id":"i","transcript":"HALF"}""")]
    [InlineData("""{"type":"conversation.item.added","item":{"type":"an_item_of_tomorrow","HALF":"HALF"}}""")]
    [InlineData("""{"type":"error","error":{"message":"HALF","field_of_tomorrow":{"HALF":"HALF"}},"HALF":"HALF"}""")]
    public void Half_a_character_in_any_text_is_a_replacement_character_and_no_malformed_event(string json)
    {
        ServerEvent expected = ServerEvent.Read(Encoding.UTF8.GetBytes(json.Replace("HALF", "a\uFFFDb", StringComparison.Ordinal)));
        Assert.IsNotType<MalformedServerEvent>(expected);
        Assert.Equal(expected, ServerEvent.Read(Encoding.UTF8.GetBytes(json.Replace("HALF", @"a\ud83db", StringComparison.Ordinal))));
        Assert.Equal(expected, ServerEvent.Read(Encoding.UTF8.GetBytes(json.Replace("HALF", @"a\uDFFFb", StringComparison.Ordinal))));
        Assert.Contains("a\uFFFDb", Encoding.UTF8.GetString(expected.ToUtf8Json()).Replace(@"\uFFFD", "\uFFFD", StringComparison.OrdinalIgnoreCase), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_event_keeps_its_halves_as_they_came()
    {
        byte[] json = """{"type":"an.event_of_tomorrow","delta":"\ud83d"}"""u8.ToArray();
        Assert.Equal(json, ServerEvent.Read(json).ToUtf8Json());
    }

    [Fact]
    public void What_a_client_sent_may_hold_half_a_character()
    {
        Assert.True(ClientEvent.TryRead(
            """{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"a\ud83d"}]}}"""u8,
            RealtimeDialect.Ga, out ClientEvent? read, out string? reason), reason);
        Assert.Equal("a\uFFFD", Assert.IsType<MessageItem>(Assert.IsType<ConversationItemCreate>(read).Item).Content[0].Text);
    }

    private ServerEvent Event(string json) => ServerEventReader.ReadEvent(Encoding.UTF8.GetBytes(json), RealtimeDialect.Ga, _ids);

    private string[] Read(string type, string members, params string[] deltas) =>
    [
        .. deltas.Select(delta => Event($$"""{"type":"{{type}}","event_id":"e",{{members}},"delta":"{{delta}}"}""")).Select(e =>
        {
            Assert.Equal(type, e.Type);
            return (string?)e.GetType().GetProperty("Delta")?.GetValue(e) ?? $"{e.GetType().Name}: {e}";
        }),
    ];
}
