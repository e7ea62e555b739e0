using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>How many datagrams of unknown senders are looked at: enough to notice that the peer's address has changed, too few for a flood to cost anything.</summary>
internal sealed class StrangersBudget
{
    /// <summary>In each <see cref="Period"/>.</summary>
    public const int MaxInPeriod = 10;

    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    private Instant _endsAt;
    private int _left;

    public bool TryLookAt(Instant now)
    {
        if (now >= _endsAt)
        {
            _endsAt = now + Period;
            _left = MaxInPeriod;
        }

        if (_left == 0)
            return false;
        _left--;
        return true;
    }
}
