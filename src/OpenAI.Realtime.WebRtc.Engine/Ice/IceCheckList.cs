using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>The checklist (RFC 8445 §6.1.2) with its triggered-check queue (§6.1.4.1): which pair is checked next, and when.</summary>
internal sealed class IceCheckList
{
    private readonly List<CandidatePair> _pairs = [];
    private long _lastTriggered;

    /// <summary>Whether there is nothing to choose: one pair alone, besides those that are not checked yet.</summary>
    public bool IsSingle
    {
        get
        {
            int count = 0;
            foreach (CandidatePair pair in _pairs)
                count += pair.State == CandidatePairState.Frozen ? 0 : 1;
            return count == 1;
        }
    }

    public IReadOnlyList<CandidatePair> Pairs => _pairs;

    public CandidatePair? Find(in TransportPath path)
    {
        foreach (CandidatePair pair in _pairs)
        {
            if (pair.Path == path)
                return pair;
        }

        return null;
    }

    /// <summary>The pair that an answer belongs to, and the check that it answers.</summary>
    public CandidatePair? Find(StunTransactionId id, Instant now, out CheckTransaction check)
    {
        foreach (CandidatePair pair in _pairs)
        {
            if (pair.Checks.Find(id, now) is { } found)
            {
                check = found;
                return pair;
            }
        }

        check = default;
        return null;
    }

    /// <summary>Whether a check of one of the pairs had this transaction, however long ago.</summary>
    public bool Knows(StunTransactionId id)
    {
        foreach (CandidatePair pair in _pairs)
        {
            if (pair.Checks.Knows(id))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Adds a pair. When the list is full the pair of the lowest priority that nothing came of yet makes room (RFC 8445 §6.1.2.5);
    /// false when there is none lower than <paramref name="pair"/>.
    /// </summary>
    public bool TryAdd(CandidatePair pair)
    {
        if (_pairs.Count >= IceLimits.Pairs)
        {
            int lowest = -1;
            for (int i = 0; i < _pairs.Count; i++)
            {
                CandidatePair candidate = _pairs[i];
                if (!candidate.IsValid && !candidate.RequestReceived && (lowest < 0 || candidate.Priority < _pairs[lowest].Priority))
                    lowest = i;
            }

            if (lowest < 0 || _pairs[lowest].Priority >= pair.Priority)
                return false;
            _pairs.RemoveAt(lowest);
        }

        _pairs.Add(pair);
        return true;
    }

    public void Remove(CandidatePair pair) => _pairs.Remove(pair);

    /// <summary>Puts a pair at the end of the triggered-check queue, for a new transaction.</summary>
    public void Trigger(CandidatePair pair)
    {
        pair.State = CandidatePairState.Waiting;
        if (pair.TriggeredOrder == 0)
            pair.TriggeredOrder = ++_lastTriggered;
    }

    /// <summary>
    /// The pair to check now (RFC 8445 §6.1.4.2): the first of the triggered-check queue; else the Waiting one of the highest priority;
    /// else the one whose repetition has been due the longest.
    /// </summary>
    public CandidatePair? Next(Instant now)
    {
        CandidatePair? best = null;
        foreach (CandidatePair pair in _pairs)
        {
            if (IsDue(pair, now) && (best is null || ComesBefore(pair, best)))
                best = pair;
        }

        return best;
    }

    /// <summary>When <see cref="Next"/> will have something; <see cref="Instant.Zero"/> for at once.</summary>
    public Instant NextAt()
    {
        Instant at = Instant.Never;
        foreach (CandidatePair pair in _pairs)
        {
            if (pair.State == CandidatePairState.Waiting)
                return Instant.Zero;
            if (pair.State is CandidatePairState.InProgress or CandidatePairState.Confirming or CandidatePairState.Failed)
                at = Instant.Min(at, pair.NextSendAt);
        }

        return at;
    }

    /// <summary>The valid pair of the highest priority.</summary>
    public CandidatePair? BestValid()
    {
        CandidatePair? best = null;
        foreach (CandidatePair pair in _pairs)
        {
            if (pair.IsValid && (best is null || pair.Priority > best.Priority))
                best = pair;
        }

        return best;
    }

    /// <summary>Whether a pair of a higher priority may still succeed.</summary>
    public bool MayBetter(CandidatePair than)
    {
        foreach (CandidatePair pair in _pairs)
        {
            if (pair.Priority > than.Priority && pair.State is CandidatePairState.Waiting or CandidatePairState.InProgress)
                return true;
        }

        return false;
    }

    /// <summary>The role has changed: priorities follow (RFC 8445 §7.3.1.1), and checks under way begin anew with the right attribute.</summary>
    public void HandleRoleSwitch(bool isControlling)
    {
        foreach (CandidatePair pair in _pairs)
        {
            pair.UpdatePriority(isControlling);
            if (pair.State == CandidatePairState.InProgress)
                pair.State = CandidatePairState.Waiting;
        }
    }

    /// <summary>A pair has been selected: the others are checked no more (RFC 8445 §8.1.2).</summary>
    public void RetireAllBut(CandidatePair selected)
    {
        foreach (CandidatePair pair in _pairs)
        {
            if (pair != selected && !pair.IsValid && pair.TriggeredOrder == 0 && !pair.NominateOnSuccess)
                pair.State = CandidatePairState.Retired;
        }
    }

    private static bool IsDue(CandidatePair pair, Instant now) => pair.State switch
    {
        CandidatePairState.Waiting => true,
        CandidatePairState.InProgress or CandidatePairState.Confirming or CandidatePairState.Failed => pair.NextSendAt <= now,
        _ => false,
    };

    private static bool ComesBefore(CandidatePair a, CandidatePair b)
    {
        if (a.TriggeredOrder != 0 || b.TriggeredOrder != 0)
            return a.TriggeredOrder != 0 && (b.TriggeredOrder == 0 || a.TriggeredOrder < b.TriggeredOrder);
        bool aWaits = a.State == CandidatePairState.Waiting;
        bool bWaits = b.State == CandidatePairState.Waiting;
        if (aWaits != bWaits)
            return aWaits;
        return aWaits ? a.Priority > b.Priority : a.NextSendAt < b.NextSendAt;
    }
}
