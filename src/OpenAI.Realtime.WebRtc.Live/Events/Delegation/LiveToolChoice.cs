using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Live.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary><c>tool_choice</c>: whether the Responses model uses tools, and which.</summary>
[JsonConverter(typeof(LiveToolChoiceConverter))]
public abstract record LiveToolChoice
{
    private protected LiveToolChoice()
    {
    }

    /// <summary><c>auto</c>: as the model sees fit.</summary>
    public static LiveToolChoice Auto => new LiveToolChoiceMode("auto");

    /// <summary><c>none</c>: no tool.</summary>
    public static LiveToolChoice None => new LiveToolChoiceMode("none");

    /// <summary><c>required</c>: one at least.</summary>
    public static LiveToolChoice Required => new LiveToolChoiceMode("required");

    /// <summary>This function.</summary>
    public static LiveToolChoice Function(string name) => new LiveNamedToolChoice("function") { Name = name };

    /// <summary>This kind of tool, such as <c>web_search</c>.</summary>
    public static LiveToolChoice OfType(string type) => new LiveNamedToolChoice(type);
}

/// <summary>A mode: <c>auto</c>, <c>none</c>, <c>required</c>.</summary>
/// <param name="Value">The name on the wire.</param>
public sealed record LiveToolChoiceMode(string Value) : LiveToolChoice, IBareText
{
    string IBareText.Text => Value;

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}

/// <summary>One tool, by its kind and, for <c>function</c>, <c>mcp</c> and <c>custom</c>, its name.</summary>
public sealed record LiveNamedToolChoice : LiveToolChoice, IHasUnknownFields
{
    /// <summary>Chooses a tool.</summary>
    /// <param name="type">The kind.</param>
    public LiveNamedToolChoice(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        Type = type;
    }

    /// <summary>The kind on the wire.</summary>
    public string Type { get; }

    /// <summary>The tool's name. Default: not set.</summary>
    public Optional<string?> Name { get; set; }

    /// <summary>The label of the MCP server. Default: not set.</summary>
    public Optional<string?> ServerLabel { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>allowed_tools</c>: some of the tools.</summary>
public sealed record LiveAllowedTools : LiveToolChoice, IHasUnknownFields
{
    /// <summary>The kind on the wire.</summary>
    public string Type { get; } = "allowed_tools";

    /// <summary>Which.</summary>
    public OptionalList<LiveToolChoice> Tools { get; set; }

    /// <summary>Whether they are used: <c>none</c>, <c>auto</c>, <c>required</c>. Default: not set.</summary>
    public Optional<string?> Mode { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>A choice in a shape that this version does not know.</summary>
/// <param name="Json">The whole choice.</param>
public sealed record UnknownLiveToolChoice(RawJson Json) : LiveToolChoice, IKeepsJson;
