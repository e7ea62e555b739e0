using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>A call while it is being dealt with. Under the lock of whoever holds the ledger, but for <see cref="Stop"/>.</summary>
internal sealed class ToolEntry(string callId, string name, string arguments, ToolBatch batch)
{
    public string CallId { get; } = callId;

    public string Name { get; } = name;

    public string Arguments { get; } = arguments;

    public ToolBatch Batch { get; } = batch;

    public AIFunction? Function { get; init; }

    public VoiceTool? Settings { get; init; }

    public bool NeedsApproval { get; init; }

    public ToolCallStatus Status { get; set; } = ToolCallStatus.Waiting;

    /// <summary>What the model is told; null while it is not known.</summary>
    public string? Output { get; set; }

    public Instant StartedAt { get; set; }

    public TimeSpan Duration { get; set; }

    public bool HasStarted { get; set; }

    /// <summary>Which of the conversation's calls knows it, by its number: there its output is an item of its own kind.</summary>
    public int Leg { get; set; }

    /// <summary>Whether the output has been told, or will be with the history of the next call.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Whether a service has acknowledged the output.</summary>
    public bool IsOutputSeen { get; set; }

    /// <summary>Cancels the function.</summary>
    public CancellationTokenSource Stop { get; } = new();

    /// <summary>The request that has the assistant say that the tool is slow; null for none.</summary>
    public ResponseRequest? Remark { get; set; }

    public bool IsInBackground => Settings?.RunsInBackground == true;

    public ToolCall Show() => new()
    {
        CallId = CallId,
        Name = Name,
        Arguments = Arguments,
        Status = Status,
        Output = Output,
        Duration = Duration,
        IsInBackground = IsInBackground,
    };
}

/// <summary>The calls that are answered together: those of one response, or a single one that had to be approved.</summary>
internal sealed class ToolBatch(string responseId)
{
    public string ResponseId { get; } = responseId;

    public List<ToolEntry> Entries { get; } = [];

    /// <summary>How many outputs have gone out, in order.</summary>
    public int Answered { get; set; }

    /// <summary>Whether it is of one call alone.</summary>
    public bool IsSingle { get; init; }

    /// <summary>Whether no more calls can come.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The items of the outputs that have gone out.</summary>
    public List<string> OutputItems { get; } = [];

    /// <summary>Whether the assistant is to say something about any of the outputs.</summary>
    public bool WantsResponse { get; set; }
}
