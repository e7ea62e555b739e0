using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>What a question to the Decisions model asks for, and what its answer gives.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveDecisionKind>))]
public readonly record struct LiveDecisionKind(string Value) : IOpenValue<LiveDecisionKind>
{
    /// <summary><c>predicate</c>: how probable it is that something holds.</summary>
    public static LiveDecisionKind Predicate => new("predicate");

    /// <summary><c>choice</c>: one of several values.</summary>
    public static LiveDecisionKind Choice => new("choice");

    /// <summary><c>score</c>: a level of several.</summary>
    public static LiveDecisionKind Score => new("score");

    /// <summary><c>refusal</c>: no answer; of answers alone.</summary>
    public static LiveDecisionKind Refusal => new("refusal");

    /// <inheritdoc/>
    public static implicit operator LiveDecisionKind(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>The events on which a trigger asks the Decisions model.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveTranscriptEvent>))]
public readonly record struct LiveTranscriptEvent(string Value) : IOpenValue<LiveTranscriptEvent>
{
    /// <summary><c>session.input_transcript.delta</c>: the user has said something.</summary>
    public static LiveTranscriptEvent InputTranscriptDelta => new("session.input_transcript.delta");

    /// <summary><c>session.output_transcript.delta</c>: the model has said something.</summary>
    public static LiveTranscriptEvent OutputTranscriptDelta => new("session.output_transcript.delta");

    /// <inheritdoc/>
    public static implicit operator LiveTranscriptEvent(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>The kind of a part of a message.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveContentKind>))]
public readonly record struct LiveContentKind(string Value) : IOpenValue<LiveContentKind>
{
    /// <summary><c>input_text</c>.</summary>
    public static LiveContentKind InputText => new("input_text");

    /// <summary><c>input_image</c>.</summary>
    public static LiveContentKind InputImage => new("input_image");

    /// <summary><c>input_json</c>.</summary>
    public static LiveContentKind InputJson => new("input_json");

    /// <summary><c>output_text</c>.</summary>
    public static LiveContentKind OutputText => new("output_text");

    /// <summary><c>text</c>: what the assistant said, in the short form.</summary>
    public static LiveContentKind Text => new("text");

    /// <summary><c>refusal</c>.</summary>
    public static LiveContentKind Refusal => new("refusal");

    /// <inheritdoc/>
    public static implicit operator LiveContentKind(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>How closely the model looks at an image.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveImageDetail>))]
public readonly record struct LiveImageDetail(string Value) : IOpenValue<LiveImageDetail>
{
    /// <summary><c>low</c>.</summary>
    public static LiveImageDetail Low => new("low");

    /// <summary><c>high</c>.</summary>
    public static LiveImageDetail High => new("high");

    /// <summary><c>auto</c>.</summary>
    public static LiveImageDetail Auto => new("auto");

    /// <summary><c>original</c>.</summary>
    public static LiveImageDetail Original => new("original");

    /// <inheritdoc/>
    public static implicit operator LiveImageDetail(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>What a message of the assistant was for.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveMessagePhase>))]
public readonly record struct LiveMessagePhase(string Value) : IOpenValue<LiveMessagePhase>
{
    /// <summary><c>commentary</c>.</summary>
    public static LiveMessagePhase Commentary => new("commentary");

    /// <summary><c>final_answer</c>.</summary>
    public static LiveMessagePhase FinalAnswer => new("final_answer");

    /// <inheritdoc/>
    public static implicit operator LiveMessagePhase(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}
