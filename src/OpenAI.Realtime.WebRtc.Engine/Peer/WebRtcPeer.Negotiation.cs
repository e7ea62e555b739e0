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
    private LocalDescription? _pendingOffer; // ours, not answered yet
    private LocalDescription? _local; // what offer and answer have agreed on last, and who made the first offer
    private NegotiatedSession? _session;
    private bool _isOfferer;
    private ulong _lastVersion;

    /// <summary>
    /// Adds the address of a bound UDP socket, or of a socket that listens for TCP, as a host candidate; with TCP and port 0 an address from which connections may be opened. Before the offer
    /// or the answer it stands in them; one that comes later is checked, and shows itself to the peer by that.
    /// </summary>
    public void AddLocalAddress(TransportAddress address, TransportProtocol protocol = TransportProtocol.Udp) => _ices.AddLocalAddress(address, protocol);

    /// <summary>Writes the first offer: every candidate is in it, nothing is trickled. For a later one there is <see cref="CreateRestartOffer"/>.</summary>
    /// <exception cref="InvalidOperationException">An offer or an answer has been made already.</exception>
    public string CreateOffer()
    {
        if (_pendingOffer is not null || _phase != Phase.New)
            throw new InvalidOperationException("A peer makes one first offer or one first answer.");
        _pendingOffer = DescribeLocal();
        _ices.Current.TakeControl();
        return OfferWriter.Write(_pendingOffer);
    }

    /// <summary>Applies the answer to the offer made last and starts to connect, or to restart ICE. In a call that is under way an answer that nothing waits for is refused, not thrown at.</summary>
    /// <param name="answer">The answer, unchanged.</param>
    /// <param name="now">The driver's clock.</param>
    /// <param name="error">Why it cannot be used.</param>
    /// <exception cref="InvalidOperationException">There has been no offer at all.</exception>
    public bool TrySetAnswer(string answer, Instant now, out SdpError error)
    {
        if (_phase != Phase.New)
            return TryApplyRestartAnswer(answer, now, out error);
        if (_pendingOffer is not { } offer)
            throw new InvalidOperationException("An answer follows an offer.");
        if (!SessionDescription.TryParse(answer, out SessionDescription? description, out error)
            || !AnswerValidator.TryNegotiate(offer, description, out NegotiatedSession? session, out error))
            return false;
        _pendingOffer = null;
        _mayOfferAgain = true;
        Connect(offer, session, isOfferer: true, now);
        return true;
    }

    /// <summary>
    /// Applies an offer, writes the answer and starts to connect. In a call that is under way an offer with new ICE credentials restarts ICE, as <see cref="CreateRestartOffer"/> does; one with the same is
    /// answered with the same, and may bring more candidates; one that changes anything else is refused.
    /// </summary>
    /// <param name="offer">The offer, unchanged.</param>
    /// <param name="now">The driver's clock.</param>
    /// <param name="answer">The answer; empty when there is none.</param>
    /// <param name="error">Why the offer cannot be used.</param>
    /// <exception cref="InvalidOperationException">This side has made the first offer, which has not been answered.</exception>
    public bool TryCreateAnswer(string offer, Instant now, out string answer, out SdpError error)
    {
        if (_phase != Phase.New)
            return TryAnswerAgain(offer, now, out answer, out error);
        if (_pendingOffer is not null)
            throw new InvalidOperationException("A peer makes one first offer or one first answer.");
        answer = "";
        LocalDescription local = DescribeLocal();
        if (!SessionDescription.TryParse(offer, out SessionDescription? description, out error)
            || !OfferValidator.TryNegotiate(description, local, out NegotiatedSession? session, out error))
            return false;
        answer = AnswerWriter.Write(description, local, session);
        _mayOfferAgain = OfferWriter.CanRepeat(description, session);
        if (_mayOfferAgain)
            local = local with { AudioMid = description.Media[0].Mid!, DataMid = description.Media[1].Mid!, OpusPayloadType = session.Audio!.ReceivePayloadType };
        Connect(local, session, isOfferer: false, now);
        return true;
    }

    private LocalDescription DescribeLocal() => new()
    {
        SessionId = _options.Random.NextUInt64() >> 2,
        SessionVersion = _lastVersion = 2,
        IceUfrag = _ices.Current.LocalCredentials.UsernameFragment,
        IcePwd = _ices.Current.LocalCredentials.Password,
        IceLite = _options.IceLite,
        Candidates = Describe(_ices.Current),
        Fingerprint = _certificate.Sha256Fingerprint,
        AnswerRole = _options.AnswerAsDtlsServer ? DtlsRole.Server : DtlsRole.Client,
        AudioDirection = _options.AudioDirection,
        AudioSsrc = _options.Random.NextUInt32(),
        Cname = RandomText.Hex(_options.Random, 8),
        StreamId = RandomText.Hex(_options.Random, 8),
        TrackId = RandomText.Hex(_options.Random, 8),
        MaxMessageSize = _options.MaxIncomingMessageSize,
    };

    private List<SdpCandidate> Describe(IceAgent ice) =>
        [.. (_announced?.Apply(ice.LocalCandidates) ?? ice.LocalCandidates).Where(c => c.Type == CandidateType.Host).Select(c => SdpCandidate.Host(c.Foundation, c.Priority, c.Address, c.TcpType))];

    private void Connect(LocalDescription local, NegotiatedSession session, bool isOfferer, Instant now)
    {
        (_local, _session, _isOfferer) = (local, session, isOfferer);
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
        _ices.Current.SetRemote(new IceCredentials(session.RemoteUfrag, session.RemotePwd), session.RemoteIsIceLite);
        AddCandidates(_ices.Current, session);
        _ices.Current.Start(now);
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
