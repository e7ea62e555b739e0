using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// How a session is to behave. Only what is set is sent: leave a field alone and the service keeps its own default, or what it has. Written nested for GA and flat
/// for the beta.
/// </summary>
public sealed class RealtimeSessionConfig
{
    /// <summary>The model; cannot be changed once a session runs. Default: null, <see cref="OpenAIRealtimeWebRtcOptions.Model"/>.</summary>
    public string? Model { get; set; }

    /// <summary>What the model is told; an empty text clears.</summary>
    public Optional<string> Instructions { get; set; }

    /// <summary>The voice, such as <c>marin</c> or <c>cedar</c>; fixed once the model has spoken.</summary>
    public Optional<string> Voice { get; set; }

    /// <summary>How fast the model speaks, 0.25 to 1.5; 1 is normal.</summary>
    public Optional<double> Speed { get; set; }

    /// <summary>What the model answers with: <c>audio</c> or <c>text</c>, not both. The beta's own <c>["audio","text"]</c> is written for <c>audio</c> there.</summary>
    public Optional<IReadOnlyList<string>> OutputModalities { get; set; }

    /// <summary>Whether and how the user's speech is written down; null switches it off.</summary>
    public Optional<InputTranscription?> InputTranscription { get; set; }

    /// <summary>Who decides when the user's turn is over; null leaves it to the client (push to talk).</summary>
    public Optional<TurnDetection?> TurnDetection { get; set; }

    /// <summary><c>near_field</c> for a headset, <c>far_field</c> for a room; null switches it off.</summary>
    public Optional<string?> NoiseReduction { get; set; }

    /// <summary>The tools, as a JSON array in the service's own form; an empty array clears.</summary>
    public Optional<JsonElement> Tools { get; set; }

    /// <summary>
    /// Any other field, in the shape of the dialect that is used. Laid over the rest, member by member: <c>{"audio":{"output":{"format":…}}}</c> adds to what is
    /// written there. Default: null.
    /// </summary>
    public JsonObject? ExtraProperties { get; set; }

    /// <summary>Whether anything but the model is set.</summary>
    internal bool HasSettings =>
        Instructions.IsSet || Voice.IsSet || Speed.IsSet || OutputModalities.IsSet || InputTranscription.IsSet || TurnDetection.IsSet
        || NoiseReduction.IsSet || Tools.IsSet || ExtraProperties is { Count: > 0 };

