using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>rate_limits.updated</c>: what is left of the account's limits, at the beginning and the end of a response.</summary>
public sealed record RateLimitsUpdated : ServerEvent
{
    /// <summary>The limits.</summary>
    public required OptionalList<RateLimit> RateLimits { get; init; }

    private protected override string WireName => "rate_limits.updated";

    private protected override string Gist => string.Join(", ", RateLimits);
}

/// <summary><c>rate_limits</c>: one limit.</summary>
public sealed record RateLimit : IHasUnknownFields
{
    /// <summary>What is limited.</summary>
    public RateLimitName? Name { get; init; }

    /// <summary>The limit.</summary>
    public long? Limit { get; init; }

    /// <summary>What is left.</summary>
    public long? Remaining { get; init; }

    /// <summary>Until the limit is whole again.</summary>
    [JsonPropertyName("reset_seconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Reset { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The name and what is left.</summary>
    public override string ToString() => $"{Name} {Remaining} of {Limit} left";
}
