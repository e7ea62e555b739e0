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
        ConsiderTcp(now);
        if (_paceAt <= now && _checkList.Next(now) is { } pair)
        {
            SendCheck(pair, now);
            _paceAt = now + _options.CheckInterval;
        }

        KeepWarm(now);
        UpdateCheckTimer();
    }

    private void UpdateCheckTimer()
    {
        if (_isOver)
            return;
        Instant at = _checkList.NextAt();
        _nextCheckAt = Instant.Min(Instant.Min(at > _paceAt ? at : _paceAt, _tcpBeginsAt), _warmth.NextAt);
    }

    /// <summary>Sends a check: the first of a pair, or one that repeats it (RFC 8445 §7.2.4).</summary>
    private void SendCheck(CandidatePair pair, Instant now)
    {
        if (pair.Stream is PairStream.Closed or PairStream.Opening)
        {
            OpenStream(pair);
            return;
        }

        if (pair.State == CandidatePairState.InProgress)
        {
            Counters.RequestsRetransmitted++;
        }
        else if (pair.State != CandidatePairState.Confirming)
        {
            pair.Transmissions = 0;
            pair.FirstSentAt = now;
            // A stream loses nothing (RFC 8489 §6.2.2); what a peer refuses that has not applied our description yet is repeated all the same.
            // Nor does a search that goes on for long gain anything from haste.
            pair.Interval = pair.IsTcp || (pair != _selected && _consent.IsSilent(now)) ? _options.MaxRetransmitTimeout : AnswerTimeOf(pair);
        }

        pair.State = CandidatePairState.InProgress;
        pair.TriggeredOrder = 0;
        pair.Transmissions++;
        pair.LastSentAt = now;
        if (_selected is not null && pair != _selected && pair.Transmissions >= IceLimits.TransmissionsAfterSelection)
            pair.State = CandidatePairState.Retired;
        pair.NextSendAt = now + pair.Interval;
        pair.Interval = RetransmitTimer.Next(pair.Interval, pair.Transmissions, pair.NextSendAt - pair.FirstSentAt, _options.MaxRetransmitTimeout);

        SendRequest(pair, useCandidate: IsControlling && (pair == _selected || NominatesByFirstCheck || NominatesToBeAnswered(now)), now);
    }

    private void SendRequest(CandidatePair pair, bool useCandidate, Instant now)
    {
        CheckTransaction check = new(StunTransactionId.New(_random), now, IsControlling, useCandidate);
        pair.Checks.Add(check);
        pair.ChecksSent++;
        Counters.RequestsSent++;
        SendRequest(pair, check.Id, useCandidate);
    }

    private TimeSpan AnswerTimeOf(CandidatePair pair) => RetransmitTimer.IntervalFor(pair.RoundTrip ?? RoundTripTime, _options.InitialRetransmitTimeout);

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
