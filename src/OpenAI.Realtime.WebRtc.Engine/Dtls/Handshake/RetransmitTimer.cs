using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;

/// <summary>When the last flight is sent again (RFC 6347 §4.2.4.1): after a first interval, then after twice as long each time, up to a limit.</summary>
internal sealed class RetransmitTimer(TimeSpan first, TimeSpan limit)
{
    private TimeSpan _interval;
    private Instant _lastSent;

    public Instant At { get; private set; } = Instant.Never;

    /// <summary>A new flight is sent. The very last of a handshake has no timer: it is repeated when the peer repeats its own (RFC 6347 §4.2.4).</summary>
    public void Start(Instant now, bool isLastFlight)
    {
        _interval = first;
        _lastSent = now;
        At = isLastFlight ? Instant.Never : now + _interval;
    }

    /// <summary>Nothing is left to be repeated.</summary>
    public void Stop() => At = Instant.Never;

    /// <summary>Whether the time has come; the next interval is then twice as long.</summary>
    public bool TryExpire(Instant now)
    {
        if (now < At)
            return false;
        _interval = _interval * 2 < limit ? _interval * 2 : limit;
        _lastSent = now;
        At = now + _interval;
        return true;
    }

    /// <summary>
    /// Whether a flight that the peer has repeated is to be answered with ours now. Not within half of the first interval since it was sent
    /// last: a flight repeated in several datagrams, or duplicated on the way, is so answered once, and two sides never drive each other.
    /// </summary>
    public bool TryAnswerRepeat(Instant now)
    {
        if (now - _lastSent < first / 2)
            return false;
        _lastSent = now;
        if (At != Instant.Never)
            At = now + _interval;
        return true;
    }
}
