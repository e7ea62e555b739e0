using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

// Offers and answers of a call that is under way. They restart ICE (RFC 8445 §9, RFC 8839 §4.4.1.1.1) or change nothing; DTLS, and all that stands on it, stays as it is (RFC 8842 §5.5).
public sealed partial class WebRtcPeer
{
    /// <summary>How long a restart may take at most, whatever <see cref="PeerOptions.IceTimeout"/> says: a driver may have added to that what the first answer took on its way.</summary>
    private static readonly TimeSpan s_longestRestart = TimeSpan.FromSeconds(15);

    private static readonly SdpError s_late = SdpError.Missing("No offer of ours waits for an answer: this one is late, or answers an offer that was withdrawn. The call goes on as it is.");

    private bool _mayOfferAgain;
    private bool _isAway; // Disconnected has been told, and nothing since

    /// <summary>
    /// Writes an offer that restarts ICE: new credentials, and every address that there is now. The call goes on by its path until the restart has found another: <see cref="PeerEventKind.IceRestarted"/>,
    /// or <see cref="PeerEventKind.IceRestartFailed"/> when it has not within <see cref="PeerOptions.IceTimeout"/> of the answer, at most 15 s. An offer that has not been answered is withdrawn by the next one.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no path yet, or the call has ended; or the peer made the first offer, with other m-lines than audio and data channel, so that only the peer can offer again.</exception>
    public string CreateRestartOffer()
    {
        if (WhyNoRestart() is { } why)
            throw new InvalidOperationException(why);
        if (!_mayOfferAgain)
            throw new InvalidOperationException("The peer's offer had other m-lines than audio and the data channel, and an offer has to repeat them (RFC 3264 §8): only the peer can restart ICE.");
        _pendingOffer = DescribeRestart() with { AudioDirection = _session!.Audio?.Direction ?? MediaDirection.Inactive };
        return OfferWriter.Write(_pendingOffer);
    }

    private TimeSpan RestartTimeout => _options.IceTimeout < s_longestRestart ? _options.IceTimeout : s_longestRestart;

    private string? WhyNoRestart() => _phase switch
    {
        Phase.New or Phase.Ice => "ICE is still looking for the first path: there is nothing to restart.",
        Phase.Closing or Phase.Ended => "The call has ended, or is closing: there is nothing to restart.",
        _ => null,
    };

    private LocalDescription DescribeRestart()
    {
        IceAgent next = _ices.Prepare();
        return _local! with
        {
            SessionVersion = ++_lastVersion,
            IceUfrag = next.LocalCredentials.UsernameFragment,
            IcePwd = next.LocalCredentials.Password,
            Candidates = Describe(next),
        };
    }

    private bool TryApplyRestartAnswer(string answer, Instant now, out SdpError error)
    {
        if (_pendingOffer is not { } offer)
        {
            error = s_late;
            return false;
        }

        if (!SessionDescription.TryParse(answer, out SessionDescription? description, out error)
            || !AnswerValidator.TryNegotiate(offer, description, out NegotiatedSession? session, out error)
            || !Renegotiation.TryCheck(_session!, session, "answer", out error))
            return false;
        if (!Renegotiation.IsRestart(_session!, session))
        {
            error = SdpError.Missing("The answer has the ICE credentials of before, where an answer to a restart has new ones (RFC 8839 §4.4.2): it answers an earlier offer, or the peer cannot restart ICE. The call goes on as it is.");
            return false;
        }

        _pendingOffer = null;
        BeginRestart(offer, session, now);
        return true;
    }

    private bool TryAnswerAgain(string offer, Instant now, out string answer, out SdpError error)
    {
        answer = "";
        if (WhyNoRestart() is { } why)
        {
            error = SdpError.Missing(why);
            return false;
        }

        // RFC 3264 §4: of two offers that cross, one has to give way. Both sides know who made the first offer of the call: that one's stands.
        if (_pendingOffer is not null && _isOfferer)
        {
            error = SdpError.Missing("An offer of ours is under way and crosses this one. As the call's first offer was ours, the peer answers ours, and offers again afterwards if it still wants to.");
            return false;
        }

        LocalDescription local = _local! with { AnswerRole = _session!.DtlsRole };
        if (!SessionDescription.TryParse(offer, out SessionDescription? description, out error)
            || !OfferValidator.TryNegotiate(description, local, out NegotiatedSession? session, out error)
            || !Renegotiation.TryCheck(_session, session, "offer", out error))
            return false;

        if (_pendingOffer is not null)
            _ices.Abandon();
        _pendingOffer = null;
        if (Renegotiation.IsRestart(_session, session))
        {
            BeginRestart(local = DescribeRestart(), session, now);
        }
        else
        {
            AddCandidates(_ices.Next ?? _ices.Current, session);
        }

        answer = AnswerWriter.Write(description, local, session);
        return true;
    }

    private void BeginRestart(LocalDescription local, NegotiatedSession session, Instant now)
    {
        (_local, _session) = (local, session);
        if (_ices.Next is not { } next)
            return;
        next.SetRemote(new IceCredentials(session.RemoteUfrag, session.RemotePwd), session.RemoteIsIceLite);
        AddCandidates(next, session);
        _ices.Start(RestartTimeout, now);
        HandleIceEvents(now);
    }

    private static void AddCandidates(IceAgent ice, NegotiatedSession session)
    {
        foreach (SdpCandidate candidate in session.RemoteCandidates)
            ice.AddRemoteCandidate(ToIce(candidate));
    }

    /// <summary>Where a restart has come to.</summary>
    private void HandleRestart(Instant now)
    {
        if (_phase == Phase.Ended)
            return;
        if (_ices.TryTakeOver(now))
        {
            _restarts++;
            _events.Enqueue(new(PeerEventKind.IceRestarted));
            if (_isAway)
                _events.Enqueue(new(PeerEventKind.Recovered));
            _isAway = false;
        }

        if (_ices.Deadline > now || _ices.Next is not { } failed)
            return;
        string why = IceFailure.DescribeRestart(failed, RestartTimeout);
        _pendingOffer = null;
        _ices.Abandon();
        if (_ices.IsCurrentLost)
            End(PeerEndReason.ConsentExpired, $"{DescribeLoss()} {why}", now);
        else
            _events.Enqueue(new(PeerEventKind.IceRestartFailed, Detail: why));
    }
}
