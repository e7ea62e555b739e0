using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>Part 4: the peer's requests (RFC 8445 §7.3).</summary>
internal sealed partial class IceAgent
{
    private readonly List<EarlyCheck> _earlyChecks = [];

    /// <summary>A request that came before the peer's credentials did: what is needed to handle it later (RFC 8445 §7.3).</summary>
    private readonly record struct EarlyCheck(TransportPath Path, byte[] Username, uint? Priority, bool UseCandidate);

    private void HandleRequest(in StunMessage message, in TransportPath path, Instant now)
    {
        Counters.RequestsReceived++;
        if (FindLocal(path.Protocol, path.Local) is not { } local)
        {
            Counters.DroppedUnknownLocalAddress++;
            return;
        }

        // 1  Who asks? RFC 8489 §9.1.3: no credentials, 400; unknown user or wrong password, 401. Nothing else is looked at before.
        if (!message.TryGetUsername(out ReadOnlySpan<byte> username) || !message.HasIntegrity)
        {
            Counters.DroppedUnauthenticated++;
            RefuseUnprotected(message, path, StunErrorCode.BadRequest);
            return;
        }

        bool isOurs = _remoteKey is null ? username.StartsWith(_localUsernamePrefix) : username.SequenceEqual(_incomingUsername);
        if (!isOurs)
        {
            Counters.DroppedUsername++;
            RefuseUnprotected(message, path, StunErrorCode.Unauthenticated);
            return;
        }

        if (!message.VerifyIntegrity(_localKey))
        {
            Counters.DroppedIntegrity++;
            RefuseUnprotected(message, path, StunErrorCode.Unauthenticated);
            return;
        }

        // 2  Is there something we must understand and do not? RFC 8489 §6.3.1.
        IceUnknownAttributes unknown = default;
        int unknownCount = message.FindUnknownRequired(unknown);
        if (unknownCount > 0)
        {
            Counters.DroppedUnknownAttribute++;
            Refuse(message, path, StunErrorCode.UnknownAttribute, unknown, unknownCount);
            return;
        }

        // 3  Do both believe to be the same? RFC 8445 §7.3.1.1.
        if (!ResolveRoleConflict(message))
        {
            Refuse(message, path, StunErrorCode.RoleConflict, default, 0);
            return;
        }

        // 4  The answer says where the request came from, and leaves the way it came (RFC 8445 §7.3).
        Counters.ResponsesSent++;
        Send(new() { Type = StunMessageType.BindingSuccess, TransactionId = message.TransactionId, Path = path });

        // 5  What the request teaches. A missing PRIORITY (a MUST of the sender, §7.1.1) costs it only its place in the order.
        uint? priority = message.TryGetPriority(out uint said) ? said : null;
        if (_isOver)
            return;
        if (_isStarted)
            HandleAuthenticatedRequest(local, path, priority, message.UseCandidate, now);
        else
            RememberEarlyCheck(path, username, priority, message.UseCandidate);
    }

    private void HandleAuthenticatedRequest(in IceCandidate local, in TransportPath path, uint? priority, bool useCandidate, Instant now)
    {
        // RFC 8445 §7.3.1.3: an address that nobody told us is a peer-reflexive candidate.
        CandidatePair? pair = _checkList.Find(path);
        if (pair is null)
        {
            IceCandidate? remote = FindRemote(path.Protocol, path.Remote) ?? LearnPeerReflexiveRemote(path, priority);
            if (remote is null || !TryAddPair(local, remote.Value, out pair) || pair is null)
                return;
        }

        if (pair.IsTcp)
            pair.Stream = PairStream.Open; // the peer's request came by it

        pair.RequestReceived = true;
        pair.LastHeardAt = now;
        if (_options.Lite)
            HandleRequestAsLite(pair, useCandidate, now);
        else
            HandleRequestAsFull(pair, useCandidate, now);
    }

