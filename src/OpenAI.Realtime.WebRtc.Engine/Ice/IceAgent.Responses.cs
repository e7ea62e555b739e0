using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>Part 5: answers to our checks (RFC 8445 §7.2.5) and consent checks (RFC 7675 §5.1).</summary>
internal sealed partial class IceAgent
{
    private void HandleResponse(in StunMessage message, in TransportPath path, Instant now)
    {
        Counters.ResponsesReceived++;
        if (!IsAuthenticResponse(message))
            return;
        bool isConsent = _consent.IsAwaited(message.TransactionId);
        CheckTransaction check = default;
        CandidatePair? pair = isConsent ? _selected : _checkList.Find(message.TransactionId, now, out check);
        if (pair is null)
        {
            Counters.DroppedUnknownTransaction++;
            return;
        }

        // RFC 8445 §7.2.5.2.1: it comes from where the request went, to where the request left.
        if (pair.Path != path)
        {
            Counters.DroppedAsymmetric++;
            if (!isConsent)
                Fail(pair, now);
            return;
        }

        // RFC 8489 §6.3.3, §6.3.1: what we must understand and do not makes the answer no answer.
        Span<StunAttributeType> unknown = stackalloc StunAttributeType[1];
        if (message.FindUnknownRequired(unknown) > 0 || !message.TryGetXorMappedAddress(out TransportAddress mapped))
        {
            Counters.DroppedUnknownAttribute++;
            return;
        }

        if (isConsent)
            HandleConsentResponse(pair, message.TransactionId, now);
        else
            HandleCheckResponse(pair, check, mapped, now);
    }

    // RFC 8445 §7.2.5.3.
    private void HandleCheckResponse(CandidatePair pair, in CheckTransaction check, TransportAddress mapped, Instant now)
    {
        pair.Checks.Forget(check.Id);
        pair.LastHeardAt = now;
        pair.RoundTrip = now - check.SentAt;
        pair.AnsweredCheckAt = check.SentAt;
        pair.Misses = 0;
        if (_selected is null || pair == _selected)
            RoundTripTime = pair.RoundTrip;
        if (mapped != pair.Path.Local && !pair.IsTcp)
            LearnPeerReflexiveLocal(mapped, pair);
        pair.IsValid = true;

        if (IsControlling)
        {
            if (check.UseCandidate && _selected is null)
                Select(pair, now);
        }
        else if (pair.NominateOnSuccess)
        {
            pair.NominateOnSuccess = false;
            FollowNomination(pair, now);
        }

        if (ShallMoveTo(pair, now))
            MoveTo(pair, now);

        // The late answer to a plain check says nothing of the nominating one that is under way.
        if (!IsControlling || pair != _selected || check.UseCandidate)
            HandleSuccess(pair);
        if (!_isUsable)
        {
            _isUsable = true;
            AddEvent(IceEventKind.PathUsable, pair.Path);
        }

        if (pair == _selected && _consent.Renew(now))
            AddEvent(IceEventKind.Recovered);
    }

    /// <summary>
    /// The check is done. That of the selected pair goes on until the peer's data comes: a full agent whose own check, or whose answer from us, was lost waits for another of
    /// ours before it uses the pair. A lite agent has nothing of the kind to wait for.
    /// </summary>
    private void HandleSuccess(CandidatePair pair)
    {
        if (pair != _selected || _peerHasSpoken || _remoteIsLite)
        {
            pair.State = CandidatePairState.Succeeded;
            return;
        }

        TimeSpan measured = AnswerTimeOf(pair);
        if (pair.Interval < measured)
            pair.Interval = measured;
        pair.State = CandidatePairState.Confirming;
        pair.NextSendAt = pair.LastSentAt + pair.Interval;
    }

    private void HandleConsentResponse(CandidatePair selected, StunTransactionId id, Instant now)
    {
        if (!_consent.TryHandleResponse(id, now, out TimeSpan roundTrip, out bool recovered))
            return;
        RoundTripTime = selected.RoundTrip = roundTrip;
        selected.LastHeardAt = now;
        if (recovered)
            AddEvent(IceEventKind.Recovered);

        // A consent check carries USE-CANDIDATE: its answer confirms the nomination as well.
        if (IsControlling && selected.State == CandidatePairState.InProgress)
            HandleSuccess(selected);
    }

    private void HandleErrorResponse(in StunMessage message, in TransportPath path, Instant now)
    {
        // 400 and 401 come without MESSAGE-INTEGRITY, so anybody could have sent them, and a peer that has not applied our offer yet
        // sends them too: they change nothing and the check is repeated.
        Counters.ErrorResponsesReceived++;
        if (!IsAuthenticResponse(message))
            return;
        bool isConsent = _consent.IsAwaited(message.TransactionId);
        CheckTransaction check = default;
        CandidatePair? pair = isConsent ? _selected : _checkList.Find(message.TransactionId, now, out check);
        if (pair is null || !message.TryGetErrorCode(out StunErrorCode code))
        {
            Counters.DroppedUnknownTransaction++;
            return;
        }

        if (pair.Path != path)
        {
            Counters.DroppedAsymmetric++;
            return;
        }

        if (code == StunErrorCode.RoleConflict)
            HandleRoleConflictResponse(pair, check, isConsent);
        else if (!isConsent)
            Fail(pair, now);
    }

    // RFC 8445 §7.2.5.1: the role becomes the other one than the request claimed; the tie-breaker changes; the pair is checked at once.
    private void HandleRoleConflictResponse(CandidatePair pair, in CheckTransaction check, bool isConsent)
    {
        Counters.RoleConflicts++;
        if (_remoteIsLite)
            return;
        if (isConsent || check.AsControlling == IsControlling)
        {
            _tieBreaker = _random.NextUInt64();
            SwitchRole();
        }

        if (!isConsent)
            _checkList.Trigger(pair);
    }

    // RFC 8445 §7.2.5.2.4. The RFC gives the pair up; we try it again, as slowly as anything is repeated, unless another one is selected.
    private void Fail(CandidatePair pair, Instant now)
    {
        pair.State = _selected is null || pair == _selected ? CandidatePairState.Failed : CandidatePairState.Retired;
        pair.NextSendAt = now + _options.MaxRetransmitTimeout;
    }

    private bool IsAuthenticResponse(in StunMessage message)
    {
        if (!message.HasIntegrity)
            Counters.DroppedUnauthenticated++;
        else if (!message.VerifyIntegrity(_remoteKey))
            Counters.DroppedIntegrity++;
        else
            return true;
        return false;
    }
}
