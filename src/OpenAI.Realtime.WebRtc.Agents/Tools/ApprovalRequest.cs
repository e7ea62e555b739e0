using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// The model wants to call a tool that needs the program's leave: a function wrapped in <c>ApprovalRequiredAIFunction</c>, or a tool of an MCP server. Answer with
/// <see cref="VoiceConversation.Approve"/> or <see cref="VoiceConversation.Refuse"/>; the conversation goes on meanwhile.
/// </summary>
public sealed class ApprovalRequest
{
    /// <summary>Makes one; for conversations of other packages, and for tests.</summary>
    /// <param name="toolName">The tool's name.</param>
    /// <param name="arguments">The arguments that it is to be called with, as JSON text.</param>
    /// <param name="serverLabel">The MCP server whose tool it is, by its label. Default: null, a function of the program.</param>
    public ApprovalRequest(string toolName, string arguments, string? serverLabel = null)
        : this(toolName, arguments, serverLabel, Instant.Never)
    {
        ArgumentNullException.ThrowIfNull(toolName);
        ArgumentNullException.ThrowIfNull(arguments);
    }

    internal ApprovalRequest(string toolName, string arguments, string? serverLabel, Instant expires)
    {
        ToolName = toolName;
        Arguments = arguments;
        ServerLabel = serverLabel;
        Expires = expires;
    }

    /// <summary>The tool's name.</summary>
    public string ToolName { get; }

    /// <summary>The arguments that it is to be called with, as JSON text of the model's own. What is approved is the call with these.</summary>
    public string Arguments { get; }

    /// <summary>The MCP server whose tool it is, by its label; null for a function of the program.</summary>
    public string? ServerLabel { get; }

    /// <summary>The tool; not what it is to be called with.</summary>
    public override string ToString() => ServerLabel is null ? ToolName : $"{ServerLabel}.{ToolName}";

    internal Instant Expires { get; }

    /// <summary>The function's call; null for an MCP server's.</summary>
    internal ToolEntry? Entry { get; init; }

    /// <summary>The item that asks; null for a function of the program.</summary>
    internal string? McpItemId { get; init; }

    /// <summary>What "always" stands for.</summary>
    internal (string? Server, string Tool) Subject => (ServerLabel, ToolName);
}
