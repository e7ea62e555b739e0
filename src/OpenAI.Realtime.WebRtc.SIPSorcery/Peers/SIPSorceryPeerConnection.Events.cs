using System.Net;
using System.Net.Sockets;
using global::SIPSorcery.Net;
using global::SIPSorceryMedia.Abstractions;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

// SIPSorcery's side: it is made, negotiates, and reports. Its callbacks come on its own threads; each hands over and returns.
internal sealed partial class SIPSorceryPeerConnection
{
    /// <summary>As browsers offer it; an answer takes the number that was offered.</summary>
    private const int OpusPayloadType = 111;

    private RTCPeerConnection? _peer;
    private RTCDataChannel? _channel;
    private IReadOnlyCollection<IPAddress>? _addresses;
    private bool _peerIsLite;

    // Of the last RTCP reports in both directions.
    private long? _lost;
    private TimeSpan? _jitter;
    private double? _remoteFractionLost;

    private async Task<string> OfferAsync()
    {
        RTCPeerConnection peer = Open();
        Attach(await peer.createDataChannel(_options.ChannelLabel, ChannelSettings()).ConfigureAwait(false));
        RTCSessionDescriptionInit offer = peer.createOffer();
        await peer.setLocalDescription(offer).ConfigureAwait(false);
        return Finish(offer.sdp);
    }

    private async Task<string> AnswerAsync(string offer)
    {
        RTCPeerConnection peer = Open();
        if (_options.NegotiatedChannelId is not null)
            Attach(await peer.createDataChannel(_options.ChannelLabel, ChannelSettings()).ConfigureAwait(false));
        Apply(peer, RTCSdpType.offer, offer);
        if (_options.AnswerAsDtlsServer)
            peer.IceRole = IceRolesEnum.passive;        // it means the a=setup role
        RTCSessionDescriptionInit answer = peer.createAnswer();
        await peer.setLocalDescription(answer).ConfigureAwait(false);
        return Finish(answer.sdp);
    }

    private RTCDataChannelInit? ChannelSettings() =>
        _options.NegotiatedChannelId is { } id ? new() { negotiated = true, id = (ushort)id } : null;

    /// <summary>Makes the <c>RTCPeerConnection</c>: one socket, on the one address asked for, otherwise on all.</summary>
    private RTCPeerConnection Open()
    {
        lock (_gate)
        {
            ThrowIfEnded();
            if (_isOpening)
                throw new InvalidOperationException("An offer or an answer has been asked for already.");
            _isOpening = true;
        }

        RTCPeerConnection peer;
        try
        {
            peer = new RTCPeerConnection(new RTCConfiguration
            {
                X_BindAddress = _options.LocalAddresses is [IPAddress only] ? only : null,
                X_ICEIncludeAllInterfaceAddresses = true,
            });
        }
        catch (Exception e) when (e is SocketException or ApplicationException)
        {
            throw new PeerConnectionException(End(PeerEndReason.NoLocalAddress, $"No socket could be opened: {e.Message}", e));
        }

        peer.addTrack(new MediaStreamTrack(
            new SIPSorceryMedia.Abstractions.AudioFormat(AudioCodecsEnum.OPUS, OpusPayloadType, 48_000, 2, "minptime=10;useinbandfec=1"),
            _options.AudioDirection switch
            {
                MediaDirection.SendReceive => MediaStreamStatusEnum.SendRecv,
                MediaDirection.SendOnly => MediaStreamStatusEnum.SendOnly,
                MediaDirection.ReceiveOnly => MediaStreamStatusEnum.RecvOnly,
                _ => MediaStreamStatusEnum.Inactive,
            }));
        NameAddresses(peer);
        Subscribe(peer);
        lock (_gate)
        {
            if (_end is null)
            {
                _peer = peer;
                return peer;
            }
        }

        peer.close();       // disposed while this was under way
        throw new PeerConnectionException(_end);
    }

