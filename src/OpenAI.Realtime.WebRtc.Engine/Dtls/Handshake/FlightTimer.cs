using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;

/// <summary>When the last flight is sent again (RFC 6347 §4.2.4).</summary>
/// <param name="first">The first interval where the round trip is not known.</param>
/// <param name="longest">The limit of the interval.</param>
internal sealed class FlightTimer(TimeSpan first, TimeSpan longest)
{
    /// <summary>How often the flight that ends the handshake is sent again unasked. RFC 6347 waits for the peer to repeat its own, and most peers do so only after a second.</summary>
    public const int RepeatsOfLastFlight = 3;

    private RetransmitTimer _timer = new(longest);
    private Instant _lastSent;
    private bool _isLastFlight;
    private bool _wasRepeated;

    /// <summary>The round trip: ICE's, or that of a flight which was answered the first time.</summary>
    public TimeSpan? RoundTrip { get; set; }

    public Instant At => _timer.Due;

    private TimeSpan First => RetransmitTimer.IntervalFor(RoundTrip, first);

    /// <summary>A new flight is sent.</summary>
    public void Start(Instant now, bool isLastFlight)
    {
        // This flight follows the answer to the last one; of one sent twice nobody knows which was answered (Karn).
        if (_timer.Due != Instant.Never && !_wasRepeated)
            RoundTrip ??= now - _lastSent;
        _isLastFlight = isLastFlight;
        _wasRepeated = false;
        _lastSent = now;
        _timer.Start(now, RoundTrip, first);
    }

    /// <summary>The peer has shown that nothing needs to be repeated.</summary>
    public void Stop() => _timer.Stop();

    /// <summary>Whether the time has come.</summary>
    public bool TryExpire(Instant now)
    {
        if (!_timer.TryExpire(now))
            return false;
        _lastSent = now;
        _wasRepeated = true;
        if (_isLastFlight && _timer.Expirations == RepeatsOfLastFlight)
            _timer.Stop();
        return true;
    }

    /// <summary>
    /// Whether a flight that the peer has repeated is to be answered with ours now. Not within half of the first interval since it was sent
    /// last: a flight repeated in several datagrams, or duplicated on the way, is so answered once, and two sides never drive each other.
    /// </summary>
    public bool TryAnswerRepeat(Instant now)
    {
        if (now - _lastSent < First / 2)
            return false;
        _lastSent = now;
        _wasRepeated = true;
        _timer.Restart(now);
        return true;
    }
}
