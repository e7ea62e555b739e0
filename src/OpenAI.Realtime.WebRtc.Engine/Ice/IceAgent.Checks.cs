using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>Part 3: checks leave, paced, and are repeated.</summary>
internal sealed partial class IceAgent
{
    /// <summary>A request of the peer's makes a check under way be repeated, but not sooner than this after it was last sent.</summary>
    public static readonly TimeSpan TriggeredRepeatAfter = TimeSpan.FromMilliseconds(50);

    private Instant _paceAt;
    private Instant _nextCheckAt = Instant.Never;

    // RFC 8445 §6.1.4: each Ta one check.
    private void RunChecks(Instant now)
    {
        if (!_isStarted || _isOver || _options.Lite)
            return;
        if (_paceAt <= now && _checkList.Next(now) is { } pair)
        {
            SendCheck(pair, now);
            _paceAt = now + _options.CheckInterval;
        }

        UpdateCheckTimer();
    }

    private void UpdateCheckTimer()
    {
        if (_isOver)
            return;
        Instant at = _checkList.NextAt();
        _nextCheckAt = at > _paceAt ? at : _paceAt;
    }

    /// <summary>Sends a check: the first of a new transaction, or the same one again (RFC 8445 §7.2.4, RFC 8489 §6.2.1).</summary>
    private void SendCheck(CandidatePair pair, Instant now)
    {
        if (pair.State == CandidatePairState.InProgress)
        {
            Counters.RequestsRetransmitted++;
        }
        else
        {
            pair.TransactionId = StunTransactionId.New(_random);
            pair.SentAsControlling = IsControlling;
            pair.SentUseCandidate = IsControlling && (pair == _selected || NominatesByFirstCheck);
            pair.Transmissions = 0;
            pair.State = CandidatePairState.InProgress;
        }

        pair.TriggeredOrder = 0;
        pair.Transmissions++;
        pair.LastSentAt = now;
        if (_selected is not null && pair != _selected && pair.Transmissions >= IceLimits.TransmissionsAfterSelection)
            pair.State = CandidatePairState.Retired;
        else
            pair.NextSendAt = now + RetransmitTimeout(pair.Transmissions);
        Counters.RequestsSent++;
        SendRequest(pair, pair.TransactionId, pair.SentUseCandidate);
    }

    private void SendRequest(CandidatePair pair, StunTransactionId id, bool useCandidate) => Send(new()
    {
        Type = StunMessageType.BindingRequest,
        TransactionId = id,
        Path = pair.Path,
        Priority = pair.PeerReflexivePriority,
        IsControlling = IsControlling,
        TieBreaker = _tieBreaker,
        UseCandidate = useCandidate,
    });

    // RFC 8489 §6.2.1 doubles the timeout and gives up after Rc = 7 transmissions; we stop doubling and go on until the caller gives up.
    private TimeSpan RetransmitTimeout(int transmissions)
    {
        TimeSpan timeout = _options.InitialRetransmitTimeout * (1 << Math.Min(transmissions - 1, 16));
        return timeout < _options.MaxRetransmitTimeout ? timeout : _options.MaxRetransmitTimeout;
    }

    private bool TryWrite(in IceOutgoingMessage message, Span<byte> buffer, out int length)
    {
        StunMessageWriter writer = new(buffer, message.Type, message.TransactionId);
        switch (message.Type.Class)
        {
            case StunClass.Request:
                // RFC 8445 §7.1, §7.2.2.
                writer.WriteUsername(_outgoingUsername);
                writer.WritePriority(message.Priority);
                if (message.IsControlling)
                    writer.WriteIceControlling(message.TieBreaker);
                else
                    writer.WriteIceControlled(message.TieBreaker);
                if (message.UseCandidate)
                    writer.WriteUseCandidate();
                return writer.TryFinish(_remoteKey, out length);

            case StunClass.SuccessResponse:
                writer.WriteXorMappedAddress(message.Path.Remote);
                return writer.TryFinish(_localKey, out length);

            default:
                writer.WriteErrorCode(message.Error);
                if (message.Error == StunErrorCode.UnknownAttribute)
                    writer.WriteUnknownAttributes(((ReadOnlySpan<StunAttributeType>)message.Unknown)[..message.UnknownCount]);
                return writer.TryFinish(message.IsUnprotected ? default : _localKey, out length);
        }
    }
}
