using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>mcp_list_tools</c>: the tools that an MCP server has.</summary>
public sealed record McpListToolsItem : ConversationItem
{
    /// <inheritdoc/>
    public override string Type => "mcp_list_tools";

    /// <summary>The server, by the label that the session's configuration gives it.</summary>
    public required string ServerLabel { get; init; }

    /// <summary>Its tools.</summary>
    public OptionalList<McpServerTool> Tools { get; init; }

    private protected override string Gist => $"{ServerLabel}: {string.Join(", ", Tools)}";
}

/// <summary><c>tools</c> of <c>mcp_list_tools</c>: a tool that an MCP server has.</summary>
public sealed record McpServerTool : IHasUnknownFields
{
    /// <summary>The tool's name.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, for the model; null where the server does not say.</summary>
    public string? Description { get; init; }

    /// <summary>The JSON schema of its arguments.</summary>
    public RawJson? InputSchema { get; init; }

    /// <summary>What else the server says about it, as JSON; null for nothing.</summary>
    public RawJson? Annotations { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary><c>mcp_call</c>: the service calls a tool of an MCP server for the model; there is nothing to answer.</summary>
public sealed record McpCallItem : ConversationItem
{
    /// <inheritdoc/>
    public override string Type => "mcp_call";

    /// <summary>The server, by the label that the session's configuration gives it.</summary>
    public required string ServerLabel { get; init; }

    /// <summary>The tool's name.</summary>
    public required string Name { get; init; }

    /// <summary>The arguments, as JSON text of the model's own; empty while it is still being written.</summary>
    public required string Arguments { get; init; }

    /// <summary>The <see cref="McpApprovalRequestItem"/> that allowed the call; null when none was needed.</summary>
    public string? ApprovalRequestId { get; init; }

    /// <summary>What the tool answered; null while it has not, and when it failed.</summary>
    public string? Output { get; init; }

    /// <summary>Why the call failed; null when it did not.</summary>
    public McpCallError? Error { get; init; }

    private protected override string Gist => $"{ServerLabel}.{Name}({Arguments})" + (Error is not null ? $" failed: {Error}" : Output is not null ? $" = {Output}" : "");
}

/// <summary><c>error</c> of <c>mcp_call</c>: why a call to an MCP server failed.</summary>
public sealed record McpCallError : IHasUnknownFields
{
    /// <summary>Where it failed.</summary>
    public McpCallErrorType? Type { get; init; }

    /// <summary>The protocol's code or the HTTP status; null when a tool failed.</summary>
    public long? Code { get; init; }

    /// <summary>What happened, for people.</summary>
    public string? Message { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The kind, the code and the message.</summary>
    public override string ToString() => EventText.Of(Code is { } code ? $"{Type} {code}" : $"{Type}", Message);
}

/// <summary><c>mcp_approval_request</c>: the model wants to call a tool that needs your leave. Answer with <see cref="ConversationItem.McpApproval"/>.</summary>
public sealed record McpApprovalRequestItem : ConversationItem
{
    /// <inheritdoc/>
    public override string Type => "mcp_approval_request";

    /// <summary>The server, by the label that the session's configuration gives it.</summary>
    public required string ServerLabel { get; init; }

    /// <summary>The tool's name.</summary>
    public required string Name { get; init; }

    /// <summary>The arguments that it is to be called with, as JSON text of the model's own.</summary>
    public required string Arguments { get; init; }

    private protected override string Gist => $"{ServerLabel}.{Name}({Arguments})";
}

/// <summary><c>mcp_approval_response</c>: whether a tool of an MCP server may be called.</summary>
public sealed record McpApprovalResponseItem : ConversationItem
{
    /// <inheritdoc/>
    public override string Type => "mcp_approval_response";

    /// <summary>The <see cref="ConversationItem.Id"/> of the <see cref="McpApprovalRequestItem"/>.</summary>
    public required string ApprovalRequestId { get; init; }

    /// <summary>Whether the call may be made.</summary>
    public required bool Approve { get; init; }

    /// <summary>Why, for the model. Default: not given.</summary>
    public string? Reason { get; init; }

    private protected override string Gist => ApprovalRequestId + (Approve ? " approved" : " declined") + (Reason is null ? "" : ": " + Reason);
}
