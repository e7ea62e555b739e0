using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Handshake;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

// Setting up (RFC 9260 §5). Both sides of a WebRTC connection start as soon as DTLS is up, so that INITs cross (§5.2.1):
//
//   us                                    peer
//   INIT (our tag) ──────────╲ ╱────────── INIT (its tag)
//                             ╳
//   INIT ACK (our tag) ◄─────╱ ╲─────────► INIT ACK            1. Both answer with the tag of their own INIT,
//   COOKIE ECHO ─────────────╲ ╱────────── COOKIE ECHO         2. both send the cookie back,
//   COOKIE ACK  ◄────────────╱ ╲─────────► COOKIE ACK          3. and whichever comes first establishes (§5.2.4, cases B and D).
internal sealed partial class SctpAssociation
{
    /// <summary>The smallest a_rwnd that INIT may have (RFC 9260 §3.3.2).</summary>
    private const uint LeastReceiverWindow = 1500;

    /// <summary>What INIT ACK and ERROR report of parameters that we do not know, at most, in bytes.</summary>
    private const int MaxReportedParameters = 128;

    private readonly uint _localTag;
    private readonly Serial32 _localInitialTsn;
    private readonly byte[] _cookieKey = new byte[StateCookie.KeyLength];
    private RetransmitTimer _initTimer;
    private bool _initIsDue;
    private bool _cookieEchoIsDue;
    private bool _cookieAckIsDue;
    private byte[] _peerCookie = [];
    private Instant _handshakeSentAt;
    private uint _peerTag;
    private ushort _peerInboundStreams = MaxStreams;
    private bool _peerSupportsReConfig;
    private bool _peerIsEstablished;

    private InitFields LocalFields => new(_localTag, (uint)_receiver.Window, MaxStreams, MaxStreams, _localInitialTsn);

    /// <summary>Sends INIT, unless the peer's has set the association up already.</summary>
    /// <param name="now">The time.</param>
    /// <param name="roundTrip">As ICE has measured it, where it has: the first SRTT.</param>
    public void Start(Instant now, TimeSpan? roundTrip = null)
    {
        BeginInput(now);
        if (roundTrip is { } measured)
            _rto.Measure(measured);
        if (State != SctpState.Closed)
            return;
        State = SctpState.CookieWait;
        _initIsDue = true;
        _initTimer.Start(now, _rto.Smoothed, _rto.Current);
    }

    private void WriteInit(ref SpanWriter writer)
    {
        if (!_initIsDue)
            return;
        _initIsDue = false;
        _handshakeSentAt = _now;
        WriteHeader(ref writer, tag: 0);
        Chunk.End(ref writer, InitChunk.Begin(ref writer, ChunkType.Init, LocalFields));
    }

    private void WriteCookie(ref SpanWriter writer)
    {
        if (_cookieEchoIsDue)
        {
            _handshakeSentAt = _now;
            int begin = Chunk.Begin(ref writer, ChunkType.CookieEcho);
            writer.WriteBytes(_peerCookie);
            Chunk.End(ref writer, begin);
        }
        else if (_cookieAckIsDue)
        {
            Chunk.WriteEmpty(ref writer, ChunkType.CookieAck);
        }

        _cookieEchoIsDue = false;
        _cookieAckIsDue = false;
    }

    /// <summary>T1-init and T1-cookie (§5.1): the same chunk once more, and in the end the end.</summary>
    private void HandleInitTimeout()
    {
        if (!_initTimer.TryExpire(_now))
            return;
        if (_initTimer.Expirations > _options.MaxInitRetransmits)
        {
            End(SctpEndReason.InitTimeout, State == SctpState.CookieWait ? "The peer did not answer INIT." : "The peer did not answer COOKIE ECHO.");
            return;
        }

        _initIsDue = State == SctpState.CookieWait;
        _cookieEchoIsDue = State == SctpState.CookieEchoed;
        if (_cookieEchoIsDue)
            _sender.RepeatAll();
    }

