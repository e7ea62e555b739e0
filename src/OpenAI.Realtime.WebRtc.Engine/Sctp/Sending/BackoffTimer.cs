using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

/// <summary>A timer that waits twice as long each time it expires: T1-init, T1-cookie, T2-shutdown.</summary>
internal struct BackoffTimer(TimeSpan longest)
{
    private TimeSpan _interval;

    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>How often it has expired since it was started.</summary>
    public int Expirations { get; private set; }

    public void Start(Instant now, TimeSpan interval)
    {
        _interval = interval;
        Expirations = 0;
        Due = now + interval;
    }

    public void Stop() => Due = Instant.Never;

    /// <summary>Whether it has expired; it then runs again.</summary>
    public bool TryExpire(Instant now)
    {
        if (Due > now)
            return false;
        Expirations++;
        _interval = 2 * _interval < longest ? 2 * _interval : longest;
        Due = now + _interval;
        return true;
    }
}
