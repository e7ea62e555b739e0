namespace OpenAI.Realtime.WebRtc.Sideband;

/// <summary>When to try to attach: at doubling distances, with chance in them so that the sidebands of a host that has lost its network do not all come at once, until a limit.</summary>
/// <param name="limit">How long to try altogether.</param>
/// <param name="chance">Numbers from 0 to 1.</param>
internal sealed class AttachSchedule(TimeSpan limit, Func<double> chance)
{
    /// <summary>A WebSocket that lasted so long was a good one: what goes wrong after it is a new matter, and has the whole limit again.</summary>
    public static readonly TimeSpan Stable = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private TimeSpan? _since;
    private int _tries;

    /// <summary>Something has gone wrong for the first time, or after a WebSocket that had lasted.</summary>
    /// <param name="now">The time.</param>
    /// <param name="lasted">How long the WebSocket was open.</param>
    public void Start(TimeSpan now, TimeSpan lasted)
    {
        if (_since is not null && lasted < Stable)
            return;
        _since = now;
        _tries = 0;
    }

    /// <summary>How long to wait until the next try; null when the limit leaves no time for another.</summary>
    /// <param name="now">The time.</param>
    /// <param name="atLeast">What the service asks for (<c>Retry-After</c>). Default: nothing.</param>
    /// <param name="atOnce">Whether the first try needs no wait: the other side closed in good order, most likely because the call is over.</param>
    public TimeSpan? Next(TimeSpan now, TimeSpan? atLeast = null, bool atOnce = false)
    {
        TimeSpan left = limit - (now - (_since ??= now));
        if (left <= TimeSpan.Zero || atLeast > left)
            return null;
        TimeSpan wait = _tries == 0 ? (atOnce ? TimeSpan.Zero : First * chance()) : Doubled(_tries) * (0.5 + (0.5 * chance()));
        _tries++;
        if (atLeast > wait)
            wait = atLeast.Value;
        return wait < left ? wait : left;
    }

    private static TimeSpan Doubled(int tries) => tries > 5 ? Longest : TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << (tries - 1)));
}
