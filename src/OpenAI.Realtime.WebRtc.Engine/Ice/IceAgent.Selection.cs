using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>Parts 6 and 7: nomination (RFC 8445 §8), the selected pair, and consent to send on it (RFC 7675).</summary>
internal sealed partial class IceAgent
{
    /// <summary>How long, from the first valid pair on, one of a higher priority is waited for. Not with a lite peer.</summary>
    public static readonly TimeSpan NominationPatience = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// For this long after the first nomination the controlled side keeps the pair of the highest priority (RFC 8445 §8.1.1: a peer
    /// of RFC 5245 may nominate several at once); from then on it follows the latest: the peer has changed its path.
    /// </summary>
    public static readonly TimeSpan NominationSettling = TimeSpan.FromSeconds(1);

    /// <summary>A lite agent whose selected pair has been silent for two consent intervals follows the requests to another pair.</summary>
    public static readonly TimeSpan SilentPairAfter = TimeSpan.FromSeconds(10);

    private CandidatePair? _selected;
    private Instant _settledAt = Instant.Never;
    private Instant _nominateAt = Instant.Never;

    // RFC 8445 §8.1.1 has the nominating check follow a successful one. With a lite peer, a single pair and so nothing to choose, the
    // first check nominates and saves a round trip; RFC 5245 §8.1.1.2 allowed just that, and lite agents accept it.
    private bool NominatesByFirstCheck => _remoteIsLite && _checkList.IsSingle;

    // Controlling: RFC 8445 §8.1.1.
    private void ConsiderNomination(Instant now)
    {
        if (!IsControlling || _selected is not null || _isOver || _checkList.BestValid() is not { } best)
        {
            _nominateAt = Instant.Never;
            return;
        }

        if (_remoteIsLite || _nominateAt <= now || !_checkList.MayBetter(best))
        {
            // The nominating check does not wait for Ta: it follows an answer, so that the network has paced it already.
            Select(best, now);
            best.State = CandidatePairState.Waiting;
            SendCheck(best, now);
        }
        else if (_nominateAt == Instant.Never)
        {
            _nominateAt = now + NominationPatience;
        }
    }

    // Controlled, full or lite: RFC 8445 §8.1.1, §8.2.
    private void FollowNomination(CandidatePair pair, Instant now)
    {
        // Never: the first nomination of the peer's; a pair that we chose while we believed to control gives way to it.
        if (_settledAt == Instant.Never)
            _settledAt = now + NominationSettling;
        else if (now < _settledAt && _selected is not null && pair.Priority < _selected.Priority)
            return;
        Select(pair, now);
    }

    // RFC 8445 §7.3.2, §8.2: a lite agent selects what is nominated to it.
    private void HandleRequestAsLite(CandidatePair pair, bool useCandidate, Instant now)
    {
        // It has shown that it reaches us and, knowing our password, that we answer: nothing of ours is left to check.
        pair.State = CandidatePairState.Succeeded;
        if (useCandidate)
            FollowNomination(pair, now);
        else if (_selected is not null && pair != _selected && now - _selected.LastHeardAt >= SilentPairAfter)
            Select(pair, now);

        if (pair == _selected && _consent.Renew(now))
            AddEvent(IceEventKind.Recovered);
    }

    /// <summary>
    /// The pair is what data goes by from now on. The controlling side calls it as soon as it begins to nominate: a valid pair may be used at
    /// once (RFC 8445 §12.1).
    /// </summary>
    private void Select(CandidatePair pair, Instant now)
    {
        _nominateAt = Instant.Never;
        if (pair == _selected || _isOver)
            return;
        _selected = pair;
        RoundTripTime = pair.RoundTrip ?? RoundTripTime;
        LostAddress = null;
        LastPath = pair.Path;
        AddEvent(IceEventKind.PairSelected);
        if (_consent.Start(now))
            AddEvent(IceEventKind.Recovered);
        _checkList.RetireAllBut(pair);
        CloseOtherStreams();
    }

    private void RunConsent(Instant now)
    {
        switch (_consent.HandleTimeout(now))
        {
            case IceConsentAction.SendCheck:
                if (TryTakeOver(now))
                    break;
                SendConsentCheck(now);
                if (_consent.IsInDoubt)
                    CheckOtherPairs(now);
                break;
            case IceConsentAction.Disconnect:
                AddEvent(IceEventKind.Disconnected);
                break;
            case IceConsentAction.Expire:
                AddEvent(IceEventKind.ConsentExpired);
                _isOver = true;
                _selected = null;
                _nextCheckAt = _nominateAt = Instant.Never;
                _warmth.Stop();
                break;
        }
    }

    // RFC 7675 §5.1: a new transaction each time. The controlling side nominates again with each: the service's lite agent
    // is reported to stop answering checks that do not (docs/protocols/ice.md says by whom), and to any other it changes nothing.
    private void SendConsentCheck(Instant now)
    {
        if (_selected is null)
            return;
        StunTransactionId id = StunTransactionId.New(_random);
        Counters.ConsentChecksSent++;
        SendRequest(_selected, id, useCandidate: IsControlling);
        _consent.HandleCheckSent(id, AnswerTimeOf(_selected), now);
    }

    // RFC 8445 §7.3.1.1, §7.2.5.1.
    private void SwitchRole()
    {
        IsControlling = !IsControlling;
        _nominateAt = _settledAt = Instant.Never;
        _checkList.HandleRoleSwitch(IsControlling);
        AddEvent(IceEventKind.RoleSwitched);
    }
}
