namespace OpenAI.Realtime.WebRtc.Events;

// An MCP server is first asked for its tools. When the model calls one, its arguments are written, then the service itself makes the call:
//
//   mcp_list_tools.in_progress → mcp_list_tools.completed | .failed
//   response.mcp_call_arguments.delta … → .done → response.mcp_call.in_progress → response.mcp_call.completed | .failed

/// <summary><c>mcp_list_tools.in_progress</c>: an MCP server is asked for its tools.</summary>
public sealed record McpListToolsInProgress : ServerEvent
{
    /// <summary>The item: a <see cref="McpListToolsItem"/>.</summary>
    public required string ItemId { get; init; }

    private protected override string WireName => "mcp_list_tools.in_progress";

    private protected override string Gist => ItemId;
}

/// <summary><c>mcp_list_tools.completed</c>: an MCP server has told its tools; they stand in the item.</summary>
public sealed record McpListToolsCompleted : ServerEvent
{
    /// <summary>The item: a <see cref="McpListToolsItem"/>.</summary>
    public required string ItemId { get; init; }

    private protected override string WireName => "mcp_list_tools.completed";

    private protected override string Gist => ItemId;
}

/// <summary><c>mcp_list_tools.failed</c>: an MCP server did not tell its tools; the model goes without them.</summary>
public sealed record McpListToolsFailed : ServerEvent
{
    /// <summary>The item: a <see cref="McpListToolsItem"/>.</summary>
    public required string ItemId { get; init; }

    private protected override string WireName => "mcp_list_tools.failed";

    private protected override string Gist => ItemId;
}

/// <summary><c>response.mcp_call_arguments.delta</c>: the next piece of the arguments of a call to an MCP server.</summary>
public sealed record ResponseMcpCallArgumentsDelta : ResponseItemEvent
{
    /// <summary>The piece of JSON text.</summary>
    public required string Delta { get; init; }

    /// <summary>Noise that hides the length of the piece from who watches the traffic; of no meaning.</summary>
    public string? Obfuscation { get; init; }

    private protected override string WireName => "response.mcp_call_arguments.delta";

    private protected override string Gist => Delta;
}

/// <summary><c>response.mcp_call_arguments.done</c>: the arguments of a call to an MCP server are complete.</summary>
public sealed record ResponseMcpCallArgumentsDone : ResponseItemEvent
{
    /// <summary>The arguments, as JSON text.</summary>
    public required string Arguments { get; init; }

    private protected override string WireName => "response.mcp_call_arguments.done";

    private protected override string Gist => Arguments;
}

/// <summary><c>response.mcp_call.in_progress</c>: the service calls the MCP server.</summary>
public sealed record ResponseMcpCallInProgress : ServerEvent
{
    /// <summary>The item: a <see cref="McpCallItem"/>.</summary>
    public required string ItemId { get; init; }

    /// <summary>The item's place in the response.</summary>
    public int OutputIndex { get; init; }

    private protected override string WireName => "response.mcp_call.in_progress";

    private protected override string Gist => ItemId;
}

/// <summary><c>response.mcp_call.completed</c>: the MCP server has answered; its output stands in the item.</summary>
public sealed record ResponseMcpCallCompleted : ServerEvent
{
    /// <summary>The item: a <see cref="McpCallItem"/>.</summary>
    public required string ItemId { get; init; }

    /// <summary>The item's place in the response.</summary>
    public int OutputIndex { get; init; }

    private protected override string WireName => "response.mcp_call.completed";

    private protected override string Gist => ItemId;
}

/// <summary><c>response.mcp_call.failed</c>: the call has failed; the error stands in the item.</summary>
public sealed record ResponseMcpCallFailed : ServerEvent
{
    /// <summary>The item: a <see cref="McpCallItem"/>.</summary>
    public required string ItemId { get; init; }

    /// <summary>The item's place in the response.</summary>
    public int OutputIndex { get; init; }

    private protected override string WireName => "response.mcp_call.failed";

    private protected override string Gist => ItemId;
}
