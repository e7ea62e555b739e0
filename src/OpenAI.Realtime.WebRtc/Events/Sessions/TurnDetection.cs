using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>turn_detection</c>: who decides when the user's turn is over.</summary>
[JsonConverter(typeof(TurnDetectionConverter))]
public abstract record TurnDetection : IHasUnknownFields
{
    private protected TurnDetection()
    {
    }

    /// <summary>The kind on the wire; null where it is missing.</summary>
    public abstract string? Type { get; }

    /// <summary>Whether the model answers by itself at the end of a turn. Default: not set (true at the service).</summary>
    public Optional<bool?> CreateResponse { get; set; }

    /// <summary>Whether the user's speech cuts the model off. Default: not set (true at the service).</summary>
    public Optional<bool?> InterruptResponse { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>server_vad</c>: a turn ends after a silence.</summary>
public sealed record ServerVad : TurnDetection
{
    /// <inheritdoc/>
    public override string Type => "server_vad";

    /// <summary>How loud speech must be, 0 to 1. Default: not set (0.5).</summary>
    public Optional<double?> Threshold { get; set; }

    /// <summary>How much audio before the speech belongs to it. Default: not set (300 ms).</summary>
    [JsonPropertyName("prefix_padding_ms")]
    public Optional<TimeSpan?> PrefixPadding { get; set; }

    /// <summary>How long a silence ends the turn. Default: not set (500 ms).</summary>
    [JsonPropertyName("silence_duration_ms")]
    public Optional<TimeSpan?> SilenceDuration { get; set; }

    /// <summary>After how long a silence the model speaks up by itself, 5 s to 30 s; null for never. Not in the beta. Default: not set (never).</summary>
    [JsonPropertyName("idle_timeout_ms")]
    public Optional<TimeSpan?> IdleTimeout { get; set; }
}

/// <summary><c>semantic_vad</c>: a turn ends when what was said sounds complete.</summary>
public sealed record SemanticVad : TurnDetection
{
    /// <inheritdoc/>
    public override string Type => "semantic_vad";

    /// <summary>How soon. Default: not set (auto).</summary>
    public OptionalValue<Eagerness> Eagerness { get; set; }
}

/// <summary>Turn detection of a kind or in a shape that this version does not know.</summary>
/// <param name="Json">All of it.</param>
public sealed record UnknownTurnDetection([property: JsonIgnore] RawJson Json) : TurnDetection, IKeepsJson
{
    /// <inheritdoc/>
    public override string? Type => Json.KindOf();
}
