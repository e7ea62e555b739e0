using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>tool_choice</c>: whether the model uses tools, and which.</summary>
[JsonConverter(typeof(ToolChoiceConverter))]
public abstract record ToolChoice
{
    private protected ToolChoice()
    {
    }

    /// <summary><c>auto</c>: as the model sees fit.</summary>
    public static ToolChoice Auto => new ToolChoiceMode("auto");

    /// <summary><c>none</c>: no tool.</summary>
    public static ToolChoice None => new ToolChoiceMode("none");

    /// <summary><c>required</c>: one at least.</summary>
    public static ToolChoice Required => new ToolChoiceMode("required");

    /// <summary><c>function</c>: this function.</summary>
    /// <param name="name">Its name.</param>
    public static ToolChoice Function(string name) => new FunctionToolChoice { Name = name };

    /// <summary><c>mcp</c>: a tool of this MCP server.</summary>
    /// <param name="serverLabel">The server's label.</param>
    /// <param name="name">The tool. Default: any of them.</param>
    public static ToolChoice Mcp(string serverLabel, string? name = null) =>
        new McpToolChoice { ServerLabel = serverLabel, Name = name is null ? default : name };
}

/// <summary>A mode: <c>auto</c>, <c>none</c>, <c>required</c>.</summary>
/// <param name="Value">The name on the wire.</param>
public sealed record ToolChoiceMode(string Value) : ToolChoice, IBareText
{
    string IBareText.Text => Value;

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}

/// <summary><c>function</c>: one function.</summary>
public sealed record FunctionToolChoice : ToolChoice, IHasUnknownFields
{
    /// <summary>The kind on the wire.</summary>
    public string Type { get; } = "function";

    /// <summary>The function's name.</summary>
    public string? Name { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>mcp</c>: a tool of one MCP server.</summary>
public sealed record McpToolChoice : ToolChoice, IHasUnknownFields
{
    /// <summary>The kind on the wire.</summary>
    public string Type { get; } = "mcp";

    /// <summary>The server's label.</summary>
    public string? ServerLabel { get; set; }

    /// <summary>The tool. Default: not set, any of them.</summary>
    public Optional<string?> Name { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>A choice in a shape that this version does not know.</summary>
/// <param name="Json">The whole choice.</param>
public sealed record UnknownToolChoice(RawJson Json) : ToolChoice, IKeepsJson;
