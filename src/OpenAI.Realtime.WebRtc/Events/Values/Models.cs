using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>A model that converses.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<RealtimeModel>))]
public readonly record struct RealtimeModel(string Value) : IOpenValue<RealtimeModel>
{
    /// <summary><c>gpt-realtime-2.1</c>.</summary>
    public static RealtimeModel GptRealtime21 => new("gpt-realtime-2.1");

    /// <summary><c>gpt-realtime-2.1-mini</c>.</summary>
    public static RealtimeModel GptRealtime21Mini => new("gpt-realtime-2.1-mini");

    /// <inheritdoc/>
    public static implicit operator RealtimeModel(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>A model that writes speech down.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<TranscriptionModel>))]
public readonly record struct TranscriptionModel(string Value) : IOpenValue<TranscriptionModel>
{
    /// <summary><c>whisper-1</c>.</summary>
    public static TranscriptionModel Whisper1 => new("whisper-1");

    /// <summary><c>gpt-4o-mini-transcribe</c>.</summary>
    public static TranscriptionModel Gpt4oMiniTranscribe => new("gpt-4o-mini-transcribe");

    /// <summary><c>gpt-4o-transcribe</c>.</summary>
    public static TranscriptionModel Gpt4oTranscribe => new("gpt-4o-transcribe");

    /// <inheritdoc/>
    public static implicit operator TranscriptionModel(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}
