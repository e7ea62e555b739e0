using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// The one place that the service has for a response in the conversation: what has been asked for, and what runs. Both at once when the service's turn detection has begun a response while our request was on its way. Told
/// the time.
/// </summary>
internal sealed class ResponseSlot(ResponseGateOptions options)
{
    private bool _cancelWhenBegun;

    /// <summary>The request that has been sent and whose response has not begun; null for none.</summary>
    public ResponseRequest? Asked { get; private set; }

    /// <summary>Whether a response has begun meanwhile that answers it, though it was not begun for it.</summary>
    public bool IsAskedInVain { get; private set; }

    /// <summary>The response that runs; null for none.</summary>
    public RunningResponse? Running { get; private set; }

    /// <summary>Whether nothing runs here, or has been asked for.</summary>
    public bool IsFree => Asked is null && Running is null;

    /// <summary>Before when it is not to be asked for again, though it is free as far as anybody knows: the service has refused it.</summary>
    public Instant RetryAt { get; private set; } = Instant.Zero;

    public Instant NextTimeout => Instant.Min(Asked is { } asked ? asked.Since + options.AnswerTimeout : Instant.Never, Running is { } running ? running.LastSign + LimitOf(running) : Instant.Never);

    /// <summary>How long a response may give no sign of life.</summary>
    public TimeSpan LimitOf(RunningResponse running) => running.IsBeingCancelled ? options.AnswerTimeout : options.SilenceTimeout;

    /// <summary>A request is sent.</summary>
    public void Ask(ResponseRequest request) => (Asked, IsAskedInVain, _cancelWhenBegun) = (request, false, false);

    /// <summary>The request that was sent has its answer, or has come back.</summary>
    public void Unask() => Asked = null;

    /// <summary>The service has refused it because a response runs: one that nobody here has heard of is waited for a while.</summary>
    public void OnTaken(Instant now)
    {
        if (Running is null)
            RetryAt = now + options.RetryDelay;
    }

    /// <summary>A response has begun.</summary>
    /// <param name="id">Its id; null where the service did not say.</param>
    /// <param name="isAsked">Whether it is the answer to what was asked for.</param>
    /// <param name="now">The time.</param>
    public RunningResponse Begin(string? id, bool isAsked, Instant now)
    {
        Running = new RunningResponse(id) { LastSign = now };
        if (isAsked && Asked is { } asked)
        {
            Asked = null;
            asked.ResponseId = id;
            Running.Requests.Add(asked);
        }

        return Running;
    }

    /// <summary>The response that has begun answers every automatic request whose items the service has seen.</summary>
    public void AnswerAny() => IsAskedInVain |= Asked is { IsAnsweredByAny: true };

    /// <summary>What was asked for is to be cancelled when it begins.</summary>
    /// <returns>Whether that is new.</returns>
    public bool CancelWhenBegun()
    {
        bool isNew = Running is null && Asked is not null && !_cancelWhenBegun;
        _cancelWhenBegun |= isNew;
        return isNew;
    }

    /// <summary>Whether the response that has begun is one that was to be cancelled when it does; told once.</summary>
    public bool TakeCancel()
    {
        if (Running is not { Requests.Count: > 0 })
            return false;
        bool isToBe = _cancelWhenBegun;
        _cancelWhenBegun = false;
        return isToBe;
    }

    /// <summary>A response has ended.</summary>
    /// <returns>The one that ran; null when it was another, or none.</returns>
    public RunningResponse? End(string? id)
    {
        RetryAt = Instant.Zero;
        if (Running is not { } running || (running.Id is { } own && id is not null && own != id))
            return null;
        Running = null;
        return running;
    }

    /// <summary>The request whose response has not begun in time; null for none.</summary>
    public ResponseRequest? TakeUnanswered(Instant now)
    {
        if (Asked is not { } asked || now < asked.Since + options.AnswerTimeout)
            return null;
        Asked = null;
        return asked;
    }

    /// <summary>The response that has given no sign of life for too long; null for none.</summary>
    public RunningResponse? TakeSilent(Instant now)
    {
        if (Running is not { } running || now < running.LastSign + LimitOf(running))
            return null;
        Running = null;
        return running;
    }

    /// <summary>Nobody waits here any more.</summary>
    public IReadOnlyList<ResponseRequest> TakeAll()
    {
        IReadOnlyList<ResponseRequest> all = [.. Running?.Requests ?? [], .. Asked is null ? [] : new[] { Asked }];
        (Asked, Running, _cancelWhenBegun) = (null, null, false);
        return all;
    }
}
