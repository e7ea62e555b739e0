namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>response.function_call_arguments.delta</c>: the next piece of a function call's arguments.</summary>
public sealed record ResponseFunctionCallArgumentsDelta : ResponseItemEvent
{
    /// <summary>The call's id.</summary>
    public string? CallId { get; init; }

    /// <summary>The piece of JSON text.</summary>
    public required string Delta { get; init; }

    private protected override string WireName => "response.function_call_arguments.delta";

    private protected override string Gist => Delta;
}

/// <summary><c>response.function_call_arguments.done</c>: a function call's arguments are complete.</summary>
public sealed record ResponseFunctionCallArgumentsDone : ResponseItemEvent
{
    /// <summary>The call's id, which its output repeats.</summary>
    public required string CallId { get; init; }

    /// <summary>The function's name; older servers leave it out.</summary>
    public string? Name { get; init; }

    /// <summary>The arguments, as JSON text.</summary>
    public required string Arguments { get; init; }

    private protected override string WireName => "response.function_call_arguments.done";

    private protected override string Gist => $"{Name}({Arguments})";
}
