using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Waits for a moment in which nobody speaks and nothing is under way, and has not been for some time. Under the conversation's lock; told the time.</summary>
internal sealed class QuietWatch(TimeSpan quietTime)
{
    private Instant? _since;
    private Instant _look = Instant.Never;
    private TaskCompletionSource? _waiting;

    /// <summary>When to look again: some of what is looked at changes by the time alone.</summary>
    public Instant NextTimeout => _waiting is null ? Instant.Never : _look;

    /// <summary>Whether it has been still for long enough.</summary>
    public bool IsQuiet(Instant now) => _since is { } since && now >= since + quietTime;

    /// <summary>Completes in the next such moment; it may be over when the caller looks.</summary>
    public Task WaitAsync(Instant now)
    {
        _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _look = now;
        return _waiting.Task;
    }

    /// <summary>Looks.</summary>
    /// <param name="isStill">Whether nobody speaks and nothing is under way now.</param>
    /// <param name="now">The time.</param>
    public void Look(bool isStill, Instant now)
    {
        _since = isStill ? _since ?? now : null;
        if (IsQuiet(now))
        {
            _waiting?.TrySetResult();
            _waiting = null;
        }

        _look = (_since ?? now) + quietTime;
    }
}
