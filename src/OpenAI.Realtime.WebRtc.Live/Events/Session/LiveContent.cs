using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>Content for the Decisions model: a text, or parts.</summary>
[JsonConverter(typeof(LiveContentConverter))]
public sealed record LiveContent
{
    /// <summary>A text.</summary>
    public LiveContent(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Text = text;
    }

    /// <summary>Parts.</summary>
    public LiveContent(params ReadOnlySpan<LiveContentPart> parts) => Parts = new OptionalList<LiveContentPart>(parts.ToArray());

    internal LiveContent(RawJson json) => Json = json;

    /// <summary>The text; null where there are parts.</summary>
    public string? Text { get; }

    /// <summary>The parts; empty where there is a text.</summary>
    public OptionalList<LiveContentPart> Parts { get; }

    /// <summary>What was received, where it is neither; written again as it came. Otherwise null.</summary>
    public RawJson? Json { get; }

    /// <summary>Takes a text.</summary>
    public static implicit operator LiveContent(string text) => new(text);

    /// <summary>The text, or how many parts there are.</summary>
    public override string ToString() => Text ?? $"{Parts.Count} parts";
}
