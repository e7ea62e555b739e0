using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// <c>format</c>: how the audio inside events is encoded. Over WebRTC it is of no consequence: there the audio is Opus, on a track of its own. The beta has names
/// for it (<c>pcm16</c>), which are read and written there.
/// </summary>
public sealed record AudioEncoding : IHasUnknownFields
{
    /// <summary>The kind.</summary>
    public AudioEncodingType? Type { get; set; }

    /// <summary>Samples a second; 24000 for <see cref="AudioEncodingType.Pcm"/>, nothing for the others. Default: not set.</summary>
    public Optional<int?> Rate { get; set; }

    /// <summary>What was received, where it is neither an object nor a name; written again as it came. Otherwise null.</summary>
    [JsonIgnore]
    public RawJson? Json { get; internal init; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary><c>audio/pcm</c> with 24000 samples a second.</summary>
    public static AudioEncoding Pcm => new() { Type = AudioEncodingType.Pcm, Rate = 24000 };

    /// <summary><c>audio/pcmu</c>: G.711 µ-law.</summary>
    public static AudioEncoding Pcmu => new() { Type = AudioEncodingType.Pcmu };

    /// <summary><c>audio/pcma</c>: G.711 A-law.</summary>
    public static AudioEncoding Pcma => new() { Type = AudioEncodingType.Pcma };

    /// <summary>Whether it was received as a name (true) or an object (false) where its dialect has the other; null where it is as usual.</summary>
    internal bool? IsName { get; init; }

    /// <summary>The kind and the rate.</summary>
    public override string ToString() => Json?.ToString() ?? (Rate.Value is { } rate ? $"{Type}/{rate}" : $"{Type}");
}
