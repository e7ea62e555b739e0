using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>reasoning</c>: how the model thinks before it answers. For models that do.</summary>
public sealed record ReasoningOptions : IHasUnknownFields
{
    /// <summary>How much. Default: not set.</summary>
    public OptionalValue<ReasoningEffort> Effort { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}