    /// <summary>A socket on all addresses: which of them are named as candidates.</summary>
    private void NameAddresses(RTCPeerConnection peer)
    {
        int port = peer.GetRtpChannel().RTPPort;
        if (_options.LocalAddresses is { Count: > 1 } wanted)
        {
            _addresses = [.. wanted];
            foreach (IPAddress address in wanted.Where(IPAddress.IsLoopback))
                peer.addLocalIceCandidate(HostCandidate(address, port));
        }
        else if (_options.LocalAddresses is null && _options.IncludeLoopback)
        {
            peer.addLocalIceCandidate(HostCandidate(IPAddress.Loopback, port));
        }
    }

    private static RTCIceCandidate HostCandidate(IPAddress address, int port) => new(RTCIceProtocol.udp, address, (ushort)port, RTCIceCandidateType.host);

    private string Finish(string sdp)
    {
        string finished = SdpText.Finish(sdp, Math.Min(_options.MaxIncomingMessageSize, MaxMessageSize), _addresses);
        if (!SdpText.HasCandidates(finished))
            throw new PeerConnectionException(End(PeerEndReason.NoLocalAddress, "No local address can be used: none was found, or none of those asked for exists."));
        Passed(PeerPhase.Gathering);
        return finished;
    }

    private void Apply(RTCPeerConnection peer, RTCSdpType type, string sdp)
    {
        SetDescriptionResultEnum result;
        try
        {
            result = peer.setRemoteDescription(new RTCSessionDescriptionInit { type = type, sdp = sdp });
        }
#pragma warning disable CA1031 // SIPSorcery's SDP parser throws what its parts throw.
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new SdpException($"SIPSorcery cannot read it: {e.Message}");
        }

