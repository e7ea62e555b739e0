namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Puts arrival times of a connection's clock onto the reader's. The two have different zero points; how far they are apart is the smallest difference
/// between a packet's reading and its arrival, since the packet read soonest was read at once.
/// </summary>
/// <remarks>The difference is sought among the last 10 to 20 s, so that a connection whose clock drifts is followed.</remarks>
internal sealed class ArrivalClock
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnotherClock = TimeSpan.FromSeconds(2);    // no queue holds a packet for that long: the connection's clock has been set

    private object? _track;
    private TimeSpan _ofLast, _ofThis, _windowStart;

    /// <summary>When a packet arrived, on the reader's clock; never after it was read.</summary>
    /// <param name="track">The track it was read from; another one has another clock.</param>
    /// <param name="arrival">When it arrived, on the connection's clock; zero when that is not known, and then it arrived when it was read.</param>
    /// <param name="read">When it was read, on the reader's clock.</param>
    public TimeSpan Map(object track, TimeSpan arrival, TimeSpan read)
    {
        if (arrival == TimeSpan.Zero)
            return read;
        TimeSpan apart = read - arrival;
        if (track != _track || apart - Smallest > AnotherClock)
        {
            _track = track;
            _ofLast = _ofThis = apart;
            _windowStart = read;
        }

        if (read - _windowStart > Window)
        {
            _windowStart = read;
            _ofLast = _ofThis;
            _ofThis = apart;
        }

        if (apart < _ofThis)
            _ofThis = apart;
        return arrival + Smallest;
    }

    private TimeSpan Smallest => _ofThis < _ofLast ? _ofThis : _ofLast;
}
