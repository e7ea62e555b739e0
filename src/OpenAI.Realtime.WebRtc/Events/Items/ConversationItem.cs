using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// An item of the conversation (<c>realtime.item</c>): a message, a function call or its output, what an MCP server did. One of a kind that this version
/// does not know is an <see cref="UnknownItem"/>.
/// </summary>
[JsonConverter(typeof(ConversationItemConverter))]
public abstract record ConversationItem : IHasUnknownFields
{
    private protected ConversationItem()
    {
    }

    /// <summary>The kind on the wire, such as <c>message</c>.</summary>
    public abstract string Type { get; }

    /// <summary>The item's id, such as <c>item_…</c>. A client may choose one for what it creates.</summary>
    [JsonPropertyOrder(-1)]
    public string? Id { get; init; }

    /// <summary><c>realtime.item</c>, where the service says so.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; init; }

    /// <summary>How far the item is. The service ignores it on items that a client creates.</summary>
    public ItemStatus? Status { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>What <see cref="ToString"/> says beside the kind; null for nothing.</summary>
    private protected virtual string? Gist => null;

    /// <summary>A message of text from the user.</summary>
    /// <param name="text">What the user says.</param>
    public static MessageItem UserText(string text) => new(ItemRole.User) { Content = [ContentPart.InputText(text)] };

    /// <summary>A message from the user that shows an image, and may say something about it.</summary>
    /// <param name="imageUrl">A <c>data:</c> address of a PNG or JPEG.</param>
    /// <param name="text">What the user says about it. Default: nothing.</param>
    public static MessageItem UserImage(Uri imageUrl, string? text = null) => new(ItemRole.User)
    {
        Content = text is null ? [ContentPart.InputImage(imageUrl)] : [ContentPart.InputText(text), ContentPart.InputImage(imageUrl)],
    };

    /// <summary>A message of recorded speech from the user. What is said live comes by the audio track instead.</summary>
    /// <param name="audio">What the user says, in the session's input format.</param>
    public static MessageItem UserAudio(AudioData audio) => new(ItemRole.User) { Content = [ContentPart.InputAudio(audio)] };

    /// <summary>A message from the user that shows an image of yours.</summary>
    /// <param name="image">A PNG or JPEG file.</param>
    /// <param name="mediaType">Which of them: <c>image/png</c> or <c>image/jpeg</c>.</param>
    /// <param name="text">What the user says about it. Default: nothing.</param>
    public static MessageItem UserImage(ReadOnlySpan<byte> image, string mediaType, string? text = null) =>
        UserImage(new Uri($"data:{mediaType};base64,{Convert.ToBase64String(image)}"), text);

    /// <summary>A message of text from the system: instructions in the middle of a conversation.</summary>
    /// <param name="text">What the model is told.</param>
    public static MessageItem SystemText(string text) => new(ItemRole.System) { Content = [ContentPart.InputText(text)] };

    /// <summary>A message of text from the assistant, such as one of an earlier conversation.</summary>
    /// <param name="text">What the assistant said.</param>
    public static MessageItem AssistantText(string text) => new(ItemRole.Assistant) { Content = [ContentPart.OutputText(text)] };

    /// <summary>The result of a function call.</summary>
    /// <param name="callId">The call's <see cref="FunctionCallItem.CallId"/>.</param>
    /// <param name="output">The result, as the model is to read it.</param>
    public static FunctionCallOutputItem FunctionOutput(string callId, string output)
    {
        ArgumentNullException.ThrowIfNull(callId);
        ArgumentNullException.ThrowIfNull(output);
        return new FunctionCallOutputItem { CallId = callId, Output = output };
    }

    /// <summary>Lets the service call a tool of an MCP server, or not.</summary>
    /// <param name="requestId">The <see cref="Id"/> of the <see cref="McpApprovalRequestItem"/>.</param>
    /// <param name="approve">Whether the call may be made.</param>
    /// <param name="reason">Why, for the model. Default: not given.</param>
    public static McpApprovalResponseItem McpApproval(string requestId, bool approve, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(requestId);
        return new McpApprovalResponseItem { ApprovalRequestId = requestId, Approve = approve, Reason = reason };
    }

    /// <summary>Stands for an item that is in the conversation already, in the input of a response.</summary>
    /// <param name="id">The item's id.</param>
    public static ItemReference Reference(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return new ItemReference { Id = id };
    }

    /// <summary>The kind and the gist; never audio.</summary>
    public sealed override string ToString() => EventText.Of(Type, Gist);
}

/// <summary>An item of a kind that this version does not know; everything in it stands in <see cref="ConversationItem.AdditionalProperties"/>.</summary>
/// <param name="Type">The kind on the wire.</param>
[method: JsonConstructor]
public sealed record UnknownItem(string Type) : ConversationItem
{
    /// <inheritdoc/>
    public override string Type { get; } = Type;
}
