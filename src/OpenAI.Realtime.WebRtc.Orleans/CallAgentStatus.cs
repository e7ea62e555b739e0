using Orleans;

namespace OpenAI.Realtime.WebRtc.Orleans;

/// <summary>How far the agent of a call is.</summary>
public enum CallAgentStage
{
    /// <summary>Nobody has started it.</summary>
    NotStarted,

    /// <summary>It is to lead the call, and does not at the moment: it attaches, or an attempt has failed (<see cref="CallAgentStatus.Detail"/>) and the reminder makes the next.</summary>
    Attaching,

    /// <summary>It is attached, and leads the call.</summary>
    Leading,

    /// <summary>The call is over.</summary>
    Ended,
}

/// <summary>Where the agent of a call stands, as it was when it was asked.</summary>
[GenerateSerializer]
[Alias("OpenAI.Realtime.WebRtc.CallAgentStatus")]
public sealed record CallAgentStatus
{
    /// <summary>How far it is.</summary>
    [Id(0)]
    public CallAgentStage Stage { get; init; }

    /// <summary>Why it has ended; or, while it is not attached, what the last attempt on this silo has failed with or ended by. Null for neither.</summary>
    [Id(1)]
    public string? Detail { get; init; }

    /// <summary>When it was started; null while nobody has.</summary>
    [Id(2)]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How often it has attached, as far as that was written down: 1 for a call that one silo has led throughout. A silo that stops or is lost adds one, and so does a connection to the service that was lost for longer than the sideband tries to restore it.</summary>
    [Id(3)]
    public int Attachments { get; init; }

    /// <summary>The tokens of all responses that it has seen. Those of a response that ended while nobody was attached are not among them.</summary>
    [Id(4)]
    public long TotalTokens { get; init; }

    /// <summary>How many calls of tools were run.</summary>
    [Id(5)]
    public int ToolCalls { get; init; }

    /// <summary>The agent that leads, by its name; null while none does.</summary>
    [Id(6)]
    public string? Agent { get; init; }

    /// <summary>The silo that it runs on.</summary>
    [Id(7)]
    public required string Silo { get; init; }

    /// <summary>The calls of tools that wait for leave.</summary>
    [Id(8)]
    public IReadOnlyList<CallApproval> Approvals { get; init; } = [];
}

/// <summary>A call of a tool that waits for leave.</summary>
[GenerateSerializer]
[Alias("OpenAI.Realtime.WebRtc.CallApproval")]
public sealed record CallApproval
{
    /// <summary>What <see cref="ICallAgent.ApproveAsync"/> and <see cref="ICallAgent.RefuseAsync"/> name it by.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The tool.</summary>
    [Id(1)]
    public required string ToolName { get; init; }

    /// <summary>The arguments, as JSON text of the model's own.</summary>
    [Id(2)]
    public required string Arguments { get; init; }

    /// <summary>The tool; not what it is to be called with.</summary>
    public override string ToString() => $"{Id}: {ToolName}";
}
