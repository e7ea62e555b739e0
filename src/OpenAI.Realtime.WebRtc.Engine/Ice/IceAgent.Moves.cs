using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>
/// Part 8: the path moves under a running call. RFC 8445 selects a pair once and has an ICE restart for all else; a NAT that gives one side another port restarts nothing. So a full agent
/// <code>
/// data     of the peer's by another path, while the selected one is silent    → checks that path, and selects it when the check is answered
/// silence  of two consent checks                                              → checks the other pairs that have worked, and selects one that answers
///          of a UDP path until the peer counts as disconnected                → opens TCP streams as well
/// address  of ours is new                                                     → is paired and checked, and kept as a way out
///          of ours has gone                                                   → its pairs are forgotten; where the selected one is among them, all others are checked, and one that answers is selected
/// </code>
/// Nothing is sent to an address before a check to it has been answered (RFC 7675 §5), and the check carries our role and, where we control, USE-CANDIDATE.
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

    private void CheckOtherPairs()
    {
        foreach (CandidatePair pair in _checkList.Pairs)
        {
            if (pair != _selected && (_selected!.IsGone || (pair.IsActive ? MayLeaveFor(pair) : pair.IsValid || pair.RequestReceived)) && pair.State is not (CandidatePairState.InProgress or CandidatePairState.Frozen))
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
        !_isOver && _selected is not null && pair != _selected && (pair.SelectOnSuccess || _selected.IsGone || (_consent.HasMissedTwo(now) && MayLeaveFor(pair)));

    // From UDP to TCP only when the peer counts as disconnected: two checks are lost now and then, and a path that was cut off stays silent. A TCP pair may have had no occasion to be valid before.
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
