namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

/// <summary>
/// Tells a queue that overflows from a line that loses by chance. RFC 9260 §7.2 takes each loss for congestion, and so halves what is in flight again and again on a radio link that has room:
/// there a message of 256 KiB takes ten times as long. A queue shows itself before it overflows: the round trip grows. And whatever the round trip says, a line that loses a third is asked for less.
/// </summary>
internal sealed class LossKind
{
    /// <summary>A share that no line has by chance on which a conversation is possible.</summary>
    private const double LargestShareByChance = 0.3;

    /// <summary>The share is one of about so many chunks.</summary>
    private const double Memory = 32;

    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(10);

    private TimeSpan _shortest = TimeSpan.MaxValue;
    private TimeSpan _last;
    private double _lostShare;

    /// <summary>Whether the losses of this moment call for less in flight.</summary>
    public bool IsCongestion => _shortest == TimeSpan.MaxValue || _last > (1.25 * _shortest) + Grain || _lostShare > LargestShareByChance;

    /// <param name="chunks">How many were newly acknowledged.</param>
    /// <param name="roundTrip">Of the latest of them; null when it was sent twice.</param>
    public void HandleAcked(int chunks, TimeSpan? roundTrip)
    {
        for (int i = 0; i < Math.Min(chunks, Memory); i++)
            _lostShare -= _lostShare / Memory;
        if (roundTrip is not { } measured)
            return;
        _last = measured;
        if (measured < _shortest)
            _shortest = measured;
    }

    public void HandleLost(int chunks)
    {
        for (int i = 0; i < Math.Min(chunks, Memory); i++)
            _lostShare += (1 - _lostShare) / Memory;
    }
}
