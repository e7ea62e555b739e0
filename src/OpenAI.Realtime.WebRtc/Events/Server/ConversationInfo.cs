using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>conversation</c>: the conversation of a session.</summary>
public sealed record ConversationInfo : IHasUnknownFields
{
    /// <summary>The conversation's id, such as <c>conv_…</c>.</summary>
    public string? Id { get; init; }

    /// <summary><c>realtime.conversation</c>.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}