    /// <summary>INIT is answered from what it says alone; the cookie carries it (§5.1 B, §5.2.1, §5.2.2).</summary>
    private void HandleInit(in Chunk chunk)
    {
        if (!InitChunk.TryParse(chunk, out InitChunk init) || init.Fields.InitiateTag == 0)
        {
            _counters.ChunksIgnored++;
            return;
        }

        InitFields peer = init.Fields;
        Span<byte> reported = stackalloc byte[MaxReportedParameters];
        SpanWriter unrecognized = new(reported);
        bool isReadable = InitParameters.TryRead(init.Parameters, ref unrecognized, out InitParameters parameters);
        if (!isReadable || !HasUsableFields(peer) || parameters.HasHostName)
        {
            ReplyAbort(peer.InitiateTag, reflectsTag: false, parameters.HasHostName ? ErrorCause.UnresolvableAddress : ErrorCause.InvalidMandatoryParameter);
            return;
        }

        uint localTag = _localTag;
        uint localTie = 0;
        uint peerTie = 0;
        switch (State)
        {
            case SctpState.Closed or SctpState.CookieWait:
                break; // §5.2.1: with the tag of our own INIT, sent or not.
            case SctpState.CookieEchoed:
                (localTie, peerTie) = (_localTag, _peerTag);
                break;
            case SctpState.ShutdownAckSent:
                _shutdownAckIsDue = true; // §9.2
                return;
            case SctpState.Ended:
                ReplyAbort(peer.InitiateTag, reflectsTag: false, ErrorCause.UserInitiatedAbort);
                return;
            default:
                // §5.2.2: an old INIT, or a peer that starts anew. Its cookie will tell: a new tag, and ours as tie-tags.
                localTag = NewTag();
                (localTie, peerTie) = (_localTag, _peerTag);
                break;
        }

        Span<byte> cookie = stackalloc byte[StateCookie.Length];
        new StateCookie
        {
            MadeAt = _now,
            LocalTag = localTag,
            LocalInitialTsn = _localInitialTsn,
            Peer = peer,
            LocalTieTag = localTie,
            PeerTieTag = peerTie,
            PeerSupportsForwardTsn = parameters.SupportsForwardTsn,
            PeerSupportsReConfig = parameters.SupportsReConfig,
        }.Write(_cookieKey, cookie);

        Span<byte> answer = stackalloc byte[384];
        SpanWriter writer = new(answer);
        InitChunk.Begin(ref writer, ChunkType.InitAck, LocalFields with { InitiateTag = localTag });
        writer.WriteBytes(unrecognized.Written);
        Parameter.Write(ref writer, ParameterType.StateCookie, cookie);
        Reply(peer.InitiateTag, goesAlone: true, ChunkType.InitAck, 0, writer.Written[Chunk.HeaderLength..]);
    }

    private static bool HasUsableFields(in InitFields peer) =>
        peer.OutboundStreams > 0 && peer.InboundStreams > 0 && peer.ReceiverWindow >= LeastReceiverWindow;

    /// <summary>INIT ACK: sends its cookie back (§5.1 C).</summary>
    private void HandleInitAck(in Chunk chunk)
    {
        if (State != SctpState.CookieWait || !InitChunk.TryParse(chunk, out InitChunk initAck))
        {
            _counters.ChunksIgnored++; // §5.2.3
            return;
        }

        Span<byte> reported = stackalloc byte[MaxReportedParameters];
        SpanWriter unrecognized = new(reported);
        bool isReadable = InitParameters.TryRead(initAck.Parameters, ref unrecognized, out InitParameters parameters);
        _peerTag = initAck.Fields.InitiateTag;
        if (!isReadable || _peerTag == 0 || !HasUsableFields(initAck.Fields))
        {
            EndWithAbort(SctpEndReason.ProtocolViolation, ErrorCause.InvalidMandatoryParameter, "The peer's INIT ACK cannot be used.");
            return;
        }

        if (parameters.Cookie.IsEmpty)
        {
            // §3.3.10.2: the number of missing parameters and their types.
            EndWithAbort(SctpEndReason.ProtocolViolation, ErrorCause.MissingMandatoryParameter, "The peer's INIT ACK has no state cookie.", [0, 0, 0, 1, 0, 7]);
            return;
        }

        if (SctpPacket.HeaderLength + Chunk.HeaderLength + parameters.Cookie.Length > _packetSize)
        {
            EndWithAbort(SctpEndReason.ProtocolViolation, ErrorCause.OutOfResource, "The peer's state cookie does not fit a packet.");
            return;
        }

        if (_initTimer.Expirations == 0)
            _rto.Measure(_now - _handshakeSentAt);
        ApplyPeer(initAck.Fields, parameters.SupportsReConfig);
        _peerCookie = parameters.Cookie.ToArray();
        State = SctpState.CookieEchoed;
        _initIsDue = false;
        _cookieEchoIsDue = true;
        _initTimer.Start(_now, _rto.Smoothed, _rto.Current);
        // An Unrecognized Parameter has the shape of the error cause that reports it (§3.2.2, §3.3.10.8).
        if (unrecognized.Length > 0)
            Reply(_peerTag, goesAlone: false, ChunkType.Error, 0, unrecognized.Written);
    }

