using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// <c>mcp</c>: the tools of a server that speaks the Model Context Protocol. The service itself calls them. It is reached by one of <see cref="ServerUrl"/>,
/// <see cref="ConnectorId"/> and <see cref="TunnelId"/>.
/// </summary>
public sealed record McpServer : SessionTool
{
    /// <inheritdoc/>
    public override string Type => "mcp";

    /// <summary>What items and approvals call the server.</summary>
    public string? ServerLabel { get; set; }

    /// <summary>Its address.</summary>
    public Optional<string?> ServerUrl { get; set; }

    /// <summary>One of the services that OpenAI connects to.</summary>
    public OptionalValue<McpConnector> ConnectorId { get; set; }

    /// <summary>A tunnel to a private server, <c>tunnel_…</c>.</summary>
    public Optional<string?> TunnelId { get; set; }

    /// <summary>An OAuth access token for the server or the connector. A secret: sent in the configuration, and never shown by this library.</summary>
    public Optional<string?> Authorization { get; set; }

    /// <summary>What the server is for, for the model.</summary>
    public Optional<string?> ServerDescription { get; set; }

    /// <summary>HTTP headers for the server. May hold secrets.</summary>
    public Optional<StringMap?> Headers { get; set; }

    /// <summary>Which of its tools the model may use. Default: not set (all).</summary>
    public Optional<McpToolSelection?> AllowedTools { get; set; }

    /// <summary>Who may call them, at least one. Default: not set.</summary>
    public OptionalList<ToolCaller> AllowedCallers { get; set; }

    /// <summary>Which calls need your approval (<c>mcp_approval_request</c>). Default: not set (always).</summary>
    public Optional<McpApprovalPolicy?> RequireApproval { get; set; }

    /// <summary>Whether the tools are only looked up when the model searches for them. Default: not set (false).</summary>
    public Optional<bool?> DeferLoading { get; set; }

    private protected override string? Gist => ServerLabel;
}

/// <summary>Some of an MCP server's tools: a list of names, or a filter (<c>tool_names</c>, <c>read_only</c>).</summary>
public sealed record McpToolSelection : IHasUnknownFields
{
    /// <summary>Their names. Default: not set.</summary>
    public OptionalList<string> ToolNames { get; set; }

    /// <summary>Only those that the server says change nothing. Default: not set.</summary>
    public Optional<bool?> ReadOnly { get; set; }

    /// <summary>Whether it is a mere list on the wire.</summary>
    [JsonIgnore]
    public bool IsList { get; init; }

    /// <summary>What was received, where it is neither; written again as it came. Otherwise null.</summary>
    [JsonIgnore]
    public RawJson? Json { get; internal init; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The tools of these names, as a list.</summary>
    public static McpToolSelection Named(params string[] names) => new() { ToolNames = [.. names], IsList = true };

    /// <summary>The names.</summary>
    public override string ToString() => Json?.ToString() ?? ToolNames.ToString();
}

/// <summary><c>require_approval</c>: which calls of an MCP server's tools wait for an <c>mcp_approval_response</c>.</summary>
[JsonConverter(typeof(McpApprovalPolicyConverter))]
public abstract record McpApprovalPolicy
{
    private protected McpApprovalPolicy()
    {
    }

    /// <summary><c>always</c>: each one.</summary>
    public static McpApprovalPolicy Always => new McpApprovalMode("always");

    /// <summary><c>never</c>: none.</summary>
    public static McpApprovalPolicy Never => new McpApprovalMode("never");
}

/// <summary>One rule for all tools: <c>always</c> or <c>never</c>.</summary>
/// <param name="Value">The name on the wire.</param>
public sealed record McpApprovalMode(string Value) : McpApprovalPolicy, IBareText
{
    string IBareText.Text => Value;

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}

/// <summary>Rules for some of the tools.</summary>
public sealed record McpApprovalRules : McpApprovalPolicy, IHasUnknownFields
{
    /// <summary>The tools that always need approval. Default: not set.</summary>
    public new Optional<McpToolSelection?> Always { get; set; }

    /// <summary>The tools that never do. Default: not set.</summary>
    public new Optional<McpToolSelection?> Never { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>A rule in a shape that this version does not know.</summary>
/// <param name="Json">The whole rule.</param>
public sealed record UnknownMcpApprovalPolicy(RawJson Json) : McpApprovalPolicy, IKeepsJson;
