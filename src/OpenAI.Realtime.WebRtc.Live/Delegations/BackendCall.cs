using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>A call of a function by the Responses model. Under the lock of whoever holds the ledger, but for <see cref="Stop"/>.</summary>
internal sealed class BackendCall(string callId, string name, string arguments)
{
    private const int LongestName = 64;
    private const int LongestArguments = 64 * 1024;

    public string CallId => callId;

    public string Name => name;

    public string Arguments => arguments;

    /// <summary>Whether the arguments are longer than is kept of them.</summary>
    public bool IsTooLong { get; private init; }

    public AIFunction? Function { get; init; }

    public VoiceTool? Settings { get; init; }

    public bool NeedsApproval { get; init; }

    public ToolCallStatus Status { get; set; } = ToolCallStatus.Waiting;

    /// <summary>What the model is told; null while it is not known.</summary>
    public string? Output { get; set; }

    /// <summary>Whether the output has gone out.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Whether all that went out is that there is no room.</summary>
    public bool IsPlaceholder { get; set; }

    /// <summary>Whether nobody asks for its output any more.</summary>
    public bool IsForgotten { get; set; }

    public bool HasStarted { get; set; }

    public long StartedAt { get; set; }

    public TimeSpan Duration { get; set; }

    /// <summary>Cancels the function.</summary>
    public CancellationTokenSource Stop { get; } = new();

    public bool IsInBackground => Settings?.RunsInBackground == true;

    /// <summary>A call as the model has made it, with the function that it means, where there is one.</summary>
    public static BackendCall Of(string callId, string name, string arguments, ToolSet tools)
    {
        tools.TryFind(name, out AIFunction? function);
        return new BackendCall(callId, name.Length <= LongestName ? name : name[..LongestName], Kept(arguments))
        {
            Function = function,
            Settings = function?.GetService<VoiceTool>(),
            NeedsApproval = function?.GetService<ApprovalRequiredAIFunction>() is not null,
            IsTooLong = arguments.Length > LongestArguments,
        };
    }

    /// <summary>Whether it is the same call, come once more.</summary>
    public bool IsSame(string name, string arguments) => Name == name && Arguments == Kept(arguments) && !IsForgotten;

    /// <summary>What is kept of arguments.</summary>
    public static string Kept(string arguments) => arguments.Length <= LongestArguments ? arguments : "";

    public ToolCall Show() => new()
    {
        CallId = callId,
        Name = name,
        Arguments = arguments,
        Status = Status,
        Output = Output,
        Duration = Duration,
        IsInBackground = IsInBackground,
    };
}
