using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>languages</c>: a language that was spoken.</summary>
public sealed record TranscriptionLanguage : IHasUnknownFields
{
    /// <summary>The language, such as <c>en</c>.</summary>
    public string? Code { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>logprobs</c>: how sure the model is of one token.</summary>
public sealed record TokenLogProbability : IHasUnknownFields
{
    /// <summary>The token as text.</summary>
    public string? Token { get; init; }

    /// <summary>The natural logarithm of the token's probability: 0 is certain, less is less sure.</summary>
    [JsonPropertyName("logprob")]
    public double? LogProbability { get; init; }

    /// <summary>The token in UTF-8, one number a byte: a token may be part of a character.</summary>
    public OptionalList<int> Bytes { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>usage</c> of a transcription: what it is billed by. Some models count tokens, others time; the fields of the other kind are null.</summary>
public sealed record TranscriptionUsage : IHasUnknownFields
{
    /// <summary>What is counted.</summary>
    public TranscriptionUsageType? Type { get; init; }

    /// <summary>The audio's duration, where time is counted.</summary>
    [JsonPropertyName("seconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Duration { get; init; }

    /// <summary>All tokens, where tokens are counted.</summary>
    public long? TotalTokens { get; init; }

    /// <summary>Tokens that went in.</summary>
    public long? InputTokens { get; init; }

    /// <summary>What the tokens that went in are.</summary>
    public InputTokenDetails? InputTokenDetails { get; init; }

    /// <summary>Tokens that came out.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The time or the number of tokens.</summary>
    public override string ToString() => Duration is { } duration ? EventText.Of(duration) : $"{TotalTokens} tokens";
}
