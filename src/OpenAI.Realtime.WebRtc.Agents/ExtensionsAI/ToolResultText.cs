using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>What a function's result is to the model: text as it is, everything else as JSON.</summary>
internal static class ToolResultText
{
    public static string Of(FunctionResultContent result) => result.Result switch
    {
        null => result.Exception is null ? "null" : "Error: Function failed.",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        JsonElement json => json.GetRawText(),
        JsonNode node => node.ToJsonString(),
        TextContent text => text.Text,
        object value => JsonSerializer.Serialize(value, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(object))),
    };
}
