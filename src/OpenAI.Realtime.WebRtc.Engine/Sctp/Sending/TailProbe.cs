using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

/// <summary>
/// When the last chunk is sent again because no SACK has come for a round trip and a half (the idea of RFC 8985 §7, on TSNs): what is lost at the end of a burst is reported
/// missing by nobody, and T3-rtx is long. The SACK of the probe tells what else is missing.
/// </summary>
internal sealed class TailProbe(RetransmissionTimeout rto)
{
    /// <summary>How often in a row, without any SACK; then T3-rtx.</summary>
    private const int MaxInARow = 2;

    /// <summary>What a peer may hold a SACK back (RFC 9260 §6.2), and some of its timer's grain.</summary>
    private static readonly TimeSpan LongestSackDelay = TimeSpan.FromMilliseconds(220);

    /// <summary>So many messages in a row that a probe found delivered: the peer holds its SACKs back, although we ask for them at once (RFC 7053).</summary>
    private const int NeedlessInARow = 3;

    private int _inARow;
    private int _needless;
    private bool _hasProbed;
    private bool _isSackDelayed;

    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>DATA has been sent.</summary>
    public void HandleSent(Instant now)
    {
        if (rto.Smoothed is not { } roundTrip || _inARow == MaxInARow)
        {
            Due = Instant.Never;
            return;
        }

        TimeSpan wait = RetransmitTimer.IntervalFor(roundTrip, default);
        Due = now + (_isSackDelayed ? wait + LongestSackDelay : wait);
    }

    /// <summary>A SACK has acknowledged something.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isAllAcked">Whether nothing is outstanding any more.</param>
    public void HandleAcked(Instant now, bool isAllAcked)
    {
        _inARow = 0;
        if (!_hasProbed)
            _needless = 0;
        if (isAllAcked)
            Due = Instant.Never;
        else if (Due == Instant.Never)
            HandleSent(now); // Else the last chunk's own time runs on.
    }

    /// <summary>A SACK reports a duplicate: the chunk of the probe had come. When that goes on, it is not SACKs that are lost, and the peer gets its time.</summary>
    public void HandleDuplicate()
    {
        if (!_hasProbed)
            return;
        _hasProbed = false;
        _isSackDelayed |= ++_needless == NeedlessInARow;
    }

    /// <summary>Whether a probe is due; it counts as sent.</summary>
    public bool TryExpire(Instant now)
    {
        if (Due > now)
            return false;
        Due = Instant.Never;
        _inARow++;
        _hasProbed = true;
        return true;
    }

    /// <summary>T3-rtx has taken over, until something is acknowledged again.</summary>
    public void GiveWay()
    {
        Due = Instant.Never;
        _inARow = MaxInARow;
    }

    /// <summary>Nothing is outstanding.</summary>
    public void Stop()
    {
        Due = Instant.Never;
        _inARow = 0;
    }
}
