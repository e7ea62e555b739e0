using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>
/// Which pairs are kept warm beside the selected one, and when each is checked: one check every 4 to 6 s, in turn, so that the bindings of NATs live and it is known which pairs answer, and how fast.
/// <code>
/// who     first those that share the fewest addresses with the selected one and each other, then those that have worked, then by priority; UDP before TCP
/// until   a pair that has never worked: three checks in vain; one that has: it makes room after them, if another wants it
/// how     a plain check, never repeated; it nominates nothing
/// </code>
/// </summary>
internal sealed class IceWarmth(RandomSource random)
{
    /// <summary>How many pairs are kept warm. In turn each is checked every 12 to 18 s: less than the 30 s after which the strictest NATs forget a binding, also when one check is lost on its way.</summary>
    public const int MaxPairs = 3;

    /// <summary>The shortest time between two of these checks, and with it their budget: 15 a minute.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(4);

    /// <summary>RFC 7675 §5.1 has consent checks come 4 to 6 s apart, drawn anew each time; so do these.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(6);

    /// <summary>A pair that has missed so many checks in a row makes room for others; one that never worked is left alone then: nobody who names addresses makes us check them for ever.</summary>
    public const int MaxMisses = 3;

    private readonly CandidatePair?[] _warm = new CandidatePair?[MaxPairs];

    /// <summary>When the next check is due; never while there is no pair to keep warm.</summary>
    public Instant NextAt { get; private set; } = Instant.Never;

    /// <summary>A check is due after an interval, if any pair wants one.</summary>
    public void Update(IReadOnlyList<CandidatePair> pairs, CandidatePair selected, Instant now)
    {
        // By index, here and below: the enumerator of an interface is an object, and this runs for each datagram of STUN's.
        bool isWanted = false;
        for (int i = 0; i < pairs.Count && !isWanted; i++)
            isWanted = IsEligible(pairs[i], selected);
        if (!isWanted)
            NextAt = Instant.Never;
        else if (NextAt == Instant.Never)
            NextAt = now + ShortestInterval + ((LongestInterval - ShortestInterval) * random.NextUInt16() / ushort.MaxValue);
    }

    public void Stop() => NextAt = Instant.Never;

    /// <summary>The pair to check, when one is due: of the warm ones that which was checked longest ago.</summary>
    public CandidatePair? TakeDue(IReadOnlyList<CandidatePair> pairs, CandidatePair selected, Instant now)
    {
        if (NextAt > now)
            return null;
        NextAt = Instant.Never;
        Choose(pairs, selected);
        CandidatePair? due = null;
        foreach (CandidatePair? pair in _warm)
        {
            if (pair is not null && (due is null || pair.LastSentAt < due.LastSentAt))
                due = pair;
        }

        Array.Clear(_warm);
        return due;
    }

    private void Choose(IReadOnlyList<CandidatePair> pairs, CandidatePair selected)
    {
        for (int i = 0; i < MaxPairs; i++)
        {
            CandidatePair? best = null;
            (bool, int, bool, ulong) bestRank = default;
            for (int k = 0; k < pairs.Count; k++)
            {
                CandidatePair pair = pairs[k];
                if (!IsEligible(pair, selected) || Array.IndexOf(_warm, pair) >= 0)
                    continue;
                (bool, int, bool, ulong) rank = (pair.Misses < MaxMisses, CountNewAddresses(pair, selected), pair.IsValid, pair.Priority);
                if (best is null || rank.CompareTo(bestRank) > 0)
                    (best, bestRank) = (pair, rank);
            }

            _warm[i] = best;
        }
    }

    // What dies is mostly an interface or a server's address: two pairs that share neither do not die together.
    private int CountNewAddresses(CandidatePair pair, CandidatePair selected)
    {
        (bool isLocalNew, bool isRemoteNew) = (pair.Path.Local != selected.Path.Local, pair.Path.Remote != selected.Path.Remote);
        foreach (CandidatePair? chosen in _warm)
        {
            isLocalNew &= chosen is null || pair.Path.Local != chosen.Path.Local;
            isRemoteNew &= chosen is null || pair.Path.Remote != chosen.Path.Remote;
        }

        return (isLocalNew ? 1 : 0) + (isRemoteNew ? 1 : 0);
    }

    // A stream is none that is kept open for this: one that is open and answers anyway is asked, and where UDP works it is of no use.
    private static bool IsEligible(CandidatePair pair, CandidatePair selected) =>
        pair != selected && !pair.IsGone && (pair.IsValid || pair.Misses < MaxMisses)
        && (!pair.IsTcp || (selected.IsTcp && pair.IsValid && pair.Stream == PairStream.Open));
}
