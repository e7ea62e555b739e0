using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.DataChannels;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sdp;
using OpenAI.Realtime.WebRtc.Engine.Srtp;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>
/// One WebRTC peer: one audio track, one data channel, one path. It joins the protocols, each of which knows nothing of the others.
/// <code>
///                      offer / answer
///   New ──────────────────────────────────► Ice        checks until a pair is selected
///                                            │ PathSelected
///                                           Dtls       the handshake; the certificate is the one in the SDP
///                                            │ Secured      → keys exported for SRTP, audio may flow
///                                           Channel    the SCTP association, the channel
///                                            │ ChannelOpen
///                                           Connected ◄─► (disconnected, recovered: consent)
///                                            │ Close, or the peer closes
///                                           Closing    SHUTDOWN, BYE, close_notify
///                                            │
///                                           Ended      from every phase, with a cause
/// </code>
/// </summary>
/// <remarks>
/// One contract: handle one thing → drain every output (datagrams first, then events, audio, messages) → wait until
/// <see cref="NextTimeout"/> or the next input. One caller at a time. Nothing the network brings makes it throw.
/// </remarks>
public sealed partial class WebRtcPeer : IDisposable
{
    // RFC 5764 §4.2.
    private static ReadOnlySpan<byte> ExporterLabel => "EXTRACTOR-dtls_srtp"u8;

    private readonly PeerOptions _options;
    private readonly IceAgent _ice;
    private readonly DtlsCertificate _certificate;
    private readonly Queue<PeerEvent> _events = new();
    private readonly byte[] _sctpPacket;

    private Phase _phase = Phase.New;
    private Instant _phaseDeadline = Instant.Never;
    private TransportPath? _lastDtlsPath;
    private PeerMedia? _media;
    private DtlsConnection? _dtls;
    private DataChannel? _channel;
    private bool _pathWasSelected;
    private Instant? _closeNotifyAt;

