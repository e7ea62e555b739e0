using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>Something that the voice model has handed over to the program. Thread-safe.</summary>
public sealed class LiveTask
{
    private readonly ClientRun _run;

    internal LiveTask(ClientRun run, LiveDelegationCreated created)
    {
        _run = run;
        Id = created.Delegation.Id;
        Offset = created.Offset;
    }

    /// <summary>The delegation's id.</summary>
    public string Id { get; }

    /// <summary>Where on the session's clock it was handed over; may lie in the past. Null where the service does not say.</summary>
    public TimeSpan? Offset { get; }

    /// <summary>
    /// What the user was written down to have said since the task before, until now; it may still grow. The API does not say what a task is about: it has to be taken from this, and from <see cref="Transcript"/>.
    /// </summary>
    public string Request => _run.RequestOf(Id);

    /// <summary>What both sides have said.</summary>
    public LiveTranscript Transcript => _run.Transcript;

    /// <summary>Whether the task is over: answered, given up, or replaced.</summary>
    public bool IsOver => _run.IsOver(Id);

    /// <summary>Tells the voice model how far the task is; it may speak of it when it is asked.</summary>
    /// <param name="text">How far; more than about 400 tokens go in pieces.</param>
    /// <param name="cancellationToken">Ends the wait; the text is sent all the same.</param>
    /// <returns>Whether it was taken up; false when the task is over, or the text was told before.</returns>
    /// <exception cref="LiveCommandException">The service refused it, or did not acknowledge it in time.</exception>
    /// <exception cref="RealtimeSessionEndedException">The session has ended.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<bool> TellProgressAsync(string text, CancellationToken cancellationToken = default) => TellAsync(DelegationTextKind.Thinking, text, cancellationToken);

    /// <summary>Has the voice model say something now; the task goes on.</summary>
    /// <param name="text">What; more than about 400 tokens go in pieces.</param>
    /// <param name="cancellationToken">Ends the wait; the text is sent all the same.</param>
    /// <inheritdoc cref="TellProgressAsync" path="/returns|/exception"/>
    public Task<bool> SayAsync(string text, CancellationToken cancellationToken = default) => TellAsync(DelegationTextKind.Commentary, text, cancellationToken);

    private Task<bool> TellAsync(DelegationTextKind kind, string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _run.TellAsync(Id, kind, text).WaitAsync(cancellationToken);
    }
}
