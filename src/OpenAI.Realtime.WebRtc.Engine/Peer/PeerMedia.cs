using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Rtp;
using OpenAI.Realtime.WebRtc.Engine.Sdp;
using OpenAI.Realtime.WebRtc.Engine.Srtp;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>
/// The audio track of a peer: Opus packets out become RTP, then SRTP; SRTP in becomes RTP, then Opus packets; RTCP reports on both.
/// </summary>
internal sealed class PeerMedia : IDisposable
{
    // The driver drains after each call, so these are never deep; more would only hide a driver that does not.
    private const int OutgoingSlots = 8;
    private const int IncomingSlots = 16;

    private readonly PacketRing<byte> _outgoing;
    private readonly PacketRing<ReceivedAudio> _incoming;
    private readonly RtpSender? _sender;
    private readonly RtpReceiveStatistics _receiver = new();
    private readonly RtcpSession? _rtcp;
    private readonly byte _receivePayloadType;
    private readonly bool _receives;
    private readonly int _maxOpusLength;
    private SrtpSession? _srtp;

    public PeerMedia(PeerOptions options, LocalDescription local, NegotiatedAudio? audio)
    {
        _maxOpusLength = options.MaxDatagramSize - RtpHeader.Length - SrtpSizes.MaxRtpOverhead;
        _outgoing = new(OutgoingSlots, options.MaxDatagramSize);
        _incoming = new(IncomingSlots, options.MaxDatagramSize);
        if (audio is null)
            return;
        Preferences = audio.Opus.ToPreferences();
        _receives = audio.Direction.Receives();
        _receivePayloadType = audio.ReceivePayloadType;
        RtpSender sender = new(options.Random, local.AudioSsrc, audio.Opus.PayloadType);
        _rtcp = new RtcpSession(options.Random, options.WallClockAtZero, local.Cname, sender, _receiver);
        if (audio.Direction.Sends())
            _sender = sender;
    }

    public Wake NextTimeout => _srtp is null || _rtcp is null ? Wake.Never : _rtcp.NextTimeout;

    public RtpReceiveStatistics Received => _receiver;

    /// <summary>How the peer wishes to be sent Opus; null without audio.</summary>
    public OpusPreferences? Preferences { get; }

    /// <summary>The share of our packets that the peer's last report calls lost, 0 to 1; null before the first.</summary>
    public double? RemoteFractionLost => _rtcp?.RemoteReport is { } report ? report.FractionLost / 256.0 : null;

    public TimeSpan? RoundTripTime => _rtcp?.RoundTripTime;

    public SrtpDrops SrtpDrops => _srtp?.Drops ?? default;

    public long PacketsSent => _sender?.PacketCount ?? 0;

    public long BytesSent => _sender?.OctetCount ?? 0;

    public long NotSent { get; private set; }

    public long NotTaken { get; private set; }

    /// <summary>SRTP before its keys, RTP that does not parse, or of another payload type, or on a track that does not receive.</summary>
    public long Unusable { get; private set; }

    /// <summary>The keys are there, and the peer's certificate is the promised one: media may flow.</summary>
    public void Start(SrtpSession srtp, Instant now)
    {
        _srtp = srtp;
        _rtcp?.Start(now);
    }

    /// <summary>Says goodbye (RFC 3550 §6.6); the compound is drained as any other.</summary>
    public void Stop(Instant now)
    {
        if (_srtp is not null)
            _rtcp?.Stop(now);
    }

    public bool Send(ReadOnlySpan<byte> opus, ushort sequenceNumber, uint timestamp, bool marker, Instant now)
    {
        if (_srtp is null || _sender is null || _outgoing.IsFull || opus.Length > _maxOpusLength)
        {
            NotSent++;
            return false;
        }

        Span<byte> slot = _outgoing.NextSlot;
        if (!_sender.TryWritePacket(opus, sequenceNumber, timestamp, marker, now, slot, out int length) || !_srtp.TryProtectRtp(slot, length, out length))
        {
            NotSent++;
            return false;
        }

        _outgoing.Add(length, default);
        return true;
    }

    /// <summary>Handles SRTP or SRTCP (RFC 7983: first byte 128 to 191); true when it was authentic.</summary>
    public bool HandleDatagram(Span<byte> datagram, Instant now)
    {
        if (_srtp is null)
        {
            Unusable++;
            return false;
        }

        return RtpPacket.IsRtcp(datagram) ? HandleRtcp(datagram, now) : HandleRtp(datagram, now);
    }

    public void HandleTimeout(Instant now)
    {
        if (_srtp is not null)
            _rtcp?.HandleTimeout(now);
    }

    public bool TryTakeDatagram(Span<byte> buffer, out int length)
    {
        if (_outgoing.TryTake(buffer, out length, out _))
            return true;
        return _srtp is not null && _rtcp is not null
            && _rtcp.TryTakePacket(buffer, out length)
            && _srtp.TryProtectRtcp(buffer, length, out length);
    }

    public bool TryTakeAudio(Span<byte> destination, out ReceivedAudio audio) => _incoming.TryTake(destination, out _, out audio);

    public void Dispose() => _srtp?.Dispose();

    private bool HandleRtcp(Span<byte> datagram, Instant now)
    {
        if (!_srtp!.TryUnprotectRtcp(datagram, out int length))
            return false;
        _rtcp?.HandleRtcp(datagram[..length], now);
        return true;
    }

    private bool HandleRtp(Span<byte> datagram, Instant now)
    {
        if (!_srtp!.TryUnprotectRtp(datagram, out int length))
            return false;
        if (!RtpPacket.TryParse(datagram[..length], out RtpPacket packet) || !_receives || packet.PayloadType != _receivePayloadType)
        {
            Unusable++;
            return true;
        }

        _receiver.HandlePacket(packet, now);
        if (packet.Payload.Length > _incoming.NextSlot.Length)
        {
            Unusable++;
            return true;
        }

        if (_incoming.IsFull)
        {
            // The oldest is worth least.
            _incoming.RemoveOldest();
            NotTaken++;
        }

        packet.Payload.CopyTo(_incoming.NextSlot);
        _incoming.Add(
            packet.Payload.Length,
            new(packet.Payload.Length, packet.PayloadType, packet.SequenceNumber.Value, packet.Timestamp, packet.Marker, packet.Ssrc, now));
        return true;
    }
}
