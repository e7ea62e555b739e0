using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>How long a streaming transcription waits for more speech: later is more accurate.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<TranscriptionDelay>))]
public readonly record struct TranscriptionDelay(string Value) : IOpenValue<TranscriptionDelay>
{
    /// <summary><c>minimal</c>.</summary>
    public static TranscriptionDelay Minimal => new("minimal");

    /// <summary><c>low</c>.</summary>
    public static TranscriptionDelay Low => new("low");

    /// <summary><c>medium</c>.</summary>
    public static TranscriptionDelay Medium => new("medium");

    /// <summary><c>high</c>.</summary>
    public static TranscriptionDelay High => new("high");

    /// <summary><c>xhigh</c>.</summary>
    public static TranscriptionDelay XHigh => new("xhigh");

    /// <inheritdoc/>
    public static implicit operator TranscriptionDelay(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>How much the model thinks before it answers.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<ReasoningEffort>))]
public readonly record struct ReasoningEffort(string Value) : IOpenValue<ReasoningEffort>
{
    /// <summary><c>minimal</c>.</summary>
    public static ReasoningEffort Minimal => new("minimal");

    /// <summary><c>low</c>.</summary>
    public static ReasoningEffort Low => new("low");

    /// <summary><c>medium</c>.</summary>
    public static ReasoningEffort Medium => new("medium");

    /// <summary><c>high</c>.</summary>
    public static ReasoningEffort High => new("high");

    /// <summary><c>xhigh</c>.</summary>
    public static ReasoningEffort XHigh => new("xhigh");

    /// <inheritdoc/>
    public static implicit operator ReasoningEffort(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>What the service is to send beside what it always sends.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<SessionInclude>))]
public readonly record struct SessionInclude(string Value) : IOpenValue<SessionInclude>
{
    /// <summary><c>item.input_audio_transcription.logprobs</c>: how sure the transcription is of each token.</summary>
    public static SessionInclude InputAudioTranscriptionLogprobs => new("item.input_audio_transcription.logprobs");

    /// <inheritdoc/>
    public static implicit operator SessionInclude(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>Whether a response belongs to the conversation.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<ResponseConversation>))]
public readonly record struct ResponseConversation(string Value) : IOpenValue<ResponseConversation>
{
    /// <summary><c>auto</c>: it does; its items are added.</summary>
    public static ResponseConversation Auto => new("auto");

    /// <summary><c>none</c>: it stands beside it, and may run while another one does.</summary>
    public static ResponseConversation None => new("none");

    /// <inheritdoc/>
    public static implicit operator ResponseConversation(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>How audio is encoded.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<AudioEncodingType>))]
public readonly record struct AudioEncodingType(string Value) : IOpenValue<AudioEncodingType>
{
    /// <summary><c>audio/pcm</c>: 16 bit, little endian, mono; <c>pcm16</c> in the beta.</summary>
    public static AudioEncodingType Pcm => new("audio/pcm");

    /// <summary><c>audio/pcmu</c>: G.711 µ-law; <c>g711_ulaw</c> in the beta.</summary>
    public static AudioEncodingType Pcmu => new("audio/pcmu");

    /// <summary><c>audio/pcma</c>: G.711 A-law; <c>g711_alaw</c> in the beta.</summary>
    public static AudioEncodingType Pcma => new("audio/pcma");

    /// <inheritdoc/>
    public static implicit operator AudioEncodingType(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}
