using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// Code of the program that acts on what the Decisions model answers: to what the voice model hands over, and to triggers (<see cref="LiveSessionSettings.Triggers"/>), which any session may have.
/// </summary>
/// <param name="run">Acts on a decision, on the pool; one at a time, in order. Returns what the voice model is to say; null for nothing. Its token is cancelled when it takes too long or the session ends.</param>
public sealed class LiveDecisionHandler(Func<LiveDecisionEvent, CancellationToken, Task<string?>> run) : LiveDelegationHandler
{
    private readonly Func<LiveDecisionEvent, CancellationToken, Task<string?>> _run = run ?? throw new ArgumentNullException(nameof(run));

    /// <summary>How long the code may take; then the user is told so where the voice model waits for it, and a result that comes all the same is dropped. Default: 30 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    internal Task<string?> RunAsync(LiveDecisionEvent decision, CancellationToken cancellationToken) => _run(decision, cancellationToken);

    internal override void Prepare()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
        ArgumentException.ThrowIfNullOrWhiteSpace(FailureText);
    }

    /// <inheritdoc/>
    public override LiveSessionConfig Configure(LiveSessionConfig session)
    {
        ArgumentNullException.ThrowIfNull(session);
        Prepare();
        if (session.Delegation.Value is not LiveDecisionsDelegation && session.Triggers.Count == 0)
            throw new ArgumentException($"{nameof(LiveDecisionHandler)} acts on decisions: set Session.Delegation to a {nameof(LiveDecisionsDelegation)}, or Session.Triggers.");
        return session;
    }

    internal override IDelegationRun Serve(IDelegationLink link) => new DecisionRun(this, link);
}