    /// <summary>The configuration as JSON.</summary>
    /// <param name="dialect">In which shape.</param>
    /// <param name="model">The model to name; null for none.</param>
    internal byte[] ToUtf8Json(RealtimeDialect dialect, string? model)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, dialect, model);
        return buffer.WrittenSpan.ToArray();
    }

    internal void Write(Utf8JsonWriter writer, RealtimeDialect dialect, string? model)
    {
        if (ExtraProperties is not { Count: > 0 } extra)
        {
            WriteOwn(writer, dialect, model);
            return;
        }
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var own = new Utf8JsonWriter(buffer))
            WriteOwn(own, dialect, model);
        JsonObject whole = JsonNode.Parse(buffer.WrittenSpan)!.AsObject();
        LayOver(whole, extra);
        whole.WriteTo(writer);
    }

    private void WriteOwn(Utf8JsonWriter writer, RealtimeDialect dialect, string? model)
    {
        writer.WriteStartObject();
        if (dialect == RealtimeDialect.Ga)
            writer.WriteString("type"u8, "realtime"u8);
        ConversationItem.WriteIfSet(writer, "model"u8, model);
        if (OutputModalities.IsSet)
            WriteModalities(writer, dialect, OutputModalities.Value);
        if (Instructions.IsSet)
            writer.WriteString("instructions"u8, Instructions.Value);
        if (dialect == RealtimeDialect.Ga)
            WriteGaAudio(writer);
        else
            WriteBetaAudio(writer);
        if (Tools.IsSet)
        {
            writer.WritePropertyName("tools"u8);
            Tools.Value.WriteTo(writer);
        }
        writer.WriteEndObject();
    }

    private void WriteGaAudio(Utf8JsonWriter writer)
    {
        bool input = InputTranscription.IsSet || NoiseReduction.IsSet || TurnDetection.IsSet;
        bool output = Voice.IsSet || Speed.IsSet;
        if (!input && !output)
            return;
        writer.WriteStartObject("audio"u8);
        if (input)
        {
            writer.WriteStartObject("input"u8);
            WriteTranscription(writer, "transcription"u8);
            WriteNoiseReduction(writer, "noise_reduction"u8);
            WriteTurnDetection(writer);
            writer.WriteEndObject();
        }
        if (output)
        {
            writer.WriteStartObject("output"u8);
            WriteVoiceAndSpeed(writer);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private void WriteBetaAudio(Utf8JsonWriter writer)
    {
        WriteVoiceAndSpeed(writer);
        WriteTranscription(writer, "input_audio_transcription"u8);
        WriteNoiseReduction(writer, "input_audio_noise_reduction"u8);
        WriteTurnDetection(writer);
    }

    private void WriteVoiceAndSpeed(Utf8JsonWriter writer)
    {
        if (Voice.IsSet)
            writer.WriteString("voice"u8, Voice.Value);
        if (Speed.IsSet)
            writer.WriteNumber("speed"u8, Speed.Value);
    }

    private void WriteTranscription(Utf8JsonWriter writer, ReadOnlySpan<byte> name)
    {
        if (!InputTranscription.IsSet)
            return;
        writer.WritePropertyName(name);
        if (InputTranscription.Value is { } transcription)
            transcription.Write(writer);
        else
            writer.WriteNullValue();
    }

    private void WriteNoiseReduction(Utf8JsonWriter writer, ReadOnlySpan<byte> name)
    {
        if (!NoiseReduction.IsSet)
            return;
        writer.WritePropertyName(name);
        if (NoiseReduction.Value is { } type)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private void WriteTurnDetection(Utf8JsonWriter writer)
    {
        if (!TurnDetection.IsSet)
            return;
        writer.WritePropertyName("turn_detection"u8);
        if (TurnDetection.Value is { } detection)
            detection.Write(writer);
        else
            writer.WriteNullValue();
    }

    /// <summary>The beta knows no answer of audio alone: it wants <c>["audio","text"]</c>.</summary>
    internal static void WriteModalities(Utf8JsonWriter writer, RealtimeDialect dialect, IReadOnlyList<string> modalities)
    {
        bool beta = dialect == RealtimeDialect.Beta;
        writer.WriteStartArray(beta ? "modalities"u8 : "output_modalities"u8);
        foreach (string modality in modalities)
            writer.WriteStringValue(modality);
        if (beta && modalities is ["audio"])
            writer.WriteStringValue("text"u8);
        writer.WriteEndArray();
    }

    private static void LayOver(JsonObject whole, JsonObject extra)
    {
        foreach ((string name, JsonNode? value) in extra)
        {
            if (value is JsonObject inner && whole[name] is JsonObject existing)
                LayOver(existing, inner);
            else
                whole[name] = value?.DeepClone();
        }
    }
}

/// <summary>How the user's speech is written down.</summary>
public sealed class InputTranscription
{
    /// <summary>The model that listens, such as <c>gpt-4o-mini-transcribe</c> or <c>whisper-1</c>. Default: <c>gpt-4o-mini-transcribe</c>.</summary>
    public string Model { get; set; } = "gpt-4o-mini-transcribe";

    /// <summary>The language, as ISO 639-1, which makes it quicker and better. Default: not set.</summary>
    public string? Language { get; set; }

    /// <summary>Words to expect. Default: not set.</summary>
    public string? Prompt { get; set; }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("model"u8, Model);
        ConversationItem.WriteIfSet(writer, "language"u8, Language);
        ConversationItem.WriteIfSet(writer, "prompt"u8, Prompt);
        writer.WriteEndObject();
    }
}

/// <summary>Who decides when the user's turn is over.</summary>
public abstract class TurnDetection
{
    private protected TurnDetection()
    {
    }

    /// <summary>Whether the model answers by itself at the end of a turn. Default: not set (true at the service).</summary>
    public bool? CreateResponse { get; set; }

    /// <summary>Whether the user's speech cuts the model off. Default: not set (true at the service).</summary>
    public bool? InterruptResponse { get; set; }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteOwn(writer);
        if (CreateResponse is { } create)
            writer.WriteBoolean("create_response"u8, create);
        if (InterruptResponse is { } interrupt)
            writer.WriteBoolean("interrupt_response"u8, interrupt);
        writer.WriteEndObject();
    }

    private protected abstract void WriteOwn(Utf8JsonWriter writer);
}

/// <summary><c>server_vad</c>: a turn ends after a silence.</summary>
public sealed class ServerVad : TurnDetection
{
    /// <summary>How loud speech must be, 0 to 1. Default: not set (0.5).</summary>
    public double? Threshold { get; set; }

    /// <summary>How much audio before the speech belongs to it. Default: not set (300 ms).</summary>
    public TimeSpan? PrefixPadding { get; set; }

    /// <summary>How long a silence ends the turn. Default: not set (500 ms).</summary>
    public TimeSpan? SilenceDuration { get; set; }

    private protected override void WriteOwn(Utf8JsonWriter writer)
    {
        writer.WriteString("type"u8, "server_vad"u8);
        if (Threshold is { } threshold)
            writer.WriteNumber("threshold"u8, threshold);
        if (PrefixPadding is { } padding)
            writer.WriteNumber("prefix_padding_ms"u8, (long)padding.TotalMilliseconds);
        if (SilenceDuration is { } silence)
            writer.WriteNumber("silence_duration_ms"u8, (long)silence.TotalMilliseconds);
    }
}

/// <summary><c>semantic_vad</c>: a turn ends when what was said sounds complete.</summary>
public sealed class SemanticVad : TurnDetection
{
    /// <summary>How soon: <c>low</c>, <c>medium</c>, <c>high</c> or <c>auto</c>. Default: not set (auto).</summary>
    public string? Eagerness { get; set; }

    private protected override void WriteOwn(Utf8JsonWriter writer)
    {
        writer.WriteString("type"u8, "semantic_vad"u8);
        ConversationItem.WriteIfSet(writer, "eagerness"u8, Eagerness);
    }
}
