namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// After a flush, tells the interrupted speech that is still on its way from the speech that begins anew. It ends with a marker bit, with a timestamp that the sequence
/// numbers do not explain, with a pause in the arrival, or a while after the flush.
/// </summary>
internal sealed class InterruptedSpeech
{
    /// <summary>When nothing has arrived for so long, what comes then is something new.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(60);

    /// <summary>Longer than a packet is on its way after the service has stopped speaking.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    private TimeSpan _lastArrival;
    private int _lastSamples;       // how long the newest packet lasts
    private long _lastFlushed;
    private TimeSpan _flushedAt;

    /// <summary>Whether what comes is still the interrupted speech.</summary>
    public bool IsGoingOn { get; private set; }

    /// <summary>Speech was flushed, up to a sequence number.</summary>
    public void Begin(long lastFlushed, TimeSpan now)
    {
        IsGoingOn = true;
        _lastFlushed = lastFlushed;
        _flushedAt = now;
    }

    /// <summary>Another stream has begun: nothing of it was interrupted.</summary>
    public void Forget()
    {
        IsGoingOn = false;
        _lastSamples = 0;
    }

    /// <summary>Looks at each packet that comes, flushed or not.</summary>
    /// <param name="number">Its sequence number, unwrapped.</param>
    /// <param name="ahead">By how many numbers it is ahead of the newest.</param>
    /// <param name="timeAhead">By how many samples its timestamp is.</param>
    /// <param name="samples">How long it lasts.</param>
    /// <param name="arrival">When it arrived.</param>
    /// <param name="marker">Its marker bit: it is the first after a silence (RFC 3551 §4.1).</param>
    /// <returns>Whether the speech begins anew with it.</returns>
    public bool IsEndedBy(long number, long ahead, long timeAhead, int samples, TimeSpan arrival, bool marker)
    {
        bool ends = IsGoingOn && number > _lastFlushed
            && (marker || arrival - _flushedAt >= Limit
                || (ahead > 0 && (arrival - _lastArrival >= Pause || timeAhead < 0 || timeAhead > ahead * Math.Max(samples, _lastSamples))));
        if (ends)
            IsGoingOn = false;
        if (arrival > _lastArrival)
            _lastArrival = arrival;
        if (ahead > 0)
            _lastSamples = samples;
        return ends;
    }
}
