using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// Code of the program that does what the voice model hands over. It finds in <see cref="LiveTask.Request"/> what the user said, tells how far it is (<see cref="LiveTask.TellProgressAsync"/>), and returns the result, which the
/// voice model then speaks of. The model is answered in any case: when the code throws, takes too long or has nothing to say, too.
/// </summary>
/// <param name="run">Does a task, on the pool; several at once. Returns what is to be said; null when all has been said. Its token is cancelled when the task takes too long, is replaced by a newer one, or the session ends.</param>
public sealed class LiveClientHandler(Func<LiveTask, CancellationToken, Task<string?>> run) : LiveDelegationHandler
{
    private readonly Func<LiveTask, CancellationToken, Task<string?>> _run = run ?? throw new ArgumentNullException(nameof(run));

    /// <summary>How long a task may take; then the user is told so, and a result that comes all the same is dropped. Default: 2 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long the user's transcript has to be quiet before a task begins, at most 5 s in all: work is handed over before the end of the sentence that asks for it, up to 3 s before. Zero begins at once. Default: 800 ms.
    /// </summary>
    public TimeSpan Settle { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Whether a task replaces those before it: they are cancelled, and what they still say is dropped. Default: false, they go on beside each other.</summary>
    public bool OnlyNewest { get; set; }

    /// <summary>How many tasks may run at a time; more are refused, and the user is told so. Default: 16.</summary>
    public int MaxTasks { get; set; } = 16;

    internal Task<string?> RunAsync(LiveTask task, CancellationToken cancellationToken) => _run(task, cancellationToken);

    internal override void Prepare()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Settle, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTasks, 1);
        ArgumentException.ThrowIfNullOrWhiteSpace(FailureText);
    }

    /// <inheritdoc/>
    public override LiveSessionConfig Configure(LiveSessionConfig session)
    {
        ArgumentNullException.ThrowIfNull(session);
        Prepare();
        if (session.Delegation.Value is not (null or LiveClientDelegation))
            throw new ArgumentException($"Session.Delegation is {session.Delegation.Value.Type}, but {nameof(LiveClientHandler)} does what is handed over to the program: leave it out, or set a {nameof(LiveClientDelegation)}.");
        return session;
    }

    internal override IDelegationRun Serve(IDelegationLink link) => new ClientRun(this, link);
}
