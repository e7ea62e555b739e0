using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>
/// The voice of the model: one of the service's by name, or one made for you by its id (<see cref="Custom"/>). A name that the service does not know is refused with status 403, as a key without
/// access is; the names of the Realtime API (<c>fable</c>, <c>nova</c>, <c>onyx</c>) are such.
/// </summary>
/// <param name="Value">The name, or the id of a custom voice.</param>
[JsonConverter(typeof(LiveVoiceConverter))]
public readonly record struct LiveVoice(string Value) : IOpenValue<LiveVoice>
{
    /// <summary><c>alloy</c>.</summary>
    public static LiveVoice Alloy => new("alloy");

    /// <summary><c>ash</c>.</summary>
    public static LiveVoice Ash => new("ash");

    /// <summary><c>ballad</c>.</summary>
    public static LiveVoice Ballad => new("ballad");

    /// <summary><c>beacon</c>.</summary>
    public static LiveVoice Beacon => new("beacon");

    /// <summary><c>bossa</c>.</summary>
    public static LiveVoice Bossa => new("bossa");

    /// <summary><c>brise</c>.</summary>
    public static LiveVoice Brise => new("brise");

    /// <summary><c>calandria</c>.</summary>
    public static LiveVoice Calandria => new("calandria");

    /// <summary><c>cedar</c>.</summary>
    public static LiveVoice Cedar => new("cedar");

    /// <summary><c>cinder</c>.</summary>
    public static LiveVoice Cinder => new("cinder");

    /// <summary><c>compas</c>.</summary>
    public static LiveVoice Compas => new("compas");

    /// <summary><c>coral</c>.</summary>
    public static LiveVoice Coral => new("coral");

    /// <summary><c>delta</c>.</summary>
    public static LiveVoice Delta => new("delta");

    /// <summary><c>destello</c>.</summary>
    public static LiveVoice Destello => new("destello");

    /// <summary><c>echo</c>.</summary>
    public static LiveVoice Echo => new("echo");

    /// <summary><c>flitz</c>.</summary>
    public static LiveVoice Flitz => new("flitz");

    /// <summary><c>gleam</c>.</summary>
    public static LiveVoice Gleam => new("gleam");

    /// <summary><c>halo</c>.</summary>
    public static LiveVoice Halo => new("halo");

    /// <summary><c>harema</c>.</summary>
    public static LiveVoice Harema => new("harema");

    /// <summary><c>hornero</c>.</summary>
    public static LiveVoice Hornero => new("hornero");

    /// <summary><c>juni</c>.</summary>
    public static LiveVoice Juni => new("juni");

    /// <summary><c>luciernaga</c>.</summary>
    public static LiveVoice Luciernaga => new("luciernaga");

    /// <summary><c>marin</c>; the default.</summary>
    public static LiveVoice Marin => new("marin");

    /// <summary><c>meridian</c>.</summary>
    public static LiveVoice Meridian => new("meridian");

    /// <summary><c>nira</c>.</summary>
    public static LiveVoice Nira => new("nira");

    /// <summary><c>noeul</c>.</summary>
    public static LiveVoice Noeul => new("noeul");

    /// <summary><c>nuri</c>.</summary>
    public static LiveVoice Nuri => new("nuri");

    /// <summary><c>pearl</c>.</summary>
    public static LiveVoice Pearl => new("pearl");

    /// <summary><c>quartz</c>.</summary>
    public static LiveVoice Quartz => new("quartz");

    /// <summary><c>ripple</c>.</summary>
    public static LiveVoice Ripple => new("ripple");

    /// <summary><c>sage</c>.</summary>
    public static LiveVoice Sage => new("sage");

    /// <summary><c>shida</c>.</summary>
    public static LiveVoice Shida => new("shida");

    /// <summary><c>shimmer</c>.</summary>
    public static LiveVoice Shimmer => new("shimmer");

    /// <summary><c>shitan</c>.</summary>
    public static LiveVoice Shitan => new("shitan");

    /// <summary><c>sillage</c>.</summary>
    public static LiveVoice Sillage => new("sillage");

    /// <summary><c>stone</c>.</summary>
    public static LiveVoice Stone => new("stone");

    /// <summary><c>tempo</c>.</summary>
    public static LiveVoice Tempo => new("tempo");

    /// <summary><c>verse</c>.</summary>
    public static LiveVoice Verse => new("verse");

    /// <summary><c>vesper</c>.</summary>
    public static LiveVoice Vesper => new("vesper");

    /// <summary><c>willow</c>.</summary>
    public static LiveVoice Willow => new("willow");

    /// <summary>Whether <see cref="Value"/> is the id of a custom voice; on the wire <c>{"id":…}</c>.</summary>
    public bool IsCustom { get; init; }

    /// <summary>What was received, where it is neither a name nor an id alone; written again as it came. Otherwise null.</summary>
    public RawJson? Json { get; internal init; }

    /// <summary><c>{"id":…}</c>: a voice made for you.</summary>
    /// <param name="id">Its id, 1 to 128 characters.</param>
    public static LiveVoice Custom(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return new(id) { IsCustom = true };
    }

    /// <inheritdoc/>
    public static implicit operator LiveVoice(string value) => new(value);

    /// <summary>The name or the id.</summary>
    public override string ToString() => Value ?? "";
}