    /// <summary>COOKIE ECHO (§5.1 D), and what it means when there is an association already (§5.2.4).</summary>
    /// <returns>Whether the rest of the packet belongs to the association.</returns>
    private bool HandleCookieEcho(in Chunk chunk, uint packetTag)
    {
        if (State == SctpState.Ended || !StateCookie.TryParse(_cookieKey, chunk.Value, out StateCookie cookie) || packetTag != cookie.LocalTag)
        {
            _counters.ChunksIgnored++;
            return false;
        }

        bool localMatches = cookie.LocalTag == _localTag;
        bool peerMatches = cookie.Peer.InitiateTag == _peerTag;
        TimeSpan staleness = _now - cookie.MadeAt - StateCookie.Lifetime;
        if (staleness > TimeSpan.Zero && !(localMatches && peerMatches))
        {
            ReplyStaleCookie(cookie.Peer.InitiateTag, staleness);
            return false;
        }

        switch (State)
        {
            case SctpState.Closed or SctpState.CookieWait or SctpState.CookieEchoed when localMatches:
                // A first cookie, or cases B and D: the peer's tag as the cookie has it.
                if (!peerMatches)
                    ApplyPeer(cookie.Peer, cookie.PeerSupportsReConfig);
                _cookieAckIsDue = true;
                Establish();
                return true;

            case > SctpState.CookieEchoed when localMatches && peerMatches:
                _cookieAckIsDue = true; // Case D: our COOKIE ACK was lost.
                return true;

            case SctpState.ShutdownAckSent when !localMatches && !peerMatches:
                _shutdownAckIsDue = true; // Case A, §5.2.4.1
                return false;

            case > SctpState.CookieEchoed when !localMatches && !peerMatches && cookie.LocalTieTag == _localTag && cookie.PeerTieTag == _peerTag:
                // Case A: the peer has started anew.
                _peerTag = cookie.Peer.InitiateTag;
                EndWithAbort(SctpEndReason.PeerRestarted, ErrorCause.UserInitiatedAbort, "The peer started the association anew.");
                return false;

            default:
                _counters.ChunksIgnored++; // Case C, and all others.
                return false;
        }
    }

    private void HandleCookieAck()
    {
        _peerIsEstablished = true;
        if (State == SctpState.CookieEchoed)
        {
            if (_initTimer.Expirations == 0)
                _rto.Measure(_now - _handshakeSentAt);
            Establish(); // §5.1 E
        }
        else if (State < SctpState.CookieEchoed)
        {
            _counters.ChunksIgnored++; // §5.2.5; later it is no surprise: both sides began at once, and the peer's cookie came first
        }
    }

    /// <summary>§5.2.6: our cookie was too old when it came back. Asks for a new one.</summary>
    private void HandleStaleCookie()
    {
        if (State != SctpState.CookieEchoed)
            return;
        State = SctpState.CookieWait;
        _cookieEchoIsDue = false;
        _initIsDue = true;
        _sender.RepeatAll();
    }

    private void ReplyStaleCookie(uint peerTag, TimeSpan staleness)
    {
        Span<byte> cause = stackalloc byte[8];
        SpanWriter writer = new(cause);
        int begin = Parameter.Begin(ref writer, ErrorCause.StaleCookie);
        writer.WriteUInt32((uint)Math.Min(uint.MaxValue, staleness.TotalMicroseconds)); // §3.3.10.3
        Parameter.End(ref writer, begin);
        Reply(peerTag, goesAlone: true, ChunkType.Error, 0, writer.Written);
    }

    private void ApplyPeer(in InitFields peer, bool supportsReConfig)
    {
        _peerTag = peer.InitiateTag;
        _peerInboundStreams = peer.InboundStreams;
        _peerSupportsReConfig = supportsReConfig;
        _sender.SetPeerWindow(peer.ReceiverWindow);
        _receiver.Start(peer.InitialTsn);
        _resets.Start(_localInitialTsn, peer.InitialTsn);
    }

    private void Establish()
    {
        State = SctpState.Established;
        _initTimer.Stop();
        _initIsDue = false;
        _cookieEchoIsDue = false;
        _peerCookie = [];
        _errors = 0;
        _events.Enqueue(new(SctpEventKind.Established));
        _heartbeat.Restart(_now);
        _size.Start();
        _sender.RestartTimer(_now);
        if (_shutdownIsWanted)
            BeginShutdown();
    }
}
