using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.DataChannels;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Srtp;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

// What the protocols report moves the peer from phase to phase.
public sealed partial class WebRtcPeer
{
    // RFC 5764 §4.2.
    private static ReadOnlySpan<byte> ExporterLabel => "EXTRACTOR-dtls_srtp"u8;

    // ── ICE ────────────────────────────────────────────────────────────────────────────────────────────────────────────

    private void HandleIceEvents(Instant now)
    {
        HandleRestart(now);
        while (_phase != Phase.Ended && _ices.Current.TryTakeEvent(out IceEvent e))
        {
            switch (e.Kind)
            {
                case IceEventKind.PathUsable or IceEventKind.PairSelected when !_pathIsKnown:
                    _knownPath = e.Path;
                    StartDtls(now);
                    break;
                case IceEventKind.PairSelected when e.Path != _knownPath:
                    _knownPath = e.Path;
                    _channel?.Association.HandlePathChange(now);
                    break;
                case IceEventKind.Disconnected:
                    _isAway = true;
                    _events.Enqueue(new(PeerEventKind.Disconnected, Detail: _ices.Current.Slept is { } slept
                        ? $"This process did not run for {slept.TotalSeconds:0} s; {e.Path.Remote} is being asked whether it is still there."
                        : $"{e.Path.Remote} does not answer consent checks."));
                    break;
                case IceEventKind.Recovered:
                    _isAway = false;
                    _events.Enqueue(new(PeerEventKind.Recovered));
                    break;
                case IceEventKind.ConsentExpired when !_ices.TryOutlive(RestartTimeout, now):
                    End(PeerEndReason.ConsentExpired, DescribeLoss(), now);
                    break;
            }
        }
    }

    private string DescribeLoss() => _ices.Current.LostAddress is { } lost
        ? $"This machine has lost the address {lost.ToIPAddress()} that the call used, and no other has led to the peer for {_options.ConsentTimeout.TotalSeconds:0} s."
        : _ices.Current.Slept is { } asleep
        ? $"This process did not run for {asleep.TotalSeconds:0} s, and the peer has not answered since: it took us for gone, or the network has changed."
        : $"The peer has not answered for {_options.ConsentTimeout.TotalSeconds:0} s (RFC 7675): it is gone, or the network is.";

    private void StartDtls(Instant now)
    {
        _pathIsKnown = true;
        if (_phase == Phase.Ice)
            Enter(Phase.Dtls, now, _options.DtlsTimeout, PeerEventKind.PathSelected);
        _dtls!.RoundTrip = _ices.Current.RoundTripTime;
        _dtls.Start(now);
    }

    /// <summary>The path that ICE knows; before that, the validated one by which the peer's handshake comes.</summary>
    private bool TryGetDataPath(out TransportPath path)
    {
        if (_ices.Current.TryGetDataPath(out path))
            return true;
        path = _lastDtlsPath ?? default;
        return _lastDtlsPath is not null && !_pathIsKnown;
    }

    /// <summary>
    /// A NAT that gives the peer another port lets its audio come from there before any check does. So some packets of unknown senders are looked at (<see cref="StrangersBudget"/>). One that is
    /// authentic makes ICE check where it came from, when the selected path is silent; nothing else is sent there before the check is answered.
    /// </summary>
    private void HandleMedia(Span<byte> datagram, in TransportPath path, Instant now)
    {
        if (!_ices.IsValidatedSource(path) && !_strangers.TryLookAt(now))
            _dropped.UnvalidatedSource++;
        else if (_media!.HandleDatagram(datagram, now))
            _ices.HandleActivity(path, now);
        HandleIceEvents(now);
    }

    // ── DTLS ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    private void HandleDtls(Span<byte> datagram, in TransportPath path, Instant now)
    {
        if (_dtls is null || !_ices.IsValidatedSource(path))
        {
            if (_dtls is { IsConnected: true } || !_early.TryAdd(datagram, path))
                _dropped.UnvalidatedSource++;
            return;
        }

        _lastDtlsPath = path;
        _ices.Current.HandleData(path);
        bool authentic = false;
        while (_dtls.TryHandleRecord(ref datagram, now, out ReadOnlySpan<byte> applicationData))
        {
            HandleDtlsEvents(now);
            if (applicationData.IsEmpty)
                continue;
            authentic = true;
            _channel!.HandlePacket(applicationData, now);
            HandleChannelEvents(now);
        }

        HandleDtlsEvents(now);
        if (authentic)
            _ices.HandleActivity(path, now);
    }

    /// <summary>A handshake that overtook the check, or the answer, by which we know its sender.</summary>
    private void HandleEarlyDatagrams(Instant now)
    {
        while (_early.Count > 0 && _early.TryTake(_ices, out byte[] datagram, out TransportPath path))
            HandleDtls(datagram, path, now);
    }

    private void HandleDtlsEvents(Instant now)
    {
        while (_phase != Phase.Ended && _dtls is not null && _dtls.TryTakeEvent(out DtlsEvent e))
        {
            switch (e.Kind)
            {
                case DtlsEventKind.Connected:
                    Secure(now);
                    break;
                case DtlsEventKind.ClosedByPeer:
                    End(PeerEndReason.ClosedByPeer, "The peer closed the connection (close_notify).", now);
                    break;
                case DtlsEventKind.Failed:
                    DtlsFailure failure = e.Failure!;
                    End(failure.Reason == DtlsFailureReason.FingerprintMismatch ? PeerEndReason.FingerprintMismatch : PeerEndReason.DtlsFailed, failure.Detail, now);
                    break;
            }
        }
    }

