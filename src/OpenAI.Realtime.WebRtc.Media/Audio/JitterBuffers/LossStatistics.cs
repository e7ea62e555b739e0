namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Counts what came, what did not, and what came when its turn was over.</summary>
internal sealed class LossStatistics
{
    private const int Remembered = 64;

    private ulong _received;        // bit i: the number passed i + 1 numbers ago was received

    /// <summary>The share of numbers passed that were not there; of the last 256, weighted towards the newest.</summary>
    public double Rate { get; private set; }

    /// <summary>Numbers passed that were not there, and did not come afterwards.</summary>
    public long Lost { get; private set; }

    /// <summary>Packets whose turn was over.</summary>
    public long Late { get; private set; }

    /// <summary>Packets that came twice.</summary>
    public long Duplicate { get; private set; }

    /// <summary>Packets of interrupted speech.</summary>
    public long Flushed { get; private set; }

    /// <summary>A number's turn is over.</summary>
    public void Pass(bool received)
    {
        _received = (_received << 1) | (received ? 1UL : 0);
        if (!received)
            Lost++;
        Rate += ((received ? 0 : 1) - Rate) / 256;
    }

    /// <summary>A packet has come whose number was passed.</summary>
    /// <param name="ago">How many numbers were passed since.</param>
    public void CountBehind(long ago)
    {
        if (ago < Remembered && (_received >> (int)ago & 1) != 0)
        {
            Duplicate++;
            return;
        }

        Late++;
        if (ago >= Remembered)
            return;
        _received |= 1UL << (int)ago;
        Lost--;
    }

    public void CountLate() => Late++;

    public void CountDuplicate() => Duplicate++;

    public void CountFlushed() => Flushed++;

    /// <summary>Other numbers begin; what was counted stays.</summary>
    public void ForgetNumbers() => _received = 0;
}
