using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Conversation items of the API and of Microsoft.Extensions.AI, one into the other.</summary>
internal static class MessageItems
{
    private const string AnyImage = "image/*";

    /// <summary>What an item becomes on the wire. Each result, call and approval is an item of its own there; the rest is one message.</summary>
    /// <exception cref="NotSupportedException">The item holds content of a kind that the API has no item for.</exception>
    public static IReadOnlyList<ConversationItem> ToItems(RealtimeConversationItem item)
    {
        if (item.RawRepresentation is ConversationItem raw)
            return [raw];
        List<ConversationItem> items = [];
        List<ContentPart> parts = [];
        foreach (AIContent content in item.Contents)
        {
            switch (content)
            {
                case FunctionResultContent result:
                    items.Add(ConversationItem.FunctionOutput(result.CallId, ToolResultText.Of(result)));
                    break;
                case FunctionCallContent call:
                    items.Add(new FunctionCallItem { CallId = call.CallId, Name = call.Name, Arguments = ArgumentsText(call.Arguments) });
                    break;
                case ToolApprovalResponseContent approval:
                    items.Add(ConversationItem.McpApproval(approval.RequestId, approval.Approved, approval.Reason));
                    break;
                default:
                    parts.Add(ToPart(content, item.Role));
                    break;
            }
        }

        if (parts.Count > 0)
            items.Add(new MessageItem(RoleOf(item.Role)) { Content = [.. parts] });
        if (items.Count == 0)
            throw new NotSupportedException("A conversation item needs content: text, an image, audio, a function's result or an approval.");
        if (item.Id is not null)
            items[0] = items[0] with { Id = item.Id };
        return items;
    }

    /// <summary>An item as Microsoft.Extensions.AI has it; null where it has no content for it.</summary>
    public static RealtimeConversationItem? FromItem(ConversationItem item)
    {
        IList<AIContent>? contents = item switch
        {
            MessageItem message => [.. message.Content.Select(FromPart).OfType<AIContent>()],
            FunctionCallItem call => [FromCall(call)],
            FunctionCallOutputItem output => [new FunctionResultContent(output.CallId, output.Output) { RawRepresentation = output }],
            McpCallItem call => FromMcpCall(call),
            McpApprovalRequestItem { Id: { } id } request => [new ToolApprovalRequestContent(id, McpCall(id, request.Name, request.ServerLabel, request.Arguments)) { RawRepresentation = request }],
            McpListToolsItem { Id: { } id } list => [.. list.Tools.Select(tool => new McpServerToolCallContent(id, tool.Name, list.ServerLabel) { RawRepresentation = tool })],
            _ => null,
        };
        return contents is null ? null : new RealtimeConversationItem(contents, item.Id, (item as MessageItem)?.Role is { } role ? new ChatRole(role.Value) : null) { RawRepresentation = item };
    }

    /// <summary>A function's arguments, by name, each as JSON.</summary>
    /// <exception cref="JsonException">They are no JSON object.</exception>
    public static Dictionary<string, object?> ParseArguments(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json.Length == 0 ? "{}" : json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("Arguments are a JSON object.");
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (JsonProperty argument in document.RootElement.EnumerateObject())
            arguments[argument.Name] = argument.Value.Clone();
        return arguments;
    }

    private static FunctionCallContent FromCall(FunctionCallItem call)
    {
        var content = new FunctionCallContent(call.CallId ?? call.Id ?? "", call.Name) { RawRepresentation = call };
        try
        {
            content.Arguments = ParseArguments(call.Arguments);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter: half a surrogate pair in a name
        {
            content.Exception = e;
        }

        return content;
    }

    private static List<AIContent> FromMcpCall(McpCallItem call)
    {
        string id = call.Id ?? "";
        List<AIContent> contents = [McpCall(id, call.Name, call.ServerLabel, call.Arguments)];
        if (call.Error is { } error)
            contents.Add(new McpServerToolResultContent(id) { Outputs = [new ErrorContent(error.Message) { ErrorCode = error.Type?.Value }], RawRepresentation = call });
        else if (call.Output is { } output)
            contents.Add(new McpServerToolResultContent(id) { Outputs = [new TextContent(output)], RawRepresentation = call });
        return contents;
    }

    private static McpServerToolCallContent McpCall(string id, string name, string server, string arguments)
    {
        var content = new McpServerToolCallContent(id, name, server);
        try
        {
            content.Arguments = ParseArguments(arguments);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The server's call, which we do not make: the raw item has the text.
        }

        return content;
    }

    private static AIContent? FromPart(ContentPart part) => part switch
    {
        { Text: { } text } => new TextContent(text) { RawRepresentation = part },
        { Transcript: { } transcript } => new TextContent(transcript) { RawRepresentation = part },
        { Audio: { Undecoded: null, Bytes: { IsEmpty: false } bytes } } => new DataContent(bytes, "audio/pcm") { RawRepresentation = part },
        { ImageUrl: { } image } => FromImage(image, part),
        _ => null,
    };

    private static AIContent? FromImage(string url, ContentPart part)
    {
        try
        {
            return url.StartsWith("data:", StringComparison.OrdinalIgnoreCase)
                ? new DataContent(url) { RawRepresentation = part }
                : new UriContent(url, AnyImage) { RawRepresentation = part };
        }
        catch (Exception e) when (e is ArgumentException or UriFormatException)
        {
            return null; // what the service says is no address: the raw item has it
        }
    }

    private static ContentPart ToPart(AIContent content, ChatRole? role) => content switch
    {
        { RawRepresentation: ContentPart raw } => raw,
        TextContent text => role == ChatRole.Assistant ? ContentPart.OutputText(text.Text) : ContentPart.InputText(text.Text),
        DataContent data when data.HasTopLevelMediaType("image") => new ContentPart { Type = ContentPartType.InputImage, ImageUrl = data.Uri },
        DataContent data when data.HasTopLevelMediaType("audio") => ContentPart.InputAudio(data.Data),
        UriContent uri when uri.HasTopLevelMediaType("image") => ContentPart.InputImage(uri.Uri),
        _ => throw new NotSupportedException($"A realtime conversation takes text, images, audio, results of functions and approvals; not {content.GetType().Name}{MediaTypeOf(content)}."),
    };

    private static string MediaTypeOf(AIContent content) => content switch
    {
        DataContent data => $" of {data.MediaType}",
        UriContent uri => $" of {uri.MediaType}",
        _ => "",
    };

    private static ItemRole RoleOf(ChatRole? role) => role is { } given ? given.Value : ItemRole.User;

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The type information is that of Microsoft.Extensions.AI's own options, which is generated.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    private static string ArgumentsText(IDictionary<string, object?>? arguments) =>
        arguments is null ? "{}" : JsonSerializer.Serialize(arguments, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(IDictionary<string, object?>)));
}
