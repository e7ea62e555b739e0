using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>Something that was said before a session begins. It has exactly one part of content.</summary>
public sealed record LiveMessage : IHasUnknownFields
{
    /// <summary><c>message</c>; may be missing.</summary>
    public string? Type { get; init; }

    /// <summary>An id of your own. Default: not set.</summary>
    public Optional<string?> Id { get; init; }

    /// <summary>Who said it.</summary>
    public LiveRole? Role { get; init; }

    /// <summary>What was said.</summary>
    public OptionalList<LiveContentPart> Content { get; init; }

    /// <summary>How far it is. Default: not set.</summary>
    public OptionalValue<LiveItemStatus> Status { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>What the user said.</summary>
    public static LiveMessage User(string text) => new() { Type = "message", Role = LiveRole.User, Content = [LiveContentPart.InputText(text)] };

    /// <summary>What the model is told by you, such as that a conversation goes on.</summary>
    public static LiveMessage Developer(string text) => new() { Type = "message", Role = LiveRole.Developer, Content = [LiveContentPart.InputText(text)] };

    /// <summary>What the model said.</summary>
    public static LiveMessage Assistant(string text) => new() { Type = "message", Role = LiveRole.Assistant, Content = [LiveContentPart.OutputText(text)] };

    /// <summary>Who, and what.</summary>
    public override string ToString() => EventText.Of(Role?.Value ?? "message", Content.Count > 0 ? Content[0].Text : null);
}

/// <summary><c>content</c>: a part of a message. Fields that its kind does not have are null.</summary>
public sealed record LiveContentPart : IHasUnknownFields
{
    /// <summary>The kind; may be missing in a message of text.</summary>
    public LiveContentKind? Type { get; init; }

    /// <summary>The text, in a part of text.</summary>
    public string? Text { get; init; }

    /// <summary>The image, in a part of <c>input_image</c>: an address, <c>data:</c> or <c>https:</c>.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>How closely the model looks at the image. Default: not set.</summary>
    public OptionalValue<LiveImageDetail> Detail { get; init; }

    /// <summary>An object or a list of objects, in a part of <c>input_json</c>.</summary>
    public RawJson? Data { get; init; }

    /// <summary>Why the model does not answer, in a part of <c>refusal</c>.</summary>
    public string? Refusal { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary><c>input_text</c>: text to the model.</summary>
    public static LiveContentPart InputText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new LiveContentPart { Type = LiveContentKind.InputText, Text = text };
    }

    /// <summary><c>output_text</c>: text from the model.</summary>
    public static LiveContentPart OutputText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new LiveContentPart { Type = LiveContentKind.OutputText, Text = text };
    }

    /// <summary><c>input_image</c>: an image, for the Decisions model alone.</summary>
    public static LiveContentPart InputImage(Uri imageUrl)
    {
        ArgumentNullException.ThrowIfNull(imageUrl);
        return new LiveContentPart { Type = LiveContentKind.InputImage, ImageUrl = imageUrl.OriginalString };
    }

    /// <summary><c>input_json</c>: data, for the Decisions model alone.</summary>
    public static LiveContentPart InputJson(RawJson data) => new() { Type = LiveContentKind.InputJson, Data = data };

    /// <summary>The kind and the text; never an image.</summary>
    public override string ToString() => EventText.Of(Type?.Value ?? "", Text ?? Refusal);
}
