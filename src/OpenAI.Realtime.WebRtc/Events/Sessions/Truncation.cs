using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>truncation</c>: what happens when the conversation outgrows the model's window.</summary>
[JsonConverter(typeof(TruncationConverter))]
public abstract record Truncation
{
    private protected Truncation()
    {
    }

    /// <summary><c>auto</c>: the oldest messages are dropped as needed.</summary>
    public static Truncation Auto => new TruncationMode("auto");

    /// <summary><c>disabled</c>: nothing is dropped, and responses fail.</summary>
    public static Truncation Disabled => new TruncationMode("disabled");

    /// <summary><c>retention_ratio</c>: so much is dropped at once that this part of the conversation stays, which lets more of it come from the cache.</summary>
    /// <param name="ratio">The part, 0 to 1.</param>
    public static RetentionRatio Retain(double ratio) => ratio is >= 0 and <= 1
        ? new() { Ratio = ratio }
        : throw new ArgumentOutOfRangeException(nameof(ratio), ratio, "A share lies between 0 and 1.");
}

/// <summary>A mode: <c>auto</c> or <c>disabled</c>.</summary>
/// <param name="Value">The name on the wire.</param>
public sealed record TruncationMode(string Value) : Truncation, IBareText
{
    string IBareText.Text => Value;

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}

/// <summary><c>retention_ratio</c>: how much stays when something has to go.</summary>
public sealed record RetentionRatio : Truncation, IHasUnknownFields
{
    /// <summary>The kind on the wire.</summary>
    public string Type { get; } = "retention_ratio";

    /// <summary>The part of the conversation that stays, 0 to 1.</summary>
    [JsonPropertyName("retention_ratio")]
    public double? Ratio { get; set; }

    /// <summary>Limits below the model's own. Default: not set.</summary>
    public Optional<TokenLimits?> TokenLimits { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>token_limits</c>: how many tokens the conversation may have.</summary>
public sealed record TokenLimits : IHasUnknownFields
{
    /// <summary>All after the instructions and tools. Default: not set.</summary>
    public Optional<int?> PostInstructions { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>Truncation in a shape that this version does not know.</summary>
/// <param name="Json">All of it.</param>
public sealed record UnknownTruncation(RawJson Json) : Truncation, IKeepsJson;
