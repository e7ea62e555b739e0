using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

/// <summary>Slow start, congestion avoidance and fast recovery (RFC 9260 §7.2); all sizes in bytes of user data.</summary>
internal sealed class CongestionControl
{
    /// <summary>The first cwnd in packets: RFC 6928's ten, instead of the four of RFC 9260 §7.2.1.</summary>
    private const int InitialPackets = 10;

    /// <summary>After a loss: what RFC 9260 §7.2.3 and §7.2.4 leave at least.</summary>
    private const int LeastThresholdPackets = 4;

    private readonly int _mtu;
    private readonly int _largest;
    private int _partialBytesAcked;
    private Serial32 _recoveryExit;

    /// <param name="mtu">The user data of a full packet.</param>
    /// <param name="largest">cwnd grows no further: more than the send buffer holds is never in flight.</param>
    public CongestionControl(int mtu, int largest)
    {
        _mtu = mtu;
        _largest = Math.Max(largest, InitialPackets * mtu);
        Window = InitialPackets * mtu;
        SlowStartThreshold = int.MaxValue;
    }

    /// <summary>cwnd.</summary>
    public int Window { get; private set; }

    /// <summary>ssthresh.</summary>
    public int SlowStartThreshold { get; private set; }

    private bool IsInFastRecovery { get; set; }

    /// <summary>SACK has acknowledged something.</summary>
    /// <param name="acked">How many bytes it newly acknowledged, in order or beyond a gap.</param>
    /// <param name="flightBefore">What was in flight when it came.</param>
    /// <param name="cumulativeTsn">Its cumulative TSN.</param>
    /// <param name="mayGrow">Whether cwnd may grow by it.</param>
    /// <param name="allAcked">Whether nothing is outstanding any more.</param>
    public void HandleAcked(int acked, int flightBefore, Serial32 cumulativeTsn, bool mayGrow, bool allAcked)
    {
        bool wasInRecovery = IsInFastRecovery;
        if (IsInFastRecovery && cumulativeTsn >= _recoveryExit)
            IsInFastRecovery = false;
        bool isFullyUsed = flightBefore + _mtu > Window;

        if (mayGrow && !wasInRecovery)
        {
            if (Window <= SlowStartThreshold)
            {
                // §7.2.1
                if (isFullyUsed)
                    Grow(Math.Min(acked, _mtu));
            }
            else
            {
                // §7.2.2
                _partialBytesAcked += acked;
                if (_partialBytesAcked >= Window)
                {
                    _partialBytesAcked -= Window;
                    if (isFullyUsed)
                        Grow(_mtu);
                }
            }
        }

        if (allAcked)
            _partialBytesAcked = 0;
    }

    /// <summary>§7.2.4: chunks have been reported missing for the third time. One cut for one round of losses.</summary>
    /// <returns>Whether fast recovery begins.</returns>
    public bool TryEnterFastRecovery(Serial32 highestOutstandingTsn)
    {
        if (IsInFastRecovery)
            return false;
        IsInFastRecovery = true;
        _recoveryExit = highestOutstandingTsn;
        SlowStartThreshold = Math.Max(Window / 2, LeastThresholdPackets * _mtu);
        Window = SlowStartThreshold;
        _partialBytesAcked = 0;
        return true;
    }

    /// <summary>§7.2.3: T3-rtx has expired.</summary>
    public void HandleTimeout()
    {
        SlowStartThreshold = Math.Max(Window / 2, LeastThresholdPackets * _mtu);
        Window = _mtu;
        _partialBytesAcked = 0;
        IsInFastRecovery = false;
    }

    private void Grow(int bytes) => Window = Math.Min(Window + bytes, _largest);
}
