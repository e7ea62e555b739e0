namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>How tools are run. A <see cref="VoiceTool"/> may differ in some of it.</summary>
public sealed class VoiceToolOptions
{
    /// <summary>How long a tool may run; then its token is cancelled, the model is told, and a result that comes all the same is dropped. Default: 1 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a tool that runs in the background may. Default: 10 min.</summary>
    public TimeSpan BackgroundTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether several calls of one response run at the same time; false runs them in turn. Default: true.</summary>
    public bool RunInParallel { get; set; } = true;

    /// <summary>Whether the model is told the message of an exception. It may hold what is not the user's business. Default: false, a fixed sentence.</summary>
    public bool IncludeErrorDetails { get; set; }

    /// <summary>The longest output that the model is given, in characters; a longer one is cut, and says so. So is one that is more than the channel carries at a time, 256 KiB as JSON, whatever this says. Default: 32,768.</summary>
    public int MaxOutputLength { get; set; } = 32_768;

    /// <summary>How often in a row the model may answer the output of tools with calls of more, without a word of the user's in between. A request of the program's for a response begins anew as well, but not one that is made while a tool runs. Default: 10.</summary>
    public int MaxRounds { get; set; } = 10;

    /// <summary>How many tools may run at a time, those in the background included; more are refused to the model. Default: 32.</summary>
    public int MaxRunning { get; set; } = 32;

    /// <summary>After how long a tool counts as slow, and the assistant says that it is still at it; once for each call. Default: null, never.</summary>
    public TimeSpan? SlowAfter { get; set; }

    /// <summary>What the model is told to do about a slow tool, behind its own instructions. Default: to say in a few words that it is still at it.</summary>
    public string SlowInstructions { get; set; } = "A tool is still running. Tell the user in at most one short sentence, in the language of the conversation, that you are still working on it. Do not guess its result.";

    /// <summary>How long a call that needs approval waits for it; then it is refused. Default: 5 min.</summary>
    public TimeSpan ApprovalTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether a response is asked for when the service has called a tool of an MCP server and says nothing about it by itself. Default: true.</summary>
    public bool RespondAfterMcpCalls { get; set; } = true;

    internal void Validate()
    {
        foreach ((TimeSpan limit, string name) in new[] { (Timeout, nameof(Timeout)), (BackgroundTimeout, nameof(BackgroundTimeout)), (ApprovalTimeout, nameof(ApprovalTimeout)), (SlowAfter ?? Timeout, nameof(SlowAfter)) })
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxOutputLength, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRunning, 1);
        ArgumentNullException.ThrowIfNull(SlowInstructions);
    }
}
