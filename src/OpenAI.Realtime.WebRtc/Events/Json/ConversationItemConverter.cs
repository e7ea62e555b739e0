using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>The items of a conversation.</summary>
internal sealed class ConversationItemConverter : KindConverter<ConversationItem>
{
    protected override Type TypeOf(string? kind) => kind switch
    {
        "message" => typeof(MessageItem),
        "function_call" => typeof(FunctionCallItem),
        "function_call_output" => typeof(FunctionCallOutputItem),
        "mcp_list_tools" => typeof(McpListToolsItem),
        "mcp_call" => typeof(McpCallItem),
        "mcp_approval_request" => typeof(McpApprovalRequestItem),
        "mcp_approval_response" => typeof(McpApprovalResponseItem),
        "item_reference" => typeof(ItemReference),
        null => throw new JsonException("The item has no type."),
        _ => typeof(UnknownItem),
    };
}