    /// <summary>Makes a peer and its certificate.</summary>
    /// <param name="options">What it is to be; read once.</param>
    /// <param name="now">The driver's clock.</param>
    public WebRtcPeer(PeerOptions options, Instant now)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _certificate = DtlsCertificate.Create(options.WallClockAtZero + (now - Instant.Zero), options.Random);
        _ice = new IceAgent(
            new IceOptions { Lite = options.IceLite, ConsentTimeout = options.ConsentTimeout },
            options.Random);
        _sctpPacket = new byte[options.MaxDatagramSize - DtlsConnection.RecordOverhead];
    }

    private enum Phase
    {
        New,
        Ice,
        Dtls,
        Channel,
        Connected,
        Closing,
        Ended,
    }

    /// <summary>The largest message that the peer accepts, in bytes; 0 before negotiation.</summary>
    public int MaxOutgoingMessageSize => _channel?.Association.MaxOutgoingMessageSize ?? 0;

    /// <summary>When <see cref="HandleTimeout"/> wants to be called, and why.</summary>
    public Wake NextTimeout
    {
        get
        {
            if (_phase == Phase.Ended)
                return Wake.Never;
            Wake wake = Wake.Earlier(_ice.NextTimeout, new Wake(_phaseDeadline, WakeReason.PhaseTimeout));
            if (_dtls is not null)
                wake = Wake.Earlier(wake, _dtls.NextTimeout);
            if (_channel is not null)
                wake = Wake.Earlier(wake, _channel.NextTimeout);
            return _media is null ? wake : Wake.Earlier(wake, _media.NextTimeout);
        }
    }

    /// <summary>Handles one datagram, decrypting it in place (RFC 7983: the first byte says which protocol it is).</summary>
    public void HandleDatagram(Span<byte> datagram, in TransportPath path, Instant now)
    {
        if (datagram.IsEmpty || _phase is Phase.New or Phase.Ended)
        {
            // An offer's peer may check before its answer is here; ICE remembers that (RFC 8445 §7.3).
            if (_phase == Phase.New && !datagram.IsEmpty && datagram[0] < 4)
                _ice.HandleDatagram(datagram, path, now);
            else
                _dropped.Unexpected++;
            return;
        }

        switch (datagram[0])
        {
            case < 4:
                _ice.HandleDatagram(datagram, path, now);
                HandleIceEvents(now);
                break;
            case >= 20 and < 64:
                HandleDtls(datagram, path, now);
                break;
            case >= 128 and < 192:
                if (!_ice.IsValidatedSource(path))
                    _dropped.UnvalidatedSource++;
                else if (_media!.HandleDatagram(datagram, now))
                    _ice.HandleActivity(path, now);
                break;
            default:
                _dropped.UnknownProtocol++;
                break;
        }
    }

    /// <summary>Does what is due. Early and repeated calls do nothing.</summary>
    public void HandleTimeout(Instant now)
    {
        if (_phase == Phase.Ended)
            return;
        _ice.HandleTimeout(now);
        HandleIceEvents(now);
        _dtls?.HandleTimeout(now);
        HandleDtlsEvents(now);
        _channel?.HandleTimeout(now);
        HandleChannelEvents(now);
        _media?.HandleTimeout(now);
        if (now >= _phaseDeadline)
            ExpirePhase(now);
    }

    /// <summary>Takes the next datagram to send. After <see cref="PeerEventKind.Ended"/> what is left can still be taken.</summary>
    /// <param name="buffer">At least <see cref="PeerOptions.MaxDatagramSize"/> bytes.</param>
    /// <param name="length">How many of them are the datagram.</param>
    /// <param name="path">Where it leaves from and goes to.</param>
    public bool TryTakeDatagram(Span<byte> buffer, out int length, out TransportPath path)
    {
        if (_ice.TryTakeDatagram(buffer, out length, out path))
            return true;
        if (_dtls is null || !TryGetDataPath(out path))
            return false;
        if (_dtls.TryTakeDatagram(buffer, out length) || _media!.TryTakeDatagram(buffer, out length))
            return true;
        if (_dtls.IsConnected && _channel!.TryTakePacket(_sctpPacket, out int packetLength))
            return _dtls.TryProtect(_sctpPacket.AsSpan(0, packetLength), buffer, out length);

        // The last word: SCTP's own farewell has gone before it.
        if (_closeNotifyAt is not { } at)
            return false;
        _closeNotifyAt = null;
        _dtls.Close(at);
        return _dtls.TryTakeDatagram(buffer, out length);
    }

    /// <summary>Takes the next event.</summary>
    public bool TryTakeEvent(out PeerEvent e) => _events.TryDequeue(out e);

    /// <summary>Looks at the next received message. Messages that have arrived can be taken after the end as well.</summary>
    public bool TryPeekMessage(out int length, out bool isText)
    {
        DataChannelMessage message = default;
        bool found = _channel?.TryPeekMessage(out message) ?? false;
        length = message.Length;
        isText = message.Kind == DataMessageKind.Text;
        return found;
    }

    /// <summary>Copies the next received message out; until then it counts against what the peer may send.</summary>
    /// <param name="destination">At least as long as <see cref="TryPeekMessage"/> said.</param>
    /// <param name="now">The driver's clock.</param>
    public void TakeMessage(Span<byte> destination, Instant now)
    {
        if (_channel is null || !_channel.TryPeekMessage(out _))
            return;
        _channel.TakeMessage(destination, now);
        _messagesReceived++;
    }

    /// <summary>Takes the next received Opus packet.</summary>
    /// <param name="destination">At least <see cref="PeerOptions.MaxDatagramSize"/> bytes.</param>
    /// <param name="audio">What its header said.</param>
    public bool TryTakeAudio(Span<byte> destination, out ReceivedAudio audio)
    {
        audio = default;
        return _media is not null && _media.TryTakeAudio(destination, out audio);
    }

    /// <summary>Hands over one message to be sent whole.</summary>
    public SendResult SendMessage(ReadOnlySpan<byte> message, bool isText, Instant now)
    {
        if (_phase != Phase.Connected)
            return SendResult.NotOpen;
        SendResult result = _channel!.Send(isText ? DataMessageKind.Text : DataMessageKind.Binary, message, now) switch
        {
            SctpSendResult.Accepted => SendResult.Accepted,
            SctpSendResult.BufferFull => SendResult.BufferFull,
            SctpSendResult.TooLarge => SendResult.TooLarge,
            _ => SendResult.NotOpen,
        };
        if (result == SendResult.Accepted)
            _messagesSent++;
        return result;
    }

    /// <summary>Hands over one Opus packet to be sent.</summary>
    /// <param name="opus">The packet; copied.</param>
    /// <param name="timestamp">In 48 kHz units from any start; a random offset is added.</param>
    /// <param name="marker">Whether it is the first after a gap.</param>
    /// <param name="now">The driver's clock.</param>
    /// <returns>False: dropped and counted, because DTLS is not up, the track does not send, or the queue was not drained.</returns>
    public bool SendAudio(ReadOnlySpan<byte> opus, uint timestamp, bool marker, Instant now)
    {
        if (_media is not null && _phase is Phase.Channel or Phase.Connected)
            return _media!.Send(opus, timestamp, marker, now);
        _audioNotSent++;
        return false;
    }

    /// <summary>
    /// Begins to close: sends what is queued, then SHUTDOWN, BYE and close_notify. <see cref="PeerEventKind.Ended"/> follows, at the latest
    /// after <see cref="PeerOptions.CloseTimeout"/>.
    /// </summary>
    public void Close(Instant now)
    {
        switch (_phase)
        {
            case Phase.Closing or Phase.Ended:
                return;
            case Phase.Connected or Phase.Channel:
                Enter(Phase.Closing, now, _options.CloseTimeout, PeerEventKind.Closing);
                _media!.Stop(now);
                _channel!.Close(now);
                HandleChannelEvents(now);
                return;
            default:
                End(EndCause.ClosedLocally, "Closed before the connection was up.", now);
                return;
        }
    }

    /// <summary>Frees keys and the certificate. The peer is not to be used afterwards.</summary>
    public void Dispose()
    {
        _phase = Phase.Ended;
        _dtls?.Dispose();
        _media?.Dispose();
        _certificate.Dispose();
    }

    // ── ICE ────────────────────────────────────────────────────────────────────────────────────────────────────────────

    private void HandleIceEvents(Instant now)
    {
        while (_phase != Phase.Ended && _ice.TryTakeEvent(out IceEvent e))
        {
            switch (e.Kind)
            {
                case IceEventKind.PairSelected when !_pathWasSelected:
                    SelectPath(now);
                    break;
                case IceEventKind.Disconnected:
                    _events.Enqueue(new(PeerEventKind.Disconnected, Detail: $"{e.Path.Remote} does not answer consent checks."));
                    break;
                case IceEventKind.Recovered:
                    _events.Enqueue(new(PeerEventKind.Recovered));
                    break;
                case IceEventKind.ConsentExpired:
                    End(EndCause.ConsentExpired, $"The peer has not answered for {_options.ConsentTimeout.TotalSeconds:0} s (RFC 7675): it is gone, or the network is.", now);
                    break;
            }
        }
    }

    private void SelectPath(Instant now)
    {
        _pathWasSelected = true;
        if (_phase == Phase.Ice)
            Enter(Phase.Dtls, now, _options.DtlsTimeout, PeerEventKind.PathSelected);
        _dtls!.Start(now);
    }

    /// <summary>The selected path; before that, the validated one by which the peer's handshake comes.</summary>
    private bool TryGetDataPath(out TransportPath path)
    {
        if (_ice.TryGetSelectedPath(out path))
            return true;
        path = _lastDtlsPath ?? default;
        return _lastDtlsPath is not null && !_pathWasSelected;
    }

    // ── DTLS ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    private void HandleDtls(Span<byte> datagram, in TransportPath path, Instant now)
    {
        if (_dtls is null || !_ice.IsValidatedSource(path))
        {
            _dropped.UnvalidatedSource++;
            return;
        }

        _lastDtlsPath = path;
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
            _ice.HandleActivity(path, now);
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
                    End(EndCause.ClosedByPeer, "The peer closed the connection (close_notify).", now);
                    break;
                case DtlsEventKind.Failed:
                    DtlsFailure failure = e.Failure!;
                    End(failure.Reason == DtlsFailureReason.FingerprintMismatch ? EndCause.FingerprintMismatch : EndCause.DtlsFailed, failure.Detail, now);
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

        SrtpProfile profile = (SrtpProfile)_dtls!.SrtpProfile.GetValueOrDefault();
        Span<byte> exported = stackalloc byte[SrtpProfiles.MaxKeyingMaterialLength];
        exported = exported[..profile.KeyingMaterialLength];
        _dtls.TryExportKeyingMaterial(ExporterLabel, exported);
        _media!.Start(SrtpSession.FromKeyingMaterial(profile, exported, _isDtlsClient), now);
        exported.Clear();

        Enter(Phase.Channel, now, _options.ChannelTimeout, PeerEventKind.Secured);
        _channel!.Start(_isDtlsClient, now);
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
                    Enter(Phase.Connected, now, Timeout.Infinite, PeerEventKind.ChannelOpen);
                    break;
                case DataChannelEventKind.SendBufferLow:
                    _events.Enqueue(new(PeerEventKind.SendBufferLow));
                    break;
                case DataChannelEventKind.Closed:
                    End(CauseOf(e.Reason), e.Detail ?? "The channel is closed.", now);
                    break;
            }
        }
    }

    private EndCause CauseOf(SctpEndReason reason)
    {
        if (_phase == Phase.Closing)
            return EndCause.ClosedLocally;
        return reason switch
        {
            SctpEndReason.ClosedByPeer => EndCause.ClosedByPeer,
            // Browsers, aiortc and Pion close an association with ABORT; before the channel was open it is a failure.
            SctpEndReason.AbortedByPeer when _channelWasOpen => EndCause.ClosedByPeer,
            SctpEndReason.InitTimeout => EndCause.ChannelTimeout,
            _ => EndCause.ChannelFailed,
        };
    }

    // ── Phases ─────────────────────────────────────────────────────────────────────────────────────────────────────────

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
                End(EndCause.IceTimeout, DescribeIce(), now);
                break;
            case Phase.Dtls:
                End(EndCause.DtlsTimeout, $"The DTLS handshake was not done within {_options.DtlsTimeout.TotalSeconds:0.#} s; it stands at: {_dtls!.Step}.", now);
                break;
            case Phase.Channel:
                End(EndCause.ChannelTimeout, $"The data channel was not open within {_options.ChannelTimeout.TotalSeconds:0.#} s after DTLS.", now);
                break;
            case Phase.Closing:
                _channel!.Abort(now);
                End(EndCause.ClosedLocally, "Closed; the peer did not confirm in time.", now);
                break;
        }
    }

    private void End(EndCause cause, string detail, Instant now)
    {
        if (_phase == Phase.Ended)
            return;
        _phase = Phase.Ended;
        _phaseDeadline = Instant.Never;
        _media?.Stop(now);
        _closeNotifyAt = now;
        _events.Enqueue(new(PeerEventKind.Ended, cause, detail));
    }

    /// <summary>"Infinite" without the namespace that is banned here for what else is in it.</summary>
    private static class Timeout
    {
        public static readonly TimeSpan Infinite = TimeSpan.FromMilliseconds(-1);
    }
}