        if (result != SetDescriptionResultEnum.OK)
            throw new SdpException($"SIPSorcery refuses it: {result}.");
        _maxOutgoingMessage = Math.Min(SdpText.ReadMaxMessageSize(sdp), MaxMessageSize);
        _peerIsLite = SdpText.IsIceLite(sdp);
        _payloadType = peer.AudioStream.GetSendingFormat().ID;
    }

    private void Subscribe(RTCPeerConnection peer)
    {
        peer.oniceconnectionstatechange += OnIceState;
        peer.onconnectionstatechange += OnConnectionState;
        peer.OnRtpClosed += OnClosed;
        peer.ondatachannel += Attach;
        peer.OnRtpPacketReceived += OnPacket;
        peer.OnReceiveReport += OnReceivedReport;
        peer.OnSendReport += OnSentReport;
        RTCPeerSctpAssociation association = peer.sctp.RTCSctpAssociation;
        association.OnAssociationStateChanged += OnAssociationState;
        association.OnAbortReceived += reason => End(PeerEndReason.ChannelFailed, $"The peer aborted the SCTP association: {reason}");
        association.OnAborted += OnAborted;
    }

    private void OnIceState(RTCIceConnectionState state)
    {
        switch (state)
        {
            case RTCIceConnectionState.checking:
                Advance(PeerState.CheckingConnectivity);
                break;
            case RTCIceConnectionState.connected:
                if (!ComeBack())
                    Advance(PeerState.Securing);
                break;
            case RTCIceConnectionState.disconnected:
                Lose();
                break;
            case RTCIceConnectionState.failed:
                EndAsUnreachable();
                break;
        }
    }

    private void OnConnectionState(RTCPeerConnectionState state)
    {
        switch (state)
        {
            case RTCPeerConnectionState.connected:
                Advance(PeerState.OpeningChannel);
                break;
            case RTCPeerConnectionState.failed:
                EndAsUnreachable();
                break;
        }
    }

    /// <summary>SIPSorcery has closed by itself: it says why in words only (<c>RTCPeerConnection.Close</c> and its callers).</summary>
    private void OnClosed(string? reason)
    {
        PeerEndReason why = reason switch
        {
            "dtls fingerprint mismatch" => PeerEndReason.FingerprintMismatch,
            "dtls handshake failed" => PeerEndReason.DtlsFailed,
            _ => PeerEndReason.ClosedByPeer,      // DTLS close_notify, or an RTCP BYE
        };
        End(why, why == PeerEndReason.FingerprintMismatch
            ? "The peer's certificate is not the one that its SDP promised."
            : $"SIPSorcery closed the connection: {reason ?? "no reason given"}.");
    }

    /// <summary>Takes our own channel, or the first that the peer opens.</summary>
    private void Attach(RTCDataChannel channel)
    {
        if (Interlocked.CompareExchange(ref _channel, channel, null) is not null)
            return;
        channel.onmessage += OnMessage;
        channel.onopen += () => Advance(PeerState.Connected);
        if (channel.IsOpened)
            Advance(PeerState.Connected);
    }

    private void OnMessage(RTCDataChannel channel, DataChannelPayloadProtocols protocol, byte[] data)
    {
        bool isEmpty = protocol is DataChannelPayloadProtocols.WebRTC_String_Empty or DataChannelPayloadProtocols.WebRTC_Binary_Empty;
        bool isText = protocol is DataChannelPayloadProtocols.WebRTC_String or DataChannelPayloadProtocols.WebRTC_String_Partial or DataChannelPayloadProtocols.WebRTC_String_Empty;
        if (!_messages.TryPut(isEmpty ? [] : data, isText ? MessageKind.Text : MessageKind.Binary))
            End(PeerEndReason.ChannelFailed, $"More than {MessageInbox.MaxBytes} bytes of messages waited for a reader, and SIPSorcery cannot slow the peer down.");
    }

    private void OnPacket(IPEndPoint from, SDPMediaTypesEnum kind, RTPPacket packet)
    {
        if (kind != SDPMediaTypesEnum.audio || packet.Header.PayloadType != _payloadType)
            return;
        byte[] payload = packet.GetPayloadBytes();
        RTPHeader header = packet.Header;
        _audio.Put(payload, new EncodedAudio(
            payload.Length, (byte)header.PayloadType, header.SequenceNumber, header.Timestamp, header.MarkerBit != 0, header.SyncSource, _clock.GetElapsedTime(0)));
    }

    private void OnAssociationState(SctpAssociationState state)
    {
        // A SHUTDOWN of the peer's is answered with SHUTDOWN ACK before this is called (SctpAssociation.OnPacketReceived).
        if (state is SctpAssociationState.ShutdownReceived or SctpAssociationState.ShutdownAckSent)
            End(PeerEndReason.ClosedByPeer, "The peer shut the SCTP association down.");
        else if (state == SctpAssociationState.Closed)
            _associationClosed.TrySetResult();
    }

    private void OnAborted(string cause)
    {
        // RTCPeerConnection.Close aborts an association that is not up, before it says why it closes: OnClosed follows in the same call.
        if (State < PeerState.Connected)
            GiveUpChannel();
        else
            End(PeerEndReason.ChannelFailed, $"SIPSorcery aborted the SCTP association: {cause}");
    }

    private void OnReceivedReport(IPEndPoint from, SDPMediaTypesEnum kind, RTCPCompoundPacket report)
    {
        if ((report.ReceiverReport?.ReceptionReports ?? report.SenderReport?.ReceptionReports) is [ReceptionReportSample about, ..])
            _remoteFractionLost = about.FractionLost / 256.0;
    }

    private void OnSentReport(SDPMediaTypesEnum kind, RTCPCompoundPacket report)
    {
        if ((report.ReceiverReport?.ReceptionReports ?? report.SenderReport?.ReceptionReports) is not [ReceptionReportSample about, ..])
            return;
        _lost = about.PacketsLost;
        _jitter = TimeSpan.FromSeconds(about.Jitter / 48_000.0);
    }
}
