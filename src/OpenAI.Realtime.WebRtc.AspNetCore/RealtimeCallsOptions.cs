using Microsoft.Extensions.Caching.Distributed;

namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>
/// How <c>MapRealtimeCalls</c> is to be. Beside what all routes have: what the host does in a call that it has opened, and how hosts behind a balancer tell each other who opened which call, so that a page's
/// hang-up works at whichever host it reaches. Read when the host starts.
/// </summary>
public sealed class RealtimeCallsOptions : RealtimeEndpointOptions
{
    /// <summary>
    /// What the host does beside each call that a page opens: attaches to it and has an agent lead it, keeps a record of it, tells another host of it. Runs once the page has its answer, as work of its own; its token is
    /// cancelled when the host stops, and the host waits for it as long as it waits for its services. The call goes on when it returns, and is hung up when it throws: a page whose agent is missing should not go on
    /// alone. Default: null, nothing.
    /// </summary>
    public Func<RealtimePageCall, CancellationToken, Task>? OnCall { get; set; }

    /// <summary>How many calls <see cref="OnCall"/> may run in at a time, from 1 to 100,000; more are refused with 503, <c>calls_full</c>. Default: 1,000.</summary>
    public int MaxAttendedCalls { get; set; } = 1_000;

    /// <summary>
    /// Whether who opened a call is kept in a distributed cache, too, where there is one. Default: true. False: only the host that opened a call lets it be hung up.
    /// </summary>
    public bool ShareOwners { get; set; } = true;

    /// <summary>
    /// The cache that the hosts share. Default: null, the <see cref="IDistributedCache"/> of the application's services, if it has registered one; without, each host knows only the
    /// calls that it has opened itself. An entry is kept for two hours at most, and holds neither call ids nor user ids, only digests.
    /// </summary>
    public IDistributedCache? OwnerCache { get; set; }

    /// <summary>
    /// How long the cache may take each time, at most 30 s. Default: 2 s. When it fails or takes longer, that is logged (5011 to 5013): a call is opened all the same, and its own host
    /// lets it be hung up; a hang-up that reaches another host is answered with 503, <c>call_owner_unknown</c>.
    /// </summary>
    public TimeSpan OwnerCacheTimeout { get; set; } = TimeSpan.FromSeconds(2);

    internal override void Validate()
    {
        base.Validate();
        if (MaxAttendedCalls is < 1 or > 100_000)
            throw new ArgumentException("MaxAttendedCalls must lie between 1 and 100,000.");
        if (OwnerCacheTimeout <= TimeSpan.Zero || OwnerCacheTimeout > TimeSpan.FromSeconds(30))
            throw new ArgumentException("OwnerCacheTimeout must be longer than 0 and at most 30 seconds.");
    }
}
