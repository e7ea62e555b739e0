using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>
/// Part 8: the path moves under a running call. RFC 8445 selects a pair once and has an ICE restart for all else; a NAT that gives one side another port restarts nothing. So a full agent
/// <code>
/// data     of the peer's by another path, while the selected one is silent    → checks that path, and selects it when the check is answered
/// doubt    a consent check and half of its repetitions unanswered             → checks the other pairs that have worked, those that are kept warm (IceWarmth) among them
/// silence  all of them unanswered                                             → selects the best that has answered since; where none has, the first that will
///          of a UDP path until the peer counts as disconnected                → opens TCP streams as well
/// address  of ours is new                                                     → is paired and checked, and kept as a way out; a TCP stream from it is opened only when the path of a call by UDP dies
///          of ours has gone                                                   → its pairs are forgotten; where the selected one is among them, all others are checked, and one that answers is selected
/// </code>
/// The pair that was left stays in the list and is not returned to unless the new one is silent. Nothing but checks is sent to an address before one has been answered (RFC 7675 §5).
/// </summary>
internal sealed partial class IceAgent
{
    /// <summary>The selected pair is silent when nothing has come by it for so long, while data comes by another: ten packets of audio.</summary>
    public static readonly TimeSpan MovedAfter = TimeSpan.FromMilliseconds(200);

    private void FollowData(in TransportPath path, Instant now)
    {
        if (_options.Lite || _isOver || now - _selected!.LastHeardAt < MovedAfter)
            return;
        if (FindOrLearn(path) is not { } pair)
            return;
        pair.LastHeardAt = now;
        pair.SelectOnSuccess = true;
        if (pair.State != CandidatePairState.InProgress)
            _checkList.Trigger(pair);
        RunChecks(now);
    }

    /// <summary>The pair of this path; where there is none, one with a peer-reflexive candidate, for its authenticated data has shown it (as a request does, RFC 8445 §7.3.1.3).</summary>
    private CandidatePair? FindOrLearn(in TransportPath path)
    {
        if (_checkList.Find(path) is { } known)
            return known;
        if (FindLocal(path.Protocol, path.Local) is not { } local)
            return null;
        IceCandidate? remote = FindRemote(path.Protocol, path.Remote) ?? LearnPeerReflexiveRemote(path, null);
        return remote is not null && TryAddPair(local, remote.Value, out CandidatePair? pair) ? pair : null;
    }

    /// <summary>The selected pair has been silent for long enough, and another has answered since: it takes over.</summary>
    private bool TryTakeOver(Instant now)
    {
        if (!_consent.IsSilent(now) || _consent.UnansweredSince is not { } since)
            return false;
        CandidatePair? best = null;
        foreach (CandidatePair pair in _checkList.Pairs)
        {
            if (pair != _selected && pair.IsValid && pair.AnsweredCheckAt >= since && MayLeaveFor(pair) && (best is null || pair.Priority > best.Priority))
                best = pair;
        }

        if (best is not null)
            MoveTo(best, now);
        return best is not null;
    }

    /// <summary>
    /// A lite peer that answers nominating checks alone (<see cref="SendConsentCheck"/>) would never answer on another pair. Where the selected one is dead there is nothing to lose: such a peer follows the
    /// last nomination, and the one of the pair that we move to is the last.
    /// </summary>
    private bool NominatesToBeAnswered(Instant now) => _remoteIsLite && _selected is not null && (_selected.IsGone || _consent.IsSilent(now));

    // One check, never repeated, and the state of the pair stays as it is: a miss says little, and the pair may never have worked.
    private void KeepWarm(Instant now)
    {
        if (_selected is null || !_consent.IsRunning)
            return;
        if (_warmth.TakeDue(_checkList.Pairs, _selected, now) is { } pair)
        {
            pair.Misses++;
            pair.LastSentAt = now;
            Counters.WarmChecksSent++;
            SendRequest(pair, useCandidate: false, now);
        }

        _warmth.Update(_checkList.Pairs, _selected, now);
    }

    // In doubt those that have worked are asked; where the selected pair is dead, all.
    private void CheckOtherPairs(Instant now)
    {
        bool isDead = _selected!.IsGone || _consent.IsSilent(now);
        foreach (CandidatePair pair in _checkList.Pairs)
        {
            bool isWanted = pair.IsActive ? _selected.IsGone || MayLeaveFor(pair) : isDead || pair.IsValid || pair.RequestReceived;
            if (pair != _selected && isWanted && pair.State is not (CandidatePairState.InProgress or CandidatePairState.Frozen))
                _checkList.Trigger(pair);
        }
    }

    /// <summary>A local address has gone: a cable was pulled, a network was left. Nothing leaves from it any more.</summary>
    public void RemoveLocalAddress(TransportAddress address, TransportProtocol protocol, Instant now)
    {
        if (_localCandidates.RemoveAll(c => c.Type == CandidateType.Host && c.Protocol == protocol && c.Address == address) == 0)
            return;
        for (int i = _checkList.Pairs.Count - 1; i >= 0; i--)
        {
            CandidatePair pair = _checkList.Pairs[i];
            if (pair.Path.Protocol == protocol && pair.Path.Local == address)
                _checkList.Remove(pair);
        }

        if (_selected is not null && _selected.Path.Protocol == protocol && _selected.Path.Local == address)
        {
            _selected.IsGone = true;
            LostAddress = address;
            foreach (CandidatePair pair in _checkList.Pairs)
            {
                if (!_options.Lite && pair.State is not (CandidatePairState.InProgress or CandidatePairState.Frozen))
                    _checkList.Trigger(pair);
            }
        }

        RunChecks(now);
    }

    /// <summary>The address from which the selected path left and which is no more, as long as no other path has taken its place.</summary>
    public TransportAddress? LostAddress { get; private set; }

    private bool ShallMoveTo(CandidatePair pair, Instant now) =>
        !_isOver && _selected is not null && pair != _selected && (pair.SelectOnSuccess || _selected.IsGone || (_consent.IsSilent(now) && MayLeaveFor(pair)));

    // From UDP to TCP only when the peer counts as disconnected: UDP may be back in a moment, and a path that was cut off stays silent. A TCP pair may have had no occasion to be valid before.
    private bool MayLeaveFor(CandidatePair pair) => !pair.IsTcp || _selected!.IsTcp || _consent.IsDisconnected;

    private void MoveTo(CandidatePair pair, Instant now)
    {
        pair.SelectOnSuccess = false;
        Counters.Moves++;
        Select(pair, now);
        if (!IsControlling)
            return;
        pair.State = CandidatePairState.Waiting; // the peer is told by a nominating check
        SendCheck(pair, now);
    }
}
