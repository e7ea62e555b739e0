using System.Text;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Tests.Events;

public sealed class ItemTests
{
    public static TheoryData<string, Type, string> Kinds => new()
    {
        { """{"type":"message","role":"system","content":[{"type":"input_text","text":"Be brief."}]}""", typeof(MessageItem), "message: system: Be brief." },
        { """{"type":"message","id":"i","object":"realtime.item","status":"completed","role":"user","content":[{"type":"input_audio","audio":"AAAA","transcript":null},{"type":"input_image","image_url":"data:image/png;base64,QUJD","detail":"low"}]}""", typeof(MessageItem), "message: user: " },
        { """{"type":"message","role":"assistant","content":[{"type":"output_audio","transcript":"Hello"},{"type":"output_text","text":"there"}]}""", typeof(MessageItem), "message: assistant: Hello there" },
        { """{"type":"message"}""", typeof(MessageItem), "message: : " },
        { """{"type":"message","role":null,"content":null,"status":null,"id":null}""", typeof(MessageItem), "message: : " },
        { """{"type":"message","role":"narrator","content":[{"type":"hologram","text":"t","depth":3},{"text":"no type"}]}""", typeof(MessageItem), "message: narrator: t no type" },
        { """{"type":"function_call","id":"i","object":"realtime.item","status":"in_progress","call_id":"c","name":"f","arguments":""}""", typeof(FunctionCallItem), "function_call: f()" },
        { """{"type":"function_call_output","call_id":"c","output":"42","status":"completed"}""", typeof(FunctionCallOutputItem), "function_call_output: c = 42" },
        { """{"type":"mcp_list_tools","id":"i","server_label":"s","tools":[{"name":"a","input_schema":{"type":"object"},"description":null,"annotations":{"x":[1]}},{"name":"b","description":"d"}]}""", typeof(McpListToolsItem), "mcp_list_tools: s: a, b" },
        { """{"type":"mcp_call","id":"i","server_label":"s","name":"n","arguments":"{}","approval_request_id":null,"output":null,"error":null}""", typeof(McpCallItem), "mcp_call: s.n({})" },
        { """{"type":"mcp_call","id":"i","server_label":"s","name":"n","arguments":"{}","output":"out"}""", typeof(McpCallItem), "mcp_call: s.n({}) = out" },
        { """{"type":"mcp_call","id":"i","server_label":"s","name":"n","arguments":"{}","error":{"type":"protocol_error","code":-32600,"message":"m"}}""", typeof(McpCallItem), "mcp_call: s.n({}) failed: protocol_error -32600: m" },
        { """{"type":"mcp_call","id":"i","server_label":"s","name":"n","arguments":"{}","error":{"type":"tool_execution_error","message":"m"}}""", typeof(McpCallItem), "mcp_call: s.n({}) failed: tool_execution_error: m" },
        { """{"type":"mcp_call","id":"i","server_label":"s","name":"n","arguments":"{}","error":{"type":"http_error","code":503,"message":"m"}}""", typeof(McpCallItem), "mcp_call: s.n({}) failed: http_error 503: m" },
        { """{"type":"mcp_call","id":"i","server_label":"s","name":"n","arguments":"{}","error":{"type":"solar_flare","where":"sun"}}""", typeof(McpCallItem), "mcp_call: s.n({}) failed: solar_flare" },
        { """{"type":"mcp_approval_request","id":"i","server_label":"s","name":"n","arguments":"{}"}""", typeof(McpApprovalRequestItem), "mcp_approval_request: s.n({})" },
        { """{"type":"mcp_approval_response","id":"i","approval_request_id":"r","approve":false,"reason":null}""", typeof(McpApprovalResponseItem), "mcp_approval_response: r declined" },
        { """{"type":"item_reference","id":"i"}""", typeof(ItemReference), "item_reference: i" },
        { """{"id":"i","content":[{"a":1}],"type":"dream","status":"vivid"}""", typeof(UnknownItem), "dream" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_item_of_each_kind_is_read_to_its_type_and_written_as_it_came(string json, Type type, string text)
    {
        ConversationItem item = Read(json);
        Assert.IsType(type, item);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(json), JsonElement.Parse(Write(item))), Write(item));
        Assert.Equal(text, item.ToString());
        Assert.Equal(item, Read(json));
        Assert.Equal(item.GetHashCode(), Read(json).GetHashCode());
        Assert.NotEqual(item, Read(json[..^1] + ""","unheard_of":null}"""));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_item_is_the_same_wherever_in_it_its_kind_stands(string json, Type type, string text)
    {
        _ = text;
        JsonElement members = JsonElement.Parse(json);
        string turned = "{" + string.Join(',', members.EnumerateObject().Reverse().Select(m => $"\"{m.Name}\":{m.Value.GetRawText()}")) + "}";
        Assert.IsType(type, Read(turned));
        Assert.Equal(Read(json), Read(turned));
    }

    [Fact]
    public void What_a_client_creates_is_made_in_one_line()
    {
        Assert.Equal("""{"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]}""", Write(ConversationItem.UserText("Hi")));
        Assert.Equal(
            """{"type":"message","role":"user","content":[{"type":"input_text","text":"What is it?"},{"type":"input_image","image_url":"data:image/png;base64,QUJD"}]}""",
            Write(ConversationItem.UserImage(new Uri("data:image/png;base64,QUJD"), "What is it?")));
        Assert.Equal("""{"type":"message","role":"user","content":[{"type":"input_audio","audio":"AQID"}]}""", Write(ConversationItem.UserAudio(new byte[] { 1, 2, 3 })));
        Assert.Equal("""{"type":"function_call_output","call_id":"c","output":"42"}""", Write(ConversationItem.FunctionOutput("c", "42")));
        Assert.Equal("""{"type":"mcp_approval_response","approval_request_id":"r","approve":true}""", Write(ConversationItem.McpApproval("r", true)));
        Assert.Equal("""{"type":"mcp_approval_response","approval_request_id":"r","approve":false,"reason":"No."}""", Write(ConversationItem.McpApproval("r", false, "No.")));
        Assert.Equal("""{"type":"item_reference","id":"i"}""", Write(ConversationItem.Reference("i")));
    }

    [Fact]
    public void Items_are_equal_when_all_in_them_is()
    {
        Assert.Equal(ConversationItem.UserText("Hi"), ConversationItem.UserText("Hi"));
        Assert.Equal(ConversationItem.UserText("Hi"), Read(Write(ConversationItem.UserText("Hi"))));
        Assert.NotEqual(ConversationItem.UserText("Hi"), ConversationItem.SystemText("Hi"));
        Assert.Equal(ConversationItem.UserAudio(new byte[] { 1 }), ConversationItem.UserAudio(new byte[] { 1 }));
        Assert.NotEqual(ConversationItem.UserAudio(new byte[] { 1 }), ConversationItem.UserAudio(new byte[] { 2 }));
    }

    [Fact]
    public void A_part_says_what_it_is_without_its_audio() =>
        Assert.Equal("input_audio: 3 bytes of audio", ContentPart.InputAudio(new byte[] { 1, 2, 3 }).ToString());

    private static ConversationItem Read(string json) => EventsJson.Read(Encoding.UTF8.GetBytes(json), EventsJson.Ga.Of<ConversationItem>())!;

    private static string Write(ConversationItem item) => JsonSerializer.Serialize(item, EventsJson.Ga.Of<ConversationItem>());
}
