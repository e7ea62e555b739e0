namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>
/// When something that has not been answered is sent again. Where the round trip is known: four times, and in any case for a second, at one interval that follows it; then, and from the
/// start where it is not known, after twice as long each time, up to a limit.
/// </summary>
/// <remarks>
/// The RFCs double from the first repetition on (8489 §6.2.1, 6347 §4.2.4.1, 9260 §6.3.3), since they know nothing of the path. One small datagram a round trip harms nobody; what
/// lasts longer may be congestion, and backs off as they say.
/// </remarks>
/// <param name="longest">The limit of the interval.</param>
internal struct RetransmitTimer(TimeSpan longest)
{
    /// <summary>The shortest interval: what computing a flight may take on a slow machine.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);

    /// <summary>Added to the round trip: the peer's own work, and the granularity of its timers.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan ShortestSteadyTime = TimeSpan.FromSeconds(1);

    private const int SteadyRepeats = 4;

    private TimeSpan _interval;
    private Instant _startedAt;
    private bool _isMeasured;

    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>How often it has expired since it was started.</summary>
    public int Expirations { get; private set; }

    /// <summary>How long an answer is waited for.</summary>
    /// <param name="roundTrip">As measured; null when nobody has.</param>
    /// <param name="unmeasured">What is waited in that case.</param>
    public static TimeSpan IntervalFor(TimeSpan? roundTrip, TimeSpan unmeasured)
    {
        if (roundTrip is not { } measured)
            return unmeasured;
        TimeSpan interval = (1.5 * measured) + Margin;
        return interval > Shortest ? interval : Shortest;
    }

    /// <summary>The interval that follows <paramref name="interval"/>.</summary>
    /// <param name="interval">The last one.</param>
    /// <param name="repeats">How often it has been sent again.</param>
    /// <param name="sinceStart">How long nothing has been answered.</param>
    /// <param name="longest">The limit.</param>
    public static TimeSpan Next(TimeSpan interval, int repeats, TimeSpan sinceStart, TimeSpan longest)
    {
        if (repeats >= SteadyRepeats && sinceStart >= ShortestSteadyTime)
            interval *= 2;
        return interval < longest ? interval : longest;
    }

    /// <summary>Something has been sent.</summary>
    /// <param name="now">The time.</param>
    /// <param name="roundTrip">As measured; null when nobody has.</param>
    /// <param name="unmeasured">What is waited in that case.</param>
    public void Start(Instant now, TimeSpan? roundTrip, TimeSpan unmeasured)
    {
        _startedAt = now;
        _isMeasured = roundTrip is not null;
        _interval = IntervalFor(roundTrip, unmeasured);
        Expirations = 0;
        Due = now + _interval;
    }

    public void Stop() => Due = Instant.Never;

    /// <summary>Runs on as if it had just expired: what it watches over has been sent for another reason.</summary>
    public void Restart(Instant now)
    {
        if (Due != Instant.Never)
            Due = now + _interval;
    }

    /// <summary>Whether it has expired; it then runs again.</summary>
    public bool TryExpire(Instant now)
    {
        if (Due > now)
            return false;
        Expirations++;
        _interval = Next(_interval, _isMeasured ? Expirations : SteadyRepeats, _isMeasured ? now - _startedAt : ShortestSteadyTime, longest);
        Due = now + _interval;
        return true;
    }
}
