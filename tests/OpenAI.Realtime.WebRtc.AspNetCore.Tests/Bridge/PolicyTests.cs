using System.Text;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.AspNetCore.Bridge;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Bridge;

/// <summary>What a page may send, and what it is shown.</summary>
public sealed class PolicyTests
{
    [Theory]
    [InlineData("""{"type":"response.create"}""")]
    [InlineData("""{"type":"response.create","event_id":"e","response":null}""")]
    [InlineData("""{"type":"response.create","response":{}}""")]
    [InlineData("""{"type":"response.cancel","response_id":"r"}""")]
    [InlineData("""{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[]}}""")]
    [InlineData("""{"type":"conversation.item.truncate","item_id":"i","content_index":0,"audio_end_ms":10}""")]
    [InlineData("""{"type":"input_audio_buffer.commit"}""")]
    [InlineData("""{"type":"output_audio_buffer.clear"}""")]
    public void A_page_may_speak_write_ask_and_interrupt(string json) => Assert.Null(Judge(json, mayConfigure: false));

    /// <summary>The reader throws when it is asked to compare such a name; the bridge then has to find the event that it became.</summary>
    [Theory]
    [InlineData("""{"\ud800":1,"type":"error"}""")]
    [InlineData("""{"type":"\udc00"}""")]
    [InlineData("""{"type":"\u00e9"}""")]
    [InlineData("""{"type":""}""")]
    [InlineData("""{"type":1,"type":"error"}""")]
    [InlineData("""{"type":"error","\ud800":1}""")]
    public void An_event_with_half_a_pair_in_a_name_is_found_again_by_what_it_was_read_as(string json)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        Assert.True(EventJson.HasType(utf8, ServerEvent.Read(utf8).Type));
    }

    [Theory]
    [InlineData("""{"type":"session.update","session":{}}""")]
    [InlineData("""{"type":"response.create","response":{"instructions":"x"}}""")]
    [InlineData("""{"type":"response.create","response":{"output_modalities":["text"]}}""")]
    [InlineData("""{"type":"response.create","response":{"max_output_tokens":100}}""")]
    [InlineData("""{"type":"response.create","response":{"tools":[]}}""")]
    [InlineData("""{"type":"response.create","response":{"input":[]}}""")]
    [InlineData("""{"type":"response.create","response":[]}""")]
    [InlineData("""{"type":"response.create","instructions":"x"}""")]
    [InlineData("""{"type":"conversation.item.create","item":{"type":"message","role":"system","content":[]}}""")]
    [InlineData("""{"type":"conversation.item.create","item":{"type":"message","role":"assistant","content":[]}}""")]
    [InlineData("""{"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"c","output":"x"}}""")]
    [InlineData("""{"type":"conversation.item.create"}""")]
    [InlineData("""{"type":"conversation.item.delete","item_id":"i"}""")]
    [InlineData("""{"type":"conversation.item.retrieve","item_id":"i"}""")]
    [InlineData("""{"type":"something.new"}""")]
    public void A_page_may_not_set_the_session_up(string json)
    {
        Assert.NotNull(Judge(json, mayConfigure: false));
        Assert.Null(Judge(json, mayConfigure: true));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"response.create\"")]
    [InlineData("""{"type":7}""")]
    [InlineData("""{"type":"response.cancel","type":"session.update"}""")]
    [InlineData("""{"type":"conversation.item.create","item":{"type":"message","role":"user","role":"system"}}""")]
    [InlineData("""{"type":"response.cancel"} {"type":"session.update"}""")]
    public void What_is_no_event_or_could_be_read_in_two_ways_is_refused_even_from_a_page_that_may_configure(string json) =>
        Assert.NotNull(Judge(json, mayConfigure: true));

    [Theory]
    [InlineData("response.output_audio_transcript.delta")]
    [InlineData("conversation.item.input_audio_transcription.completed")]
    [InlineData("input_audio_buffer.speech_started")]
    [InlineData("output_audio_buffer.cleared")]
    [InlineData("response.output_text.delta")]
    [InlineData("conversation.item.truncated")]
    public void The_conversation_is_shown_as_it_is(string type)
    {
        ReadOnlyMemory<byte> json = Encoding.UTF8.GetBytes($$"""{"type":"{{type}}", "delta":"a"}""");
        Assert.Equal(json, PrivacyFilter.Show(type, json));
    }

    [Theory]
    [InlineData("""{"type":"response.function_call_arguments.done","arguments":"x"}""")]
    [InlineData("""{"type":"conversation.item.added","item":{"type":"message","role":"system","content":[{"text":"x"}]}}""")]
    [InlineData("""{"type":"conversation.item.done","item":{"type":"function_call_output","output":"x"}}""")]
    [InlineData("""{"type":"response.output_item.added","item":{"type":"function_call","name":"x"}}""")]
    [InlineData("""{"type":"response.output_item.done","item":{"type":"mcp_call","name":"x"}}""")]
    [InlineData("""{"type":"mcp_list_tools.completed"}""")]
    [InlineData("""{"type":"session.created"}""")]
    [InlineData("""{"type":"session.updated","session":"x"}""")]
    [InlineData("""{"type":"error","error":"x"}""")]
    [InlineData("""{"type":"rate_limits.updated","rate_limits":[]}""")]
    [InlineData("""{"type":"unknown.event"}""")]
    public void How_the_host_has_set_it_up_is_not_shown(string json) => Assert.True(Show(json) is null);

    [Fact]
    public void A_session_is_shown_without_instructions_prompts_tools_and_fields_that_are_not_known()
    {
        string shown = Show("""
            {"type":"session.created","event_id":"e1","session":{"id":"sess_1","type":"realtime","model":"m","voice":"v","expires_at":5,
             "instructions":"secret","tools":[{"name":"secret"}],"tool_choice":"secret","prompt":{"id":"secret"},"tracing":"secret","next_years_field":"secret",
             "audio":{"input":{"transcription":{"model":"t","prompt":"secret","language":"de"}},"output":{"voice":"marin"}}}}
            """)!;
        Assert.DoesNotContain("secret", shown, StringComparison.Ordinal);
        JsonNode session = JsonNode.Parse(shown)!["session"]!;
        Assert.Equal("sess_1", session["id"]!.GetValue<string>());
        Assert.Equal("de", session["audio"]!["input"]!["transcription"]!["language"]!.GetValue<string>());
        Assert.Equal("marin", session["audio"]!["output"]!["voice"]!.GetValue<string>());
    }

    [Fact]
    public void A_response_is_shown_without_the_calls_of_tools()
    {
        string shown = Show("""
            {"type":"response.done","response":{"id":"r","status":"completed","metadata":{"a":"secret"},"instructions":"secret",
             "output":[{"type":"function_call","arguments":"secret"},{"type":"message","role":"assistant","content":[{"transcript":"Hello."}]}]}}
            """)!;
        Assert.DoesNotContain("secret", shown, StringComparison.Ordinal);
        Assert.Contains("Hello.", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_about_the_hosts_configuration_does_not_quote_it()
    {
        Assert.DoesNotContain("secret", Show("""{"type":"error","error":{"code":"invalid_value","message":"secret","param":"session.instructions"}}"""), StringComparison.Ordinal);
        Assert.Contains("too long", Show("""{"type":"error","error":{"code":"session_expired","message":"too long","param":null}}"""), StringComparison.Ordinal);
    }

    private static string? Judge(string json, bool mayConfigure)
    {
        PageEventPolicy.Judge(Encoding.UTF8.GetBytes(json), mayConfigure, out _, out _, out string? refusal);
        return refusal;
    }

    private static string? Show(string json)
    {
        ReadOnlyMemory<byte> shown = PrivacyFilter.Show(JsonNode.Parse(json)!["type"]!.GetValue<string>(), Encoding.UTF8.GetBytes(json));
        return shown.IsEmpty ? null : Encoding.UTF8.GetString(shown.Span);
    }
}
