namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>How what the assistant says is checked, by the guardrails of whichever agent leads.</summary>
public sealed class VoiceGuardrailOptions
{
    /// <summary>After how many new words a check is made; another is made at the end of each response. While a check runs, words are gathered for the next. Default: 10, about four seconds of speech.</summary>
    public int WordsBetweenChecks { get; set; } = 10;

    /// <summary>How long a guardrail may take. Default: 5 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether words count as refused when a guardrail throws or takes too long. Default: false, they may be said; the program is told either way.</summary>
    public bool RefuseOnFailure { get; set; }

    /// <summary>
    /// What the model is told to say in place of what was refused, behind its own instructions and before the reason; null has it say nothing. Default: to say in a sentence that it cannot go on with that.
    /// </summary>
    public string? SayInstead { get; set; } =
        "What you were just saying was stopped and is not to be said. Neither repeat it nor go on with it, and do not speak of the check. In one short sentence, in the language of the conversation, say that you cannot help with that, and offer to help with something else.";

    /// <summary>How many times in a row, without a turn of the user's in between, the model is told to say something else; what is refused after that is stopped and nothing is said. Default: 3.</summary>
    public int MaxRetries { get; set; } = 3;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(WordsBetweenChecks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRetries, 0);
    }
}
