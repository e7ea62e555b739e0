using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.DataChannels;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

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
    private readonly PeerOptions _options;
    private readonly IceSessions _ices;
    private readonly DtlsCertificate _certificate;
    private readonly Queue<PeerEvent> _events = new();
    private readonly byte[] _sctpPacket;

    private Phase _phase = Phase.New;
    private Instant _phaseDeadline = Instant.Never;
    private TransportPath? _lastDtlsPath;
    private PeerMedia? _media;
    private DtlsConnection? _dtls;
    private DataChannel? _channel;
    private readonly EarlyDatagrams _early = new();
    private readonly StrangersBudget _strangers = new();
    private readonly PeerStreams _streams = new();
    private bool _pathIsKnown;
    private TransportPath _knownPath;
    private Instant? _closeNotifyAt;

    /// <summary>Makes a peer and its certificate.</summary>
    /// <param name="options">What it is to be; read once.</param>
    /// <param name="now">The driver's clock.</param>
    public WebRtcPeer(PeerOptions options, Instant now)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _certificate = DtlsCertificate.Create(options.WallClockAtZero + (now - Instant.Zero), options.Random);
        _ices = new IceSessions(options);
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
            Wake wake = Wake.Earlier(_ices.NextTimeout, new Wake(_phaseDeadline, WakeReason.PhaseTimeout));
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
        if (datagram.IsEmpty || _phase == Phase.Ended)
        {
            _dropped.Unexpected++;
            return;
        }

        if (_phase == Phase.New)
        {
            // An offer's peer may check, and begin its handshake, before its answer is here (RFC 8445 §7.3).
            if (datagram[0] < 4)
                _ices.HandleDatagram(datagram, path, now);
            else if (_pendingOffer is null || !_early.TryAdd(datagram, path))
                _dropped.Unexpected++;
            return;
        }

        switch (datagram[0])
        {
            case < 4:
                _ices.HandleDatagram(datagram, path, now);
                HandleIceEvents(now);
                HandleEarlyDatagrams(now);
                break;
            case >= 20 and < 64:
                HandleDtls(datagram, path, now);
                break;
            case >= 128 and < 192:
                HandleMedia(datagram, path, now);
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
        _ices.HandleTimeout(now);
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
        if (_ices.TryTakeDatagram(buffer, out length, out path))
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
    public bool TryPeekMessage(out int length, out MessageKind kind)
    {
        DataChannelMessage message = default;
        bool found = _channel?.TryPeekMessage(out message) ?? false;
        length = message.Length;
        kind = message.Kind;
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
        HandleChannelEvents(now); // Behind the message there may have been something that opens or closes the channel.
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
    public SendResult SendMessage(ReadOnlySpan<byte> message, MessageKind kind, Instant now)
    {
        if (_phase != Phase.Connected)
            return SendResult.NotOpen;
        SendResult result = _channel!.Send(kind, message, now) switch
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
    /// <param name="sequenceNumber">From any start; the peer sees the distances: a number left out is a loss, one that comes late is reordered.</param>
    /// <param name="timestamp">In 48 kHz units from any start; a random offset is added.</param>
    /// <param name="marker">Whether it is the first after a gap.</param>
    /// <param name="now">The driver's clock.</param>
    /// <returns>False: dropped and counted, because DTLS is not up, the track does not send, the queue was not drained, or the number was used before.</returns>
    public bool SendAudio(ReadOnlySpan<byte> opus, ushort sequenceNumber, uint timestamp, bool marker, Instant now)
    {
        if (_media is not null && _phase is Phase.Channel or Phase.Connected)
            return _media!.Send(opus, sequenceNumber, timestamp, marker, now);
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
                End(PeerEndReason.ClosedLocally, "Closed before the connection was up.", now);
                return;
        }
    }

    /// <summary>Ends without waiting for the peer: ABORT, BYE and close_notify, then <see cref="PeerEventKind.Ended"/>. What is queued is not sent any more.</summary>
    public void Abort(string detail, Instant now)
    {
        if (_phase is Phase.Channel or Phase.Connected or Phase.Closing)
        {
            _channel!.Abort(now);
            End(PeerEndReason.ClosedLocally, detail, now);
        }
        else
        {
            Close(now);
        }
    }

    /// <summary>Frees keys, the certificate and the buffers: who keeps an ended call keeps little. The peer is not to be used afterwards; take <see cref="GetCounters"/> before.</summary>
    public void Dispose()
    {
        _phase = Phase.Ended;
        _dtls?.Dispose();
        _media?.Dispose();
        _certificate.Dispose();
        _streams.Clear();
        (_dtls, _media, _channel) = (null, null, null);
    }
}
