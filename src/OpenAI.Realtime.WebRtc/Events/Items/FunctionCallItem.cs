using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>function_call</c>: the model calls a function of yours. Answer with a <see cref="FunctionCallOutputItem"/>.</summary>
public sealed record FunctionCallItem : ConversationItem
{
    /// <inheritdoc/>
    public override string Type => "function_call";

    /// <summary>Links the call and its output.</summary>
    public string? CallId { get; init; }

    /// <summary>The function's name.</summary>
    public required string Name { get; init; }

    /// <summary>The arguments, as JSON text of the model's own; empty while it is still being written.</summary>
    public required string Arguments { get; init; }

    private protected override string Gist => $"{Name}({Arguments})";
}

/// <summary><c>function_call_output</c>: the result of a function call.</summary>
public sealed record FunctionCallOutputItem : ConversationItem
{
    /// <inheritdoc/>
    public override string Type => "function_call_output";

    /// <summary>The call's <see cref="FunctionCallItem.CallId"/>.</summary>
    public required string CallId { get; init; }

    /// <summary>The result, as the model is to read it.</summary>
    public required string Output { get; init; }

    private protected override string Gist => $"{CallId} = {Output}";
}
