namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

/// <summary>
/// A clock whose time limits run out when the test says so and never before, however slow the machine is. All else is the system's: timers that are wound up later, as the engine's and the
/// audio's are, go on by themselves.
/// </summary>
internal sealed class HeldLimits : TimeProvider
{
    private readonly List<Limit> _limits = [];
    private readonly Lock _gate = new();

    /// <summary>Lets all limits of this length run out, once there is one.</summary>
    public async Task ExpireAsync(TimeSpan length)
    {
        Limit[] due = [];
        await Wait.UntilAsync(() =>
        {
            lock (_gate)
                due = [.. _limits.Where(limit => limit.Length == length)];
            return due.Length > 0;
        }, $"there is a limit of {length}");
        foreach (Limit limit in due)
            limit.Expire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan)
            return base.CreateTimer(callback, state, dueTime, period);
        var limit = new Limit(this, () => callback(state), dueTime);
        lock (_gate)
            _limits.Add(limit);
        return limit;
    }

    private void Remove(Limit limit)
    {
        lock (_gate)
            _limits.Remove(limit);
    }

    private sealed class Limit(HeldLimits owner, Action expire, TimeSpan length) : ITimer
    {
        public TimeSpan Length => length;

        public void Expire() => expire();

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException("A limit is not changed.");

        public void Dispose() => owner.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
