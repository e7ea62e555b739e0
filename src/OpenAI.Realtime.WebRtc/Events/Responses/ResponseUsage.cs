using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>usage</c>: what a response is billed by. The conversation so far goes in with every response, so the input grows from turn to turn.</summary>
public sealed record ResponseUsage : IHasUnknownFields
{
    /// <summary>All tokens.</summary>
    public long? TotalTokens { get; init; }

    /// <summary>Tokens that went in.</summary>
    public long? InputTokens { get; init; }

    /// <summary>Tokens that came out.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>What the tokens that went in are.</summary>
    public InputTokenDetails? InputTokenDetails { get; init; }

    /// <summary>What the tokens that came out are.</summary>
    public TokenCounts? OutputTokenDetails { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The number of tokens.</summary>
    public override string ToString() => $"{TotalTokens} tokens";
}

/// <summary><c>input_token_details</c>: what the tokens that went in are.</summary>
public sealed record InputTokenDetails : IHasUnknownFields
{
    /// <summary>Tokens of text.</summary>
    public long? TextTokens { get; init; }

    /// <summary>Tokens of audio.</summary>
    public long? AudioTokens { get; init; }

    /// <summary>Tokens of images.</summary>
    public long? ImageTokens { get; init; }

    /// <summary>How many of them were remembered from before, which is cheaper.</summary>
    public long? CachedTokens { get; init; }

    /// <summary>What the remembered ones are.</summary>
    public TokenCounts? CachedTokensDetails { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>output_token_details</c>, <c>cached_tokens_details</c>: what tokens are.</summary>
public sealed record TokenCounts : IHasUnknownFields
{
    /// <summary>Tokens of text.</summary>
    public long? TextTokens { get; init; }

    /// <summary>Tokens of audio.</summary>
    public long? AudioTokens { get; init; }

    /// <summary>Tokens of images.</summary>
    public long? ImageTokens { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}
