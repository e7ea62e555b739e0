namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The limits of a <see cref="ResponseGate"/>: no request waits longer than they say.</summary>
public sealed class ResponseGateOptions
{
    /// <summary>How long the service may take to begin a response, or to end one that was cancelled. Default: 10 s.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a response that has begun may give no sign of life: tools of MCP servers run within it. Default: 2 min.</summary>
    public TimeSpan SilenceTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a request may wait behind others. Default: 2 min.</summary>
    public TimeSpan WaitTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long an automatic request waits at most because the user speaks. Default: 30 s.</summary>
    public TimeSpan HoldTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the service's turn detection may take to begin its own response once the user has stopped; an automatic request waits for that. Default: 1 s.</summary>
    public TimeSpan TurnGrace { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait before a request is sent again that was refused because of a response nobody has heard of. Default: 1 s.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a request is sent at most when the service refuses it because another response runs. Default: 5.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>How many requests may wait at a time. Default: 64.</summary>
    public int MaxWaiting { get; set; } = 64;

    /// <summary>How many responses may run beside the conversation at a time; more wait. Default: 8.</summary>
    public int MaxOutOfBand { get; set; } = 8;

    internal void Validate()
    {
        foreach ((TimeSpan limit, string name) in new[]
        {
            (AnswerTimeout, nameof(AnswerTimeout)), (SilenceTimeout, nameof(SilenceTimeout)), (WaitTimeout, nameof(WaitTimeout)), (HoldTimeout, nameof(HoldTimeout)), (RetryDelay, nameof(RetryDelay)),
        })
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, name);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(TurnGrace, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWaiting, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxOutOfBand, 1);
    }
}