    /// <summary>
    /// DTLS has checked the certificate against the SDP before it came here. Only now do keys leave it: for SRTP (RFC 5764 §4.2), and SCTP starts.
    /// </summary>
    private void Secure(Instant now)
    {
        // The peer's handshake can be through before ICE has told us which path it prefers.
        if (_phase == Phase.Ice)
            Enter(Phase.Dtls, now, _options.DtlsTimeout, PeerEventKind.PathSelected);

        SrtpProtectionProfile profile = _dtls!.SrtpProfile.GetValueOrDefault();
        Span<byte> exported = stackalloc byte[SrtpSizes.MaxKeyingMaterialLength];
        exported = exported[..profile.KeyingMaterialLength];
        _dtls.TryExportKeyingMaterial(ExporterLabel, exported);
        _media!.Start(SrtpSession.FromKeyingMaterial(profile, exported, _session!.DtlsRole), now);
        exported.Clear();

        Enter(Phase.Channel, now, _options.ChannelTimeout, PeerEventKind.Secured);
        _channel!.Start(_session!.DtlsRole, now, _ices.Current.RoundTripTime ?? _dtls.RoundTrip);
        HandleChannelEvents(now);
    }

    // ── SCTP and the channel ───────────────────────────────────────────────────────────────────────────────────────────

    private void HandleChannelEvents(Instant now)
    {
        while (_phase != Phase.Ended && _channel is not null && _channel.TryTakeEvent(out DataChannelEvent e))
        {
            switch (e.Kind)
            {
                case DataChannelEventKind.Opened when _phase == Phase.Channel:
                    _channelWasOpen = true;
                    Enter(Phase.Connected, now, s_noLimit, PeerEventKind.ChannelOpen);
                    break;
                case DataChannelEventKind.SendBufferLow:
                    _events.Enqueue(new(PeerEventKind.SendBufferLow));
                    break;
                case DataChannelEventKind.Closed:
                    End(ReasonOf(e.Reason), e.Detail ?? "The channel is closed.", now);
                    break;
            }
        }
    }

    private PeerEndReason ReasonOf(SctpEndReason reason)
    {
        if (_phase == Phase.Closing)
            return PeerEndReason.ClosedLocally;
        return reason switch
        {
            SctpEndReason.ClosedByPeer => PeerEndReason.ClosedByPeer,
            // Browsers, aiortc and Pion close an association with ABORT; before the channel was open it is a failure.
            SctpEndReason.AbortedByPeer when _channelWasOpen => PeerEndReason.ClosedByPeer,
            SctpEndReason.InitTimeout => PeerEndReason.ChannelTimeout,
            _ => PeerEndReason.ChannelFailed,
        };
    }

    // ── Phases ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    private static readonly TimeSpan s_noLimit = TimeSpan.FromMilliseconds(-1);

    private void Enter(Phase phase, Instant now, TimeSpan limit, PeerEventKind kind)
    {
        _phase = phase;
        _phaseDeadline = limit < TimeSpan.Zero ? Instant.Never : now + limit;
        _events.Enqueue(new(kind));
    }

    private void ExpirePhase(Instant now)
    {
        switch (_phase)
        {
            case Phase.Ice:
                End(PeerEndReason.IceFailed, IceFailure.Describe(_ices.Current, _session!, _options.IceTimeout), now);
                break;
            case Phase.Dtls:
                End(PeerEndReason.DtlsTimeout, $"The DTLS handshake was not done within {_options.DtlsTimeout.TotalSeconds:0.#} s; it stands at: {_dtls!.Step}.", now);
                break;
            case Phase.Channel:
                End(PeerEndReason.ChannelTimeout, $"The data channel was not open within {_options.ChannelTimeout.TotalSeconds:0.#} s after DTLS.", now);
                break;
            case Phase.Closing:
                _channel!.Abort(now);
                End(PeerEndReason.ClosedLocally, "Closed; the peer did not confirm in time.", now);
                break;
        }
    }

    private void End(PeerEndReason reason, string detail, Instant now)
    {
        if (_phase == Phase.Ended)
            return;
        PeerPhase reached = Reached();
        _phase = Phase.Ended;
        _phaseDeadline = Instant.Never;
        _media?.Stop(now);
        _closeNotifyAt = now;
        _events.Enqueue(new(PeerEventKind.Ended, new PeerEnd(reason, reached, detail)));
    }

    /// <summary>The phase it has come to; closing is none of its own.</summary>
    private PeerPhase Reached() => _phase switch
    {
        Phase.Ice => PeerPhase.Ice,
        Phase.Dtls => PeerPhase.Dtls,
        Phase.Channel => PeerPhase.Channel,
        Phase.Connected or Phase.Closing => _channelWasOpen ? PeerPhase.Connected : PeerPhase.Channel,
        _ => PeerPhase.Negotiation,
    };
}
