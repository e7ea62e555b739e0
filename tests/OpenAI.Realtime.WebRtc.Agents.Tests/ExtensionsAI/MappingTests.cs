using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.ExtensionsAI;

public sealed class MappingTests
{
    [Theory]
    [InlineData("ResponseOutputItemAdded", """{"type":"response.output_item.added","response_id":"r","output_index":1,"item":{"id":"i","type":"message","role":"assistant","content":[]}}""")]
    [InlineData("ResponseOutputItemDone", """{"type":"response.output_item.done","response_id":"r","output_index":1,"item":{"id":"i","type":"function_call","call_id":"c","name":"f","arguments":"{}"}}""")]
    [InlineData("ConversationItemAdded", """{"type":"conversation.item.added","item":{"id":"i","type":"message","role":"user","content":[{"type":"input_text","text":"Hi."}]}}""")]
    [InlineData("ConversationItemDone", """{"type":"conversation.item.done","item":{"id":"i","type":"mcp_approval_request","server_label":"s","name":"f","arguments":"{}"}}""")]
    [InlineData("OutputTextDelta", """{"type":"response.output_text.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"Hi"}""")]
    [InlineData("OutputTextDone", """{"type":"response.output_text.done","response_id":"r","item_id":"i","output_index":0,"content_index":0,"text":"Hi"}""")]
    [InlineData("OutputAudioTranscriptionDelta", """{"type":"response.output_audio_transcript.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"Hi"}""")]
    [InlineData("OutputAudioTranscriptionDone", """{"type":"response.output_audio_transcript.done","response_id":"r","item_id":"i","output_index":0,"content_index":0,"transcript":"Hi"}""")]
    [InlineData("InputAudioTranscriptionDelta", """{"type":"conversation.item.input_audio_transcription.delta","item_id":"i","content_index":0,"delta":"Hi"}""")]
    [InlineData("InputAudioTranscriptionCompleted", """{"type":"conversation.item.input_audio_transcription.completed","item_id":"i","content_index":0,"transcript":"Hi","usage":{"type":"duration","seconds":1.5}}""")]
    [InlineData("InputAudioTranscriptionFailed", """{"type":"conversation.item.input_audio_transcription.failed","item_id":"i","content_index":0,"error":{"message":"No."}}""")]
    [InlineData("OutputAudioDelta", """{"type":"response.output_audio.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"AAAA"}""")]
    [InlineData("OutputAudioDone", """{"type":"response.output_audio.done","response_id":"r","item_id":"i","output_index":0,"content_index":0}""")]
    [InlineData("ResponseCreated", """{"type":"response.created","response":{"id":"r","status":"in_progress","output":[]}}""")]
    [InlineData("ResponseDone", """{"type":"response.done","response":{"id":"r","status":"completed","output":[]}}""")]
    [InlineData("ConversationItemDone", """{"type":"conversation.item.done","item":{"id":"i","type":"mcp_call","server_label":"s","name":"f","arguments":"{}","output":"found"}}""")]
    [InlineData("ConversationItemDone", """{"type":"conversation.item.done","item":{"id":"i","type":"mcp_list_tools","server_label":"s","tools":[{"name":"f","input_schema":{}}]}}""")]
    [InlineData("McpCallInProgress", """{"type":"response.mcp_call.in_progress","item_id":"i","output_index":0}""")]
    [InlineData("McpCallCompleted", """{"type":"response.mcp_call.completed","item_id":"i","output_index":0}""")]
    [InlineData("McpCallFailed", """{"type":"response.mcp_call.failed","item_id":"i","output_index":0}""")]
    [InlineData("McpListToolsInProgress", """{"type":"mcp_list_tools.in_progress","item_id":"i"}""")]
    [InlineData("McpListToolsCompleted", """{"type":"mcp_list_tools.completed","item_id":"i"}""")]
    [InlineData("McpListToolsFailed", """{"type":"mcp_list_tools.failed","item_id":"i"}""")]
    [InlineData("Error", """{"type":"error","error":{"message":"No."}}""")]
    [InlineData("RawContentOnly", """{"type":"input_audio_buffer.speech_started","audio_start_ms":20,"item_id":"i"}""")]
    [InlineData("RawContentOnly", """{"type":"output_audio_buffer.cleared","response_id":"r"}""")]
    [InlineData("RawContentOnly", """{"type":"what.nobody.knows"}""")]
    [InlineData("RawContentOnly", """{"type":"conversation.item.added","item":{"id":"i","type":"what_nobody_knows"}}""")]
    public void Each_event_is_one_message_that_carries_it(string type, string json)
    {
        ServerEvent serverEvent = ServerEvent.Read(Encoding.UTF8.GetBytes(json.Insert(1, "\"event_id\":\"e1\",")));
        RealtimeServerMessage message = ServerMessages.Of(serverEvent);
        Assert.Equal(type, message.Type.Value, ignoreCase: true);
        Assert.Equal("e1", message.MessageId);
        Assert.Same(serverEvent, message.RawRepresentation);
    }