    // RFC 8445 §7.3.1.4 and §7.3.1.5.
    private void HandleRequestAsFull(CandidatePair pair, bool useCandidate, Instant now)
    {
        switch (pair.State)
        {
            case CandidatePairState.Succeeded or CandidatePairState.Confirming:
                break;
            case CandidatePairState.InProgress:
                if (!pair.IsValid)
                    pair.NextSendAt = Instant.Min(pair.NextSendAt, pair.LastSentAt + TriggeredRepeatAfter);
                break;
            default:
                _checkList.Trigger(pair);
                break;
        }

        if (!useCandidate || IsControlling)
            return;
        if (pair.IsValid)
            FollowNomination(pair, now);
        else
            pair.NominateOnSuccess = true;
    }

    /// <summary>Whether the request may be answered with success; 487 otherwise (RFC 8445 §7.3.1.1).</summary>
    private bool ResolveRoleConflict(in StunMessage message)
    {
        if (IsControlling)
        {
            if (!message.TryGetIceControlling(out ulong theirs))
                return true;
            Counters.RoleConflicts++;
            if (_tieBreaker >= theirs || _remoteIsLite)
                return false;
        }
        else
        {
            if (!message.TryGetIceControlled(out ulong theirs))
                return true;
            Counters.RoleConflicts++;

            // A lite agent cannot control: it makes the peer control, whoever has the larger number (RFC 8445 §6.1.1).
            if (_options.Lite || _tieBreaker < theirs)
                return false;
        }

        SwitchRole();
        return true;
    }

    private void RememberEarlyCheck(in TransportPath path, ReadOnlySpan<byte> username, uint? priority, bool useCandidate)
    {
        int index = FindEarlyCheck(path);
        if (index >= 0)
        {
            EarlyCheck known = _earlyChecks[index];
            if (known.UseCandidate != useCandidate && username.SequenceEqual(known.Username))
                _earlyChecks[index] = known with { UseCandidate = true };
        }
        else if (_earlyChecks.Count < IceLimits.EarlyChecks && username.Length <= (2 * IceCredentials.MaxLength) + 1)
        {
            _earlyChecks.Add(new(path, username.ToArray(), priority, useCandidate));
        }
        else
        {
            Counters.DroppedOverLimit++;
        }
    }

    private void HandleEarlyChecks(Instant now)
    {
        foreach (EarlyCheck early in _earlyChecks)
        {
            // Only now is it known whose they were.
            if (_incomingUsername.AsSpan().SequenceEqual(early.Username) && FindLocal(early.Path.Protocol, early.Path.Local) is { } local)
                HandleAuthenticatedRequest(local, early.Path, early.Priority, early.UseCandidate, now);
            else
                Counters.DroppedUsername++;
        }

        _earlyChecks.Clear();
    }

    private int FindEarlyCheck(in TransportPath path)
    {
        for (int i = 0; i < _earlyChecks.Count; i++)
        {
            if (_earlyChecks[i].Path == path)
                return i;
        }

        return -1;
    }

    private void Refuse(in StunMessage message, in TransportPath path, StunErrorCode error, in IceUnknownAttributes unknown, int unknownCount)
    {
        Counters.ErrorResponsesSent++;
        Send(new()
        {
            Type = StunMessageType.BindingError,
            TransactionId = message.TransactionId,
            Path = path,
            Error = error,
            Unknown = unknown,
            UnknownCount = unknownCount,
        });
    }

    // Without FINGERPRINT (a MUST of RFC 8445 §7.1) it was perhaps not STUN at all: no answer then.
    private void RefuseUnprotected(in StunMessage message, in TransportPath path, StunErrorCode error)
    {
        if (!message.HasFingerprint)
            return;
        Counters.ErrorResponsesSent++;
        Send(new() { Type = StunMessageType.BindingError, TransactionId = message.TransactionId, Path = path, Error = error, IsUnprotected = true });
    }
}
