namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// A check of what the assistant says, while it says it: it is given the words as they come, and what it refuses is stopped. Words come before their sound, so most of what is refused is not heard; what is
/// heard before the check has ended, is heard. One may guard many conversations at a time.
/// </summary>
public sealed class VoiceGuardrail
{
    private const int LongestName = 64;

    /// <summary>Makes one.</summary>
    /// <param name="name">What it is known by, in updates, logs and meters; at most 64 characters.</param>
    /// <param name="check">
    /// Looks at the words. Runs on the thread pool, one check of a conversation at a time, within <see cref="VoiceGuardrailOptions.Timeout"/>; its token is cancelled then, and when the conversation ends. What it
    /// throws is told, and counts as <see cref="VoiceGuardrailOptions.RefuseOnFailure"/> says.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    public VoiceGuardrail(string name, Func<GuardrailText, CancellationToken, ValueTask<GuardrailVerdict>> check)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(check);
        if (name.Length > LongestName)
            throw new ArgumentException($"The name of a guardrail has at most {LongestName} characters.", nameof(name));
        (Name, Check) = (name, check);
    }

    /// <summary>Makes one that needs no time, such as a search for words.</summary>
    /// <param name="name">What it is known by; at most 64 characters.</param>
    /// <param name="check">Looks at the words. Runs on the thread pool.</param>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    public VoiceGuardrail(string name, Func<GuardrailText, GuardrailVerdict> check)
        : this(name, (text, _) => ValueTask.FromResult(check(text))) => ArgumentNullException.ThrowIfNull(check);

    /// <summary>What it is known by.</summary>
    public string Name { get; }

    internal Func<GuardrailText, CancellationToken, ValueTask<GuardrailVerdict>> Check { get; }

    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}

/// <summary>What a guardrail looks at.</summary>
/// <param name="Agent">Who says it.</param>
/// <param name="ResponseId">Within which response.</param>
/// <param name="Text">All words of the response until now, its messages on lines of their own; of a very long one the newest 100,000 characters.</param>
/// <param name="IsComplete">Whether no more will come.</param>
public sealed record GuardrailText(VoiceAgent Agent, string ResponseId, string Text, bool IsComplete)
{
    /// <summary>How much there is to look at, and not what: that belongs in no log.</summary>
    public override string ToString() => $"{Text.Length} characters of {ResponseId}{(IsComplete ? ", complete" : "")}";
}

/// <summary>What a guardrail says of some words.</summary>
public readonly record struct GuardrailVerdict
{
    /// <summary>They may be said. Also the value of <c>default</c>.</summary>
    public static GuardrailVerdict Pass => default;

    /// <summary>Whether they may not be said.</summary>
    public bool IsRefused { get; private init; }

    /// <summary>Why not: for the program, and for the model when it is to say something else.</summary>
    public string? Reason { get; private init; }

    /// <summary>What the model is told to say in place of it; null for <see cref="VoiceGuardrailOptions.SayInstead"/>.</summary>
    public string? SayInstead { get; private init; }

    /// <summary>They may not be said.</summary>
    /// <param name="reason">Why: for the program, and for the model when it is to say something else.</param>
    /// <param name="sayInstead">What the model is told to say in place of it. Default: null, <see cref="VoiceGuardrailOptions.SayInstead"/>.</param>
    public static GuardrailVerdict Refuse(string reason, string? sayInstead = null)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return new() { IsRefused = true, Reason = reason, SayInstead = sayInstead };
    }

    /// <summary>Nobody knows, and so they may be said.</summary>
    internal static GuardrailVerdict Unknown(string why) => new() { Reason = why };
}

/// <summary>What came of a check.</summary>
public enum GuardrailOutcome
{
    /// <summary>The words may be said.</summary>
    Passed,

    /// <summary>They may not, and were stopped where it was not too late.</summary>
    Refused,

    /// <summary>The guardrail threw.</summary>
    Failed,

    /// <summary>It did not answer in time. One that still has not is not called again until it has, and counts as late.</summary>
    TimedOut,

    /// <summary>The words were not looked at: so many responses came while a check was under way that this one had to make room.</summary>
    Skipped,
}
