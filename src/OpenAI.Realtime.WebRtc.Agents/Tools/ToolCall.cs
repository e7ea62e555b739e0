namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>How far a call of a tool is, or how it ended.</summary>
public enum ToolCallStatus
{
    /// <summary>It waits for its turn, or for the program's leave.</summary>
    Waiting,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>The tool gave a result.</summary>
    Completed,

    /// <summary>The tool threw, or its result could not be written down.</summary>
    Failed,

    /// <summary>It took too long.</summary>
    TimedOut,

    /// <summary>It was cancelled, by an interruption or because the conversation ended.</summary>
    Cancelled,

    /// <summary>The program refused it, or nobody approved it in time.</summary>
    Refused,

    /// <summary>It was not run: nobody knows the tool, the arguments do not fit, the call's id was used before, or a limit was reached.</summary>
    Rejected,
}

/// <summary>One call of a tool, as it stood when it was looked at.</summary>
public sealed record ToolCall
{
    /// <summary>What links the call and its output.</summary>
    public required string CallId { get; init; }

    /// <summary>The tool's name.</summary>
    public required string Name { get; init; }

    /// <summary>The arguments, as JSON text of the model's own.</summary>
    public required string Arguments { get; init; }

    /// <summary>How far it is.</summary>
    public required ToolCallStatus Status { get; init; }

    /// <summary>What the model is told; null while it is not known.</summary>
    public string? Output { get; init; }

    /// <summary>How long it ran; zero for one that was not run.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether it runs beside the conversation, see <see cref="VoiceTool.RunsInBackground"/>.</summary>
    public bool IsInBackground { get; init; }

    /// <summary>The tool, how far it is, and how long it took; not what it was about.</summary>
    public override string ToString() => $"{Name} {Status} {Duration.TotalMilliseconds:0} ms";
}

/// <summary>What running a tool came to.</summary>
/// <param name="Text">What the model is told.</param>
/// <param name="Status">How it ended.</param>
public readonly record struct ToolOutput(string Text, ToolCallStatus Status);
