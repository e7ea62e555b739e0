using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>What the model answers with.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<OutputModality>))]
public readonly record struct OutputModality(string Value) : IOpenValue<OutputModality>
{
    /// <summary><c>audio</c>: speech, with its transcript.</summary>
    public static OutputModality Audio => new("audio");

    /// <summary><c>text</c>: text alone.</summary>
    public static OutputModality Text => new("text");

    /// <inheritdoc/>
    public static implicit operator OutputModality(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>Where the microphone is.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<NoiseReductionType>))]
public readonly record struct NoiseReductionType(string Value) : IOpenValue<NoiseReductionType>
{
    /// <summary><c>near_field</c>: close to the mouth, as in a headset.</summary>
    public static NoiseReductionType NearField => new("near_field");

    /// <summary><c>far_field</c>: in the room.</summary>
    public static NoiseReductionType FarField => new("far_field");

    /// <inheritdoc/>
    public static implicit operator NoiseReductionType(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>How soon a turn counts as over when meaning decides.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<Eagerness>))]
public readonly record struct Eagerness(string Value) : IOpenValue<Eagerness>
{
    /// <summary><c>low</c>: lets people take their time; at most 8 s.</summary>
    public static Eagerness Low => new("low");

    /// <summary><c>medium</c>: at most 4 s.</summary>
    public static Eagerness Medium => new("medium");

    /// <summary><c>high</c>: as soon as it can; at most 2 s.</summary>
    public static Eagerness High => new("high");

    /// <summary><c>auto</c>: as <c>medium</c>.</summary>
    public static Eagerness Auto => new("auto");

    /// <inheritdoc/>
    public static implicit operator Eagerness(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>The voice of the model: one of the service's by name, or one made for you by its id (<see cref="Custom"/>).</summary>
/// <param name="Value">The name, or the id of a custom voice.</param>
[JsonConverter(typeof(VoiceConverter))]
public readonly record struct Voice(string Value) : IOpenValue<Voice>
{
    /// <summary><c>alloy</c>.</summary>
    public static Voice Alloy => new("alloy");

    /// <summary><c>ash</c>.</summary>
    public static Voice Ash => new("ash");

    /// <summary><c>ballad</c>.</summary>
    public static Voice Ballad => new("ballad");

    /// <summary><c>coral</c>.</summary>
    public static Voice Coral => new("coral");

    /// <summary><c>echo</c>.</summary>
    public static Voice Echo => new("echo");

    /// <summary><c>sage</c>.</summary>
    public static Voice Sage => new("sage");

    /// <summary><c>shimmer</c>.</summary>
    public static Voice Shimmer => new("shimmer");

    /// <summary><c>verse</c>.</summary>
    public static Voice Verse => new("verse");

    /// <summary><c>marin</c>; recommended.</summary>
    public static Voice Marin => new("marin");

    /// <summary><c>cedar</c>; recommended.</summary>
    public static Voice Cedar => new("cedar");

    /// <summary>Whether <see cref="Value"/> is the id of a custom voice; on the wire <c>{"id":…}</c>.</summary>
    public bool IsCustom { get; init; }

    /// <summary>What was received, where it is neither a name nor an id alone; written again as it came. Otherwise null.</summary>
    public RawJson? Json { get; internal init; }

    /// <summary><c>{"id":…}</c>: a voice made for you.</summary>
    /// <param name="id">Its id, such as <c>voice_1234</c>.</param>
    public static Voice Custom(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return new(id) { IsCustom = true };
    }

    /// <inheritdoc/>
    public static implicit operator Voice(string value) => new(value);

    /// <summary>The name or the id.</summary>
    public override string ToString() => Value ?? "";
}
