using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>noise_reduction</c>: whether noise is taken out of the user's speech, and how.</summary>
public sealed record NoiseReduction : IHasUnknownFields
{
    /// <summary>Where the microphone is: <c>near_field</c> for a headset, <c>far_field</c> for a room.</summary>
    public NoiseReductionType? Type { get; set; }

    /// <summary>How much is taken out: a higher number takes out more. Default: null, what the session has; 1 when noise reduction was off.</summary>
    public double? Strength { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>For a headset.</summary>
    public static NoiseReduction NearField => new() { Type = NoiseReductionType.NearField };

    /// <summary>For a room.</summary>
    public static NoiseReduction FarField => new() { Type = NoiseReductionType.FarField };

    /// <summary>Of a type.</summary>
    public static implicit operator NoiseReduction(NoiseReductionType type) => new() { Type = type };
}
