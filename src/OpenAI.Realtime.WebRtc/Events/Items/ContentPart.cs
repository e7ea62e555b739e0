using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>content</c>, <c>part</c>: a part of a message. Fields that its kind does not have are null.</summary>
public sealed record ContentPart : IHasUnknownFields
{
    /// <summary>The kind; in streaming events the short <c>text</c> and <c>audio</c>.</summary>
    public ContentPartType? Type { get; init; }

    /// <summary>The text, in a part of text.</summary>
    public string? Text { get; init; }

    /// <summary>What was said, in a part of audio; null while it has not been transcribed.</summary>
    public string? Transcript { get; init; }

    /// <summary>The audio, in a part of audio, where the service sends it: only when the item is asked for.</summary>
    public AudioData? Audio { get; init; }

    /// <summary>The image, in a part of <c>input_image</c>: a <c>data:</c> address of a PNG or JPEG.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>How closely the model looks at the image. Default: not set (auto).</summary>
    public ImageDetail? Detail { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary><c>input_text</c>: text to the model.</summary>
    public static ContentPart InputText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ContentPart { Type = ContentPartType.InputText, Text = text };
    }

    /// <summary><c>output_text</c>: text from the model.</summary>
    public static ContentPart OutputText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ContentPart { Type = ContentPartType.OutputText, Text = text };
    }

    /// <summary><c>input_audio</c>: recorded speech of the user.</summary>
    /// <param name="audio">The audio, in the session's input format.</param>
    public static ContentPart InputAudio(AudioData audio) => new() { Type = ContentPartType.InputAudio, Audio = audio };

    /// <summary><c>input_image</c>: an image for the model.</summary>
    /// <param name="imageUrl">A <c>data:</c> address of a PNG or JPEG.</param>
    public static ContentPart InputImage(Uri imageUrl)
    {
        ArgumentNullException.ThrowIfNull(imageUrl);
        return new ContentPart { Type = ContentPartType.InputImage, ImageUrl = imageUrl.OriginalString };
    }

    /// <summary>The kind and the gist; never audio or image.</summary>
    public override string ToString() => EventText.Of(Type?.Value ?? "", Text ?? Transcript ?? Audio?.ToString());
}