    [Fact]
    public void Where_sound_is_told_as_it_is_played_its_end_is_not_when_all_of_it_has_been_generated()
    {
        ServerEvent generated = ServerEvent.Read("""{"type":"response.output_audio.done","event_id":"e1","response_id":"r","item_id":"i","output_index":0,"content_index":0}"""u8);
        Assert.Equal(RealtimeServerMessageType.RawContentOnly, ServerMessages.Of(generated, hasSound: true).Type);
    }

    [Fact]
    public void A_response_brings_its_state_its_use_and_its_metadata_without_the_gates_own()
    {
        var message = (ResponseCreatedRealtimeServerMessage)ServerMessages.Of(ServerEvent.Read(Encoding.UTF8.GetBytes(
            """{"type":"response.done","event_id":"e1","response":{"id":"r","status":"failed","status_details":{"type":"failed","error":{"code":"rate_limit_exceeded","message":"Later."}},"metadata":{"mine":"1","THE_GATES":"x"},"max_output_tokens":"inf","output_modalities":["audio"],"output":[],"usage":{"total_tokens":30,"input_tokens":20,"output_tokens":10,"input_token_details":{"text_tokens":5,"audio_tokens":15,"cached_tokens":4},"output_token_details":{"text_tokens":2,"audio_tokens":8}}}}""".Replace("THE_GATES", ResponseGate.MetadataKey, StringComparison.Ordinal))));
        Assert.Equal(RealtimeServerMessageType.ResponseDone, message.Type);
        Assert.Equal(("r", "failed", int.MaxValue), (message.ResponseId, message.Status, message.MaxOutputTokens));
        Assert.Equal(("Later.", "rate_limit_exceeded"), (message.Error!.Message, message.Error.ErrorCode));
        Assert.Equal("mine", Assert.Single(message.AdditionalProperties!).Key);
        UsageDetails use = message.Usage!;
        Assert.Equal((20, 10, 30, 4), (use.InputTokenCount, use.OutputTokenCount, use.TotalTokenCount, use.CachedInputTokenCount));
        Assert.Equal((15, 5, 8, 2), (use.InputAudioTokenCount, use.InputTextTokenCount, use.OutputAudioTokenCount, use.OutputTextTokenCount));
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[1]")]
    [InlineData("{\"a\":")]
    public void Arguments_that_are_none_come_as_an_exception_beside_their_text(string arguments)
    {
        var item = new FunctionCallItem { CallId = "c", Name = "f", Arguments = arguments };
        var call = (FunctionCallContent)Assert.Single(MessageItems.FromItem(item)!.Contents);
        Assert.NotNull(call.Exception);
        Assert.Same(item, call.RawRepresentation);
    }

    [Fact]
    public void Results_are_text_as_it_is_and_everything_else_as_JSON()
    {
        Assert.Equal("Sun.", OutputOf("Sun."));
        Assert.Equal("Sun.", OutputOf(JsonElement.Parse("\"Sun.\"")));
        Assert.Equal("""{"degrees":20}""", OutputOf(JsonElement.Parse("""{"degrees":20}""")));
        Assert.Equal("7", OutputOf(7));
        Assert.Equal("null", OutputOf(null));

        static string OutputOf(object? result) => ((FunctionCallOutputItem)Assert.Single(MessageItems.ToItems(new RealtimeConversationItem([new FunctionResultContent("c", result)])))).Output;
    }

    [Fact]
    public void What_the_assistant_said_goes_out_as_its_own_text_and_what_the_user_said_as_theirs()
    {
        Assert.Equal(ContentPartType.OutputText, PartOf(ChatRole.Assistant).Type);
        Assert.Equal(ContentPartType.InputText, PartOf(ChatRole.User).Type);
        Assert.Equal(ContentPartType.InputText, PartOf(ChatRole.System).Type);
        Assert.Equal(ItemRole.User, ((MessageItem)Assert.Single(MessageItems.ToItems(new RealtimeConversationItem([new TextContent("Hi.")])))).Role);

        static ContentPart PartOf(ChatRole role) => Assert.Single(((MessageItem)Assert.Single(MessageItems.ToItems(new RealtimeConversationItem([new TextContent("Hi.")], role: role)))).Content);
    }

    [Fact]
    public void An_approval_brings_its_reason_and_content_of_no_kind_is_refused_by_name()
    {
        var response = new ToolApprovalResponseContent("req", approved: false, new FunctionCallContent("c", "f")) { Reason = "Too dear." };
        Assert.Equal(ConversationItem.McpApproval("req", approve: false, "Too dear."), Assert.Single(MessageItems.ToItems(new RealtimeConversationItem([response]))));
        NotSupportedException refused = Assert.Throws<NotSupportedException>(() => MessageItems.ToItems(new RealtimeConversationItem([new DataContent(new byte[1], "video/mp4")])));
        Assert.Contains("video/mp4", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_approval_that_is_asked_for_names_the_call()
    {
        var request = (ToolApprovalRequestContent)Assert.Single(MessageItems.FromItem(new McpApprovalRequestItem { Id = "req", ServerLabel = "shop", Name = "buy", Arguments = """{"what":"tea"}""" })!.Contents);
        var call = (McpServerToolCallContent)request.ToolCall;
        Assert.Equal(("req", "buy", "shop"), (request.RequestId, call.Name, call.ServerName));
        Assert.Equal("tea", call.Arguments!["what"]!.ToString());
    }

    [Fact]
    public void Options_are_set_over_the_configuration_that_they_begin_with()
    {
        var config = (RealtimeSessionConfig)SessionMapping.ToConfig(new RealtimeSessionOptions
        {
            Instructions = "Be kind.",
            MaxOutputTokens = int.MaxValue,
            OutputModalities = ["text"],
            ToolMode = ChatToolMode.RequireSpecific("time"),
            Tools =
            [
                AIFunctionFactory.Create(() => "now", "time", "Says the time."),
                new HostedMcpServerTool("shop", new Uri("https://shop.example/mcp")) { ApprovalMode = HostedMcpServerToolApprovalMode.NeverRequire, AllowedTools = ["look"] },
                new HostedMcpServerTool("mail", "connector_gmail"),
            ],
            VoiceActivityDetection = new VoiceActivityDetectionOptions { AllowInterruption = false },
            RawRepresentationFactory = () => new RealtimeSessionConfig { Voice = "cedar", Instructions = "Be brief.", TurnDetection = new SemanticVad() },
        });

        Assert.Equal("cedar", config.Voice.Value?.Value);
        Assert.Equal("Be kind.", config.Instructions.Value);
        Assert.True(config.MaxOutputTokens.IsUnlimited);
        Assert.Equal(ToolChoice.Function("time"), config.ToolChoice.Value);
        Assert.Equal(false, Assert.IsType<SemanticVad>(config.TurnDetection.Value).InterruptResponse.Value);
        Assert.Equal(("time", "Says the time."), config.Tools[0] is FunctionDefinition function ? (function.Name, function.Description.Value) : default);
        var shop = (McpServer)config.Tools[1];
        Assert.Equal(("shop", "https://shop.example/mcp"), (shop.ServerLabel, shop.ServerUrl.Value));
        Assert.Equal(McpApprovalPolicy.Never, shop.RequireApproval.Value);
        Assert.Equal(["look"], shop.AllowedTools.Value!.ToolNames);
        Assert.Equal("connector_gmail", ((McpServer)config.Tools[2]).ConnectorId.Value?.Value);
    }

    [Fact]
    public void Turn_detection_that_is_off_is_sent_as_off_and_one_that_is_not_named_is_not_sent()
    {
        var off = (RealtimeSessionConfig)SessionMapping.ToConfig(new RealtimeSessionOptions { VoiceActivityDetection = new VoiceActivityDetectionOptions { Enabled = false } });
        Assert.True(off.TurnDetection.IsSet);
        Assert.Null(off.TurnDetection.Value);
        Assert.False(((RealtimeSessionConfig)SessionMapping.ToConfig(new RealtimeSessionOptions())).TurnDetection.IsSet);
    }

    [Fact]
    public void A_tool_of_another_kind_is_refused_by_name()
    {
        NotSupportedException refused = Assert.Throws<NotSupportedException>(() => SessionMapping.ToConfig(new RealtimeSessionOptions { Tools = [new HostedWebSearchTool()] }));
        Assert.Contains(nameof(HostedWebSearchTool), refused.Message, StringComparison.Ordinal);
    }
}
