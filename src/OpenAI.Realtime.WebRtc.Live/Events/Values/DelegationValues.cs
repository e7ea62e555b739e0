using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>Who is to do what the voice model hands over.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveDelegationTarget>))]
public readonly record struct LiveDelegationTarget(string Value) : IOpenValue<LiveDelegationTarget>
{
    /// <summary><c>client</c>: your program.</summary>
    public static LiveDelegationTarget Client => new("client");

    /// <summary><c>responses</c>: a model of the Responses API, run by the service.</summary>
    public static LiveDelegationTarget Responses => new("responses");

    /// <summary><c>decisions</c>: the Decisions model.</summary>
    public static LiveDelegationTarget Decisions => new("decisions");

    /// <inheritdoc/>
    public static implicit operator LiveDelegationTarget(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>How much a model thinks before it answers.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveReasoningEffort>))]
public readonly record struct LiveReasoningEffort(string Value) : IOpenValue<LiveReasoningEffort>
{
    /// <summary><c>none</c>.</summary>
    public static LiveReasoningEffort None => new("none");

    /// <summary><c>minimal</c>.</summary>
    public static LiveReasoningEffort Minimal => new("minimal");

    /// <summary><c>low</c>.</summary>
    public static LiveReasoningEffort Low => new("low");

    /// <summary><c>medium</c>.</summary>
    public static LiveReasoningEffort Medium => new("medium");

    /// <summary><c>high</c>.</summary>
    public static LiveReasoningEffort High => new("high");

    /// <summary><c>xhigh</c>.</summary>
    public static LiveReasoningEffort Xhigh => new("xhigh");

    /// <inheritdoc/>
    public static implicit operator LiveReasoningEffort(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>How a model sums up what it thought.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveReasoningSummary>))]
public readonly record struct LiveReasoningSummary(string Value) : IOpenValue<LiveReasoningSummary>
{
    /// <summary><c>concise</c>.</summary>
    public static LiveReasoningSummary Concise => new("concise");

    /// <summary><c>detailed</c>.</summary>
    public static LiveReasoningSummary Detailed => new("detailed");

    /// <summary><c>auto</c>.</summary>
    public static LiveReasoningSummary Auto => new("auto");

    /// <inheritdoc/>
    public static implicit operator LiveReasoningSummary(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>How soon, and for how much, a model is run.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveServiceTier>))]
public readonly record struct LiveServiceTier(string Value) : IOpenValue<LiveServiceTier>
{
    /// <summary><c>auto</c>.</summary>
    public static LiveServiceTier Auto => new("auto");

    /// <summary><c>default</c>.</summary>
    public static LiveServiceTier Default => new("default");

    /// <summary><c>fast_tier_temp_pilot</c>.</summary>
    public static LiveServiceTier FastTierTempPilot => new("fast_tier_temp_pilot");

    /// <summary><c>flex</c>.</summary>
    public static LiveServiceTier Flex => new("flex");

    /// <summary><c>priority</c>.</summary>
    public static LiveServiceTier Priority => new("priority");

    /// <summary><c>ultrafast</c>.</summary>
    public static LiveServiceTier Ultrafast => new("ultrafast");

    /// <inheritdoc/>
    public static implicit operator LiveServiceTier(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>How much a model writes.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveVerbosity>))]
public readonly record struct LiveVerbosity(string Value) : IOpenValue<LiveVerbosity>
{
    /// <summary><c>low</c>.</summary>
    public static LiveVerbosity Low => new("low");

    /// <summary><c>medium</c>.</summary>
    public static LiveVerbosity Medium => new("medium");

    /// <summary><c>high</c>.</summary>
    public static LiveVerbosity High => new("high");

    /// <inheritdoc/>
    public static implicit operator LiveVerbosity(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}
