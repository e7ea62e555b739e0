using Microsoft.Extensions.AI;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// A function with settings of its own for how it is run in a spoken conversation. A function without needs no wrapping. Goes together with <see cref="ApprovalRequiredAIFunction"/>, whichever wraps the other.
/// </summary>
/// <param name="function">The function.</param>
public sealed class VoiceTool(AIFunction function) : DelegatingAIFunction(function)
{
    private readonly TimeSpan? _timeout;
    private readonly TimeSpan? _slowAfter;

    /// <summary>How long it may run. Default: null, <see cref="VoiceToolOptions.Timeout"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public TimeSpan? Timeout
    {
        get => _timeout;
        init => _timeout = Positive(value);
    }

    /// <summary>
    /// Whether the model is answered at once that the work has begun, so that the conversation goes on, and told the result when there is one; it then speaks of it by itself. Default: false.
    /// </summary>
    public bool RunsInBackground { get; init; }

    /// <summary>Whether the assistant says nothing of the result: the model is told it and waits for the user. For tools such as one that takes a note. Default: false.</summary>
    public bool IsSilent { get; init; }

    /// <summary>Whether it is cancelled when the user interrupts the assistant, or the program does. Default: false, it goes on.</summary>
    public bool CancelOnInterruption { get; init; }

    /// <summary>After how long the assistant says that it is still at it. Default: null, <see cref="VoiceToolOptions.SlowAfter"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public TimeSpan? SlowAfter
    {
        get => _slowAfter;
        init => _slowAfter = Positive(value);
    }

    private static TimeSpan? Positive(TimeSpan? value) => value is { } time && time <= TimeSpan.Zero ? throw new ArgumentOutOfRangeException(nameof(value), value, "The time is not positive.") : value;
}
