using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>A model that converses. Those marked deprecated are still accepted until the day named.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<RealtimeModel>))]
public readonly record struct RealtimeModel(string Value) : IOpenValue<RealtimeModel>
{
    /// <summary><c>gpt-realtime-2.1</c>; the default of this library.</summary>
    public static RealtimeModel GptRealtime21 => new("gpt-realtime-2.1");

    /// <summary><c>gpt-realtime-2.1-mini</c>; smaller and cheaper.</summary>
    public static RealtimeModel GptRealtime21Mini => new("gpt-realtime-2.1-mini");

    /// <summary><c>gpt-realtime-2</c>.</summary>
    public static RealtimeModel GptRealtime2 => new("gpt-realtime-2");

    /// <summary><c>gpt-realtime-1.5</c>.</summary>
    public static RealtimeModel GptRealtime15 => new("gpt-realtime-1.5");

    /// <summary><c>gpt-realtime</c>; deprecated, ends on 2027-01-20.</summary>
    public static RealtimeModel GptRealtime => new("gpt-realtime");

    /// <summary><c>gpt-realtime-2025-08-28</c>, a version of <c>gpt-realtime</c>; deprecated, ends on 2027-01-20.</summary>
    public static RealtimeModel GptRealtime20250828 => new("gpt-realtime-2025-08-28");

    /// <summary><c>gpt-realtime-mini</c>; deprecated, ends on 2027-01-20.</summary>
    public static RealtimeModel GptRealtimeMini => new("gpt-realtime-mini");

    /// <summary><c>gpt-realtime-mini-2025-10-06</c>, a version of <c>gpt-realtime-mini</c>; deprecated, ends on 2027-01-20.</summary>
    public static RealtimeModel GptRealtimeMini20251006 => new("gpt-realtime-mini-2025-10-06");

    /// <summary><c>gpt-realtime-mini-2025-12-15</c>, a version of <c>gpt-realtime-mini</c>; deprecated, ends on 2027-01-20.</summary>
    public static RealtimeModel GptRealtimeMini20251215 => new("gpt-realtime-mini-2025-12-15");

    /// <summary><c>gpt-audio-1.5</c>.</summary>
    public static RealtimeModel GptAudio15 => new("gpt-audio-1.5");

    /// <summary><c>gpt-audio-mini</c>.</summary>
    public static RealtimeModel GptAudioMini => new("gpt-audio-mini");

    /// <summary><c>gpt-audio-mini-2025-10-06</c>.</summary>
    public static RealtimeModel GptAudioMini20251006 => new("gpt-audio-mini-2025-10-06");

    /// <summary><c>gpt-audio-mini-2025-12-15</c>.</summary>
    public static RealtimeModel GptAudioMini20251215 => new("gpt-audio-mini-2025-12-15");

    /// <summary><c>gpt-4o-realtime-preview</c>; no longer served by OpenAI.</summary>
    public static RealtimeModel Gpt4oRealtimePreview => new("gpt-4o-realtime-preview");

    /// <summary><c>gpt-4o-realtime-preview-2024-10-01</c>; no longer served by OpenAI.</summary>
    public static RealtimeModel Gpt4oRealtimePreview20241001 => new("gpt-4o-realtime-preview-2024-10-01");

    /// <summary><c>gpt-4o-realtime-preview-2024-12-17</c>; no longer served by OpenAI.</summary>
    public static RealtimeModel Gpt4oRealtimePreview20241217 => new("gpt-4o-realtime-preview-2024-12-17");

    /// <summary><c>gpt-4o-realtime-preview-2025-06-03</c>; no longer served by OpenAI.</summary>
    public static RealtimeModel Gpt4oRealtimePreview20250603 => new("gpt-4o-realtime-preview-2025-06-03");

    /// <summary><c>gpt-4o-mini-realtime-preview</c>; no longer served by OpenAI.</summary>
    public static RealtimeModel Gpt4oMiniRealtimePreview => new("gpt-4o-mini-realtime-preview");

    /// <summary><c>gpt-4o-mini-realtime-preview-2024-12-17</c>; no longer served by OpenAI.</summary>
    public static RealtimeModel Gpt4oMiniRealtimePreview20241217 => new("gpt-4o-mini-realtime-preview-2024-12-17");

    /// <inheritdoc/>
    public static implicit operator RealtimeModel(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>A model that writes speech down. Those marked deprecated are still accepted until the day named.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<TranscriptionModel>))]
public readonly record struct TranscriptionModel(string Value) : IOpenValue<TranscriptionModel>
{
    /// <summary><c>whisper-1</c>; deprecated, ends on 2027-02-26.</summary>
    public static TranscriptionModel Whisper1 => new("whisper-1");

    /// <summary><c>gpt-transcribe</c>.</summary>
    public static TranscriptionModel GptTranscribe => new("gpt-transcribe");

    /// <summary><c>gpt-live-transcribe</c>.</summary>
    public static TranscriptionModel GptLiveTranscribe => new("gpt-live-transcribe");

    /// <summary><c>gpt-realtime-whisper</c>; streams while one speaks, and wants no turn detection.</summary>
    public static TranscriptionModel GptRealtimeWhisper => new("gpt-realtime-whisper");

    /// <summary><c>gpt-4o-transcribe</c>; deprecated, ends on 2027-02-26.</summary>
    public static TranscriptionModel Gpt4oTranscribe => new("gpt-4o-transcribe");

    /// <summary><c>gpt-4o-transcribe-diarize</c>; tells speakers apart. Deprecated, ends on 2027-02-26.</summary>
    public static TranscriptionModel Gpt4oTranscribeDiarize => new("gpt-4o-transcribe-diarize");

    /// <summary><c>gpt-4o-mini-transcribe</c>; deprecated, ends on 2027-02-26.</summary>
    public static TranscriptionModel Gpt4oMiniTranscribe => new("gpt-4o-mini-transcribe");

    /// <summary><c>gpt-4o-mini-transcribe-2025-12-15</c>; deprecated, ends on 2027-02-26.</summary>
    public static TranscriptionModel Gpt4oMiniTranscribe20251215 => new("gpt-4o-mini-transcribe-2025-12-15");

    /// <inheritdoc/>
    public static implicit operator TranscriptionModel(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>A model that translates speech while it is spoken.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<TranslationModel>))]
public readonly record struct TranslationModel(string Value) : IOpenValue<TranslationModel>
{
    /// <summary><c>gpt-realtime-translate</c>.</summary>
    public static TranslationModel GptRealtimeTranslate => new("gpt-realtime-translate");

    /// <inheritdoc/>
    public static implicit operator TranslationModel(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}
