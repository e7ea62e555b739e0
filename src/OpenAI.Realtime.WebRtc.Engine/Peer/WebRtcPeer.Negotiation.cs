using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.DataChannels;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

// Offer and answer: what SDP says becomes the options of the other machines.
public sealed partial class WebRtcPeer
{
    private LocalDescription? _offer;
    private NegotiatedSession? _session;

    /// <summary>
    /// Adds the address of a bound UDP socket, or of a socket that listens for TCP, as a host candidate; with TCP and port 0 an address from which connections may be opened. Before the offer
    /// or the answer it stands in them; one that comes later is checked, and shows itself to the peer by that.
    /// </summary>
    public void AddLocalAddress(TransportAddress address, TransportProtocol protocol = TransportProtocol.Udp) => _ice.AddLocalAddress(address, protocol);

    /// <summary>Writes the offer: every candidate is in it, nothing is trickled.</summary>
    /// <exception cref="InvalidOperationException">An offer or an answer has been made already.</exception>
    public string CreateOffer()
    {
        if (_offer is not null || _phase != Phase.New)
            throw new InvalidOperationException("A peer makes one offer or one answer.");
        _offer = DescribeLocal();
        _ice.TakeControl();
        return OfferWriter.Write(_offer);
    }

    /// <summary>Applies the answer to the offer and starts to connect.</summary>
    /// <param name="answer">The answer, unchanged.</param>
    /// <param name="now">The driver's clock.</param>
    /// <param name="error">Why it cannot be used.</param>
    /// <exception cref="InvalidOperationException">There is no offer, or it has been answered.</exception>
    public bool TrySetAnswer(string answer, Instant now, out SdpError error)
    {
        if (_offer is null || _phase != Phase.New)
            throw new InvalidOperationException("An answer follows an offer, once.");
        if (!SessionDescription.TryParse(answer, out SessionDescription? description, out error)
            || !AnswerValidator.TryNegotiate(_offer, description, out NegotiatedSession? session, out error))
            return false;
        Connect(_offer, session, isOfferer: true, now);
        return true;
    }

    /// <summary>Applies an offer, writes the answer and starts to connect.</summary>
    /// <param name="offer">The offer, unchanged.</param>
    /// <param name="now">The driver's clock.</param>
    /// <param name="answer">The answer; empty when there is none.</param>
    /// <param name="error">Why the offer cannot be used.</param>
    /// <exception cref="InvalidOperationException">An offer or an answer has been made already.</exception>
    public bool TryCreateAnswer(string offer, Instant now, out string answer, out SdpError error)
    {
        if (_offer is not null || _phase != Phase.New)
            throw new InvalidOperationException("A peer makes one offer or one answer.");
        answer = "";
        LocalDescription local = DescribeLocal();
        if (!SessionDescription.TryParse(offer, out SessionDescription? description, out error)
            || !OfferValidator.TryNegotiate(description, local, out NegotiatedSession? session, out error))
            return false;
        answer = AnswerWriter.Write(description, local, session);
        Connect(local, session, isOfferer: false, now);
        return true;
    }

    private LocalDescription DescribeLocal() => new()
    {
        SessionId = _options.Random.NextUInt64() >> 2,
        IceUfrag = _ice.LocalCredentials.UsernameFragment,
        IcePwd = _ice.LocalCredentials.Password,
        IceLite = _options.IceLite,
        Candidates = [.. (_announced?.Apply(_ice.LocalCandidates) ?? _ice.LocalCandidates).Select(c => SdpCandidate.Host(c.Foundation, c.Priority, c.Address, c.TcpType))],
        Fingerprint = _certificate.Sha256Fingerprint,
        AnswerRole = _options.AnswerAsDtlsServer ? DtlsRole.Server : DtlsRole.Client,
        AudioDirection = _options.AudioDirection,
        AudioSsrc = _options.Random.NextUInt32(),
        Cname = RandomText.Hex(_options.Random, 8),
        StreamId = RandomText.Hex(_options.Random, 8),
        TrackId = RandomText.Hex(_options.Random, 8),
        MaxMessageSize = _options.MaxIncomingMessageSize,
    };

    private void Connect(LocalDescription local, NegotiatedSession session, bool isOfferer, Instant now)
    {
        _session = session;
        _media = new PeerMedia(_options, local, session.Audio);
        _dtls = new DtlsConnection(new DtlsOptions
        {
            Role = session.DtlsRole,
            Certificate = _certificate,
            PeerFingerprints = session.RemoteFingerprints,
            MaxDatagramSize = _options.MaxDatagramSize,
            Random = _options.Random,
        });
        SctpAssociation association = new(new SctpOptions
        {
            Random = _options.Random,
            LocalPort = local.SctpPort,
            RemotePort = session.RemoteSctpPort,
            MaxPacketSize = _sctpPacket.Length,
            MaxIncomingMessageSize = _options.MaxIncomingMessageSize,
            SendBufferSize = _options.SendBufferSize,
        })
        {
            MaxOutgoingMessageSize = (int)Math.Min(int.MaxValue, session.RemoteMaxMessageSize),
        };
        _channel = new DataChannel(association, new DataChannelOptions
        {
            Label = _options.ChannelLabel,
            IsOpener = isOfferer,
            NegotiatedId = _options.NegotiatedChannelId,
        });

        // Not by Enter: nobody is told of a phase that the caller has just begun.
        _phase = Phase.Ice;
        _phaseDeadline = now + _options.IceTimeout;
        _ice.SetRemote(new IceCredentials(session.RemoteUfrag, session.RemotePwd), session.RemoteIsIceLite);
        foreach (SdpCandidate candidate in session.RemoteCandidates)
            _ice.AddRemoteCandidate(ToIce(candidate));
        _ice.Start(now);
        HandleIceEvents(now);
        HandleEarlyDatagrams(now);
    }

    private static IceCandidate ToIce(in SdpCandidate candidate) => new(
        candidate.Foundation,
        candidate.Component,
        candidate.Protocol,
        candidate.Priority,
        candidate.TransportAddress.GetValueOrDefault(),
        candidate.Type.GetValueOrDefault(),
        candidate.TcpType);
}
