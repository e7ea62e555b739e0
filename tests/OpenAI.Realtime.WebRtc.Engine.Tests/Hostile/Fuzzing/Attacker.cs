using System.Buffers.Binary;
using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.DataChannels;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Rtp;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Sdp;
using OpenAI.Realtime.WebRtc.Engine.Srtp;
using OpenAI.Realtime.WebRtc.Engine.Stun;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

/// <summary>How an attacker presents itself.</summary>
internal sealed record AttackerOptions
{
    public bool Offers { get; init; } = true;

    public bool IceLite { get; init; }

    /// <summary>When it answers: whether it wants to be the DTLS server.</summary>
    public bool IsDtlsServer { get; init; }

    /// <summary>Only the profile with HMAC-SHA1, which needs no exception for a bad tag.</summary>
    public bool CounterModeOnly { get; init; }

    /// <summary>Sends this certificate, and names its hash in its SDP, in place of its own.</summary>
    public Func<byte[], byte[]>? ReplaceCertificate { get; init; }
}

/// <summary>
/// A peer put together by hand from the engine's machines. It connects to the victim for real, so that it holds the keys; from then on it can seal
/// whatever it likes, so that the victim's MAC, tag and checksum all pass.
/// </summary>
internal sealed class Attacker : IDisposable
{
    private const int Remembered = 48;

    private static readonly DateTimeOffset s_wallClock = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly AttackerOptions _options;
    private readonly SeededRandomSource _random;
    private readonly DtlsCertificate _certificate;
    private readonly LocalDescription _local;
    private readonly byte[] _buffer = new byte[4096];
    private readonly byte[] _sctpBuffer = new byte[1160];
    private readonly byte[] _messageBuffer = new byte[2 * 1024 * 1024];
    private readonly Queue<byte[]> _pending = new();
    private readonly Dictionary<uint, int> _messagesByPpid = [];
    private readonly HashSet<uint> _tsnsSeen = [];
    private byte[] _exported = [];
    private SrtpProtectionProfile _profile;
    private NegotiatedSession? _session;
    private readonly TransportPath _path;
    private ushort _rtpSequence;
    private bool _isSecured;

    public Attacker(int seed, AttackerOptions options, TransportAddress local, TransportAddress victim)
    {
        _options = options;
        _random = new SeededRandomSource(seed);
        _certificate = DtlsCertificate.Create(s_wallClock, _random);
        _path = new(TransportProtocol.Udp, local, victim);
        Ice = new IceAgent(new IceOptions { Lite = options.IceLite, IsControlling = options.Offers }, _random);
        Ice.AddLocalAddress(local);
        Certificate = options.ReplaceCertificate?.Invoke(_certificate.Der.ToArray()) ?? _certificate.Der.ToArray();
        Ssrc = _random.NextUInt32();
        _rtpSequence = (ushort)(_random.NextUInt16() >> 2);
        _local = new LocalDescription
        {
            SessionId = 1,
            IceUfrag = Ice.LocalCredentials.UsernameFragment,
            IcePwd = Ice.LocalCredentials.Password,
            IceLite = options.IceLite,
            Candidates = [.. Ice.LocalCandidates.Select(c => SdpCandidate.Host(c.Foundation, c.Priority, c.Address))],
            Fingerprint = CertificateFingerprint.Sha256Of(Certificate),
            AnswerRole = options.IsDtlsServer ? DtlsRole.Server : DtlsRole.Client,
            AudioSsrc = Ssrc,
            Cname = "attacker",
            StreamId = "stream",
            TrackId = "track",
        };
    }

    public IceAgent Ice { get; }

    public DtlsConnection? Dtls { get; private set; }

    public SrtpSession? Srtp { get; private set; }

    public DataChannel? Channel { get; private set; }

    /// <summary>The certificate that its SDP vouches for.</summary>
    public byte[] Certificate { get; }

    public uint Ssrc { get; }

    /// <summary>Whether the association goes on by its own rules. Off: what the victim sends by SCTP is only noted.</summary>
    public bool KeepsAssociation { get; set; } = true;

    public bool IsOpen => Channel?.State == DataChannelState.Open;

    public int MessagesReceived { get; private set; }

    public int AudioReceived { get; private set; }

    public string LastText { get; private set; } = "";

    /// <summary>The tag that the victim wants in each packet; 0 until known.</summary>
    public uint VictimTag { get; private set; }

    /// <summary>What the victim's last SACK acknowledged.</summary>
    public Serial32? VictimCumulativeTsn { get; private set; }

    /// <summary>The stream of the channel.</summary>
    public ushort StreamId => Channel?.StreamId ?? 0;

    public byte PayloadType => _session?.Audio?.Opus.PayloadType ?? 111;

    /// <summary>What was sent and received, to be changed and sent again.</summary>
    public List<byte[]> SentStun { get; } = [];

    public List<byte[]> SentDtls { get; } = [];

    public List<byte[]> SentMedia { get; } = [];

    public List<byte[]> SentSctp { get; } = [];

    public List<byte[]> SeenSctp { get; } = [];

    public List<byte[]> SeenRtcp { get; } = [];

    /// <summary>Where the attacker's TSNs and RE-CONFIG requests count from.</summary>
    public uint InitialTsn { get; private set; }

    /// <summary>How many DATA chunks of this PPID the victim has sent; one repeated counts once.</summary>
    public int MessagesWithPpid(uint ppid) => _messagesByPpid.GetValueOrDefault(ppid);

    /// <summary>May replace a packet of its association by others before they are sealed.</summary>
    public Func<byte[], IEnumerable<byte[]>>? InterceptSctp { get; set; }

    // ── Signalling ─────────────────────────────────────────────────────────────────────────────────────────────────────

    public string CreateOffer() => OfferWriter.Write(_local);

    public void SetAnswer(string answer, Instant now)
    {
        if (!SessionDescription.TryParse(answer, out SessionDescription? description, out SdpError error)
            || !AnswerValidator.TryNegotiate(_local, description, out NegotiatedSession? session, out error))
            throw new FuzzFailureException($"The victim's own answer cannot be used: {error}\n{answer}");
        Start(session, now);
    }

    public string CreateAnswer(string offer, Instant now)
    {
        if (!SessionDescription.TryParse(offer, out SessionDescription? description, out SdpError error)
            || !OfferValidator.TryNegotiate(description, _local, out NegotiatedSession? session, out error))
            throw new FuzzFailureException($"The victim's own offer cannot be used: {error}\n{offer}");
        string answer = AnswerWriter.Write(description, _local, session);
        Start(session, now);
        return answer;
    }

    private void Start(NegotiatedSession session, Instant now)
    {
        _session = session;
        Dtls = new DtlsConnection(new DtlsOptions
        {
            Role = session.DtlsRole,
            Certificate = _certificate,
            PeerFingerprints = session.RemoteFingerprints,
            Random = _random,
            SrtpProfiles = _options.CounterModeOnly ? [SrtpProtectionProfile.Aes128CmHmacSha1_80] : [SrtpProtectionProfile.AeadAes128Gcm, SrtpProtectionProfile.Aes128CmHmacSha1_80],
        });
        Channel = new DataChannel(
            new SctpAssociation(new SctpOptions { Random = _random, MaxPacketSize = _sctpBuffer.Length }),
            new DataChannelOptions { Label = "oai-events", IsOpener = _options.Offers });
        Ice.SetRemote(new IceCredentials(session.RemoteUfrag, session.RemotePwd), session.RemoteIsIceLite);
        foreach (SdpCandidate c in session.RemoteCandidates)
            Ice.AddRemoteCandidate(new IceCandidate(c.Foundation, c.Component, c.Protocol, c.Priority, c.TransportAddress.GetValueOrDefault(), c.Type.GetValueOrDefault()));
        Ice.Start(now);
    }

    // ── The honest half: what any peer does ────────────────────────────────────────────────────────────────────────────

    public Instant NextTimeout
    {
        get
        {
            Instant at = Ice.NextTimeout.At;
            if (Dtls is not null)
                at = Instant.Min(at, Dtls.NextTimeout.At);
            // Where DTLS has ended, nothing of the association can leave.
            return Channel is null || !KeepsAssociation || !Dtls!.IsConnected ? at : Instant.Min(at, Channel.NextTimeout.At);
        }
    }

    public void HandleTimeout(Instant now)
    {
        Ice.HandleTimeout(now);
        Dtls?.HandleTimeout(now);
        if (KeepsAssociation && Dtls is { IsConnected: true })
            Channel?.HandleTimeout(now);
        Advance(now);
    }

    public void HandleDatagram(Span<byte> datagram, Instant now)
    {
        if (datagram.IsEmpty)
            return;
        switch (datagram[0])
        {
            case < 4:
                Ice.HandleDatagram(datagram, _path, now);
                break;
            case >= 20 and < 64 when Dtls is not null:
                while (Dtls.TryHandleRecord(ref datagram, now, out ReadOnlySpan<byte> data))
                {
                    Advance(now);
                    if (!data.IsEmpty)
                        HandleSctp(data, now);
                }

                break;
            case >= 128 and < 192 when Srtp is not null:
                if (!RtpPacket.IsRtcp(datagram))
                    AudioReceived += Srtp.TryUnprotectRtp(datagram, out _) ? 1 : 0;
                else if (Srtp.TryUnprotectRtcp(datagram, out int length))
                    Remember(SeenRtcp, datagram[..length]);
                break;
        }

        Advance(now);
    }

    /// <summary>Takes what the honest half wants to send.</summary>
    public bool TryTakeDatagram(out byte[] datagram)
    {
        if (_pending.TryDequeue(out byte[]? pending))
        {
            datagram = pending;
            return true;
        }

        datagram = [];
        if (Ice.TryTakeDatagram(_buffer, out int length, out _))
            return Take(SentStun, length, out datagram);
        if (Dtls is null)
            return false;
        if (Dtls.TryTakeDatagram(_buffer, out length))
            return Take(SentDtls, length, out datagram);
        if (!KeepsAssociation || !Dtls.IsConnected || !Channel!.TryTakePacket(_sctpBuffer, out length))
            return false;
        byte[] packet = _sctpBuffer[..length];
        Remember(SentSctp, packet);
        if (packet[SctpPacket.HeaderLength] is ChunkType.Init or ChunkType.InitAck)
            InitialTsn = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(SctpPacket.HeaderLength + Chunk.HeaderLength + 12));
        foreach (byte[] replacement in InterceptSctp?.Invoke(packet) ?? [packet])
            _pending.Enqueue(SealRecord(ContentType.ApplicationData, replacement));
        return TryTakeDatagram(out datagram);
    }

    /// <summary>A message by the rules; false when the association cannot take it.</summary>
    public bool Send(ReadOnlySpan<byte> message, Instant now) => Channel?.Send(MessageKind.Text, message, now) == SctpSendResult.Accepted;

    /// <summary>Any bytes under any PPID, by the rules of SCTP: they arrive whole and in order.</summary>
    public bool SendRaw(ushort streamId, uint ppid, byte[] message, Instant now) =>
        message.Length > 0 && Channel?.Association.Send(streamId, ppid, message, now) == SctpSendResult.Accepted;

    private bool Take(List<byte[]> remembered, int length, out byte[] datagram)
    {
        datagram = _buffer[..length];
        Remember(remembered, datagram);
        return true;
    }

    private void Advance(Instant now)
    {
        while (Ice.TryTakeEvent(out IceEvent e))
        {
            if (e.Kind == IceEventKind.PairSelected)
                Dtls?.Start(now);
        }

        while (Dtls is not null && Dtls.TryTakeEvent(out DtlsEvent e))
        {
            if (e.Kind == DtlsEventKind.Connected)
                Secure(now);
        }

        if (Channel is null)
            return;
        while (Channel.TryPeekMessage(out DataChannelMessage message))
        {
            Channel.TakeMessage(_messageBuffer, now);
            MessagesReceived++;
            LastText = message.Length < 100 ? Encoding.UTF8.GetString(_messageBuffer.AsSpan(0, message.Length)) : "";
        }

        while (Channel.TryTakeEvent(out _))
        {
        }
    }

    private void Secure(Instant now)
    {
        if (_isSecured)
            return;
        _isSecured = true;
        _profile = Dtls!.SrtpProfile.GetValueOrDefault();
        _exported = new byte[_profile.KeyingMaterialLength];
        Dtls.TryExportKeyingMaterial("EXTRACTOR-dtls_srtp"u8, _exported);
        Srtp = NewSrtp();
        Channel!.Start(_session!.DtlsRole, now);
    }

    private void HandleSctp(ReadOnlySpan<byte> packet, Instant now)
    {
        Remember(SeenSctp, packet);
        ChunkReader reader = new(packet.Length > SctpPacket.HeaderLength ? packet[SctpPacket.HeaderLength..] : default);
        while (reader.TryRead(out Chunk chunk))
        {
            if (chunk.Type is ChunkType.Init or ChunkType.InitAck && InitChunk.TryParse(chunk, out InitChunk init))
                VictimTag = init.Fields.InitiateTag;
            else if (SackChunk.TryParse(chunk, out SackChunk sack) && chunk.Type == ChunkType.Sack)
                VictimCumulativeTsn = sack.CumulativeTsn;
            else if (chunk.Type == ChunkType.Data && DataChunk.TryParse(chunk, out DataChunk data) && _tsnsSeen.Count < 4096 && _tsnsSeen.Add(data.Tsn.Value))
                _messagesByPpid[data.Ppid] = _messagesByPpid.GetValueOrDefault(data.Ppid) + 1;
        }

        if (KeepsAssociation)
            Channel!.HandlePacket(packet, now);
    }

    // ── The other half: sealing what no honest peer says ───────────────────────────────────────────────────────────────

    /// <summary>A record under the connection's keys; in the clear as long as there are none.</summary>
    public byte[] SealRecord(ContentType type, ReadOnlySpan<byte> content)
    {
        byte[] record = new byte[content.Length + DtlsConnection.RecordOverhead];
        ushort epoch = Dtls!.Records.HasKeys ? RecordLayer.ProtectedEpoch : RecordLayer.PlainEpoch;
        return Dtls.Records.TryWrite(epoch, type, content, default, record, out int length) ? record[..length] : [];
    }

    public byte[] SealSctp(ReadOnlySpan<byte> packet) => SealRecord(ContentType.ApplicationData, packet);

    /// <summary>
    /// STUN with MESSAGE-INTEGRITY and FINGERPRINT as they should be. The message's own are taken off first.
    /// </summary>
    public byte[] SealStun(ReadOnlySpan<byte> message)
    {
        int length = Math.Min(message.Length & ~3, 1400);
        if (length < StunMessage.HeaderLength)
            return message.ToArray();
        StunMessageType type = new(BinaryPrimitives.ReadUInt16BigEndian(message));
        bool isResponse = type.Class is StunClass.SuccessResponse or StunClass.ErrorResponse;
        byte[] key = Encoding.UTF8.GetBytes(isResponse ? Ice.LocalCredentials.Password : _session!.RemotePwd);
        byte[] bytes = new byte[length + StunMessageIntegrity.AttributeLength + StunFingerprint.AttributeLength];
        message[..length].CopyTo(bytes);
        SpanWriter writer = new(bytes.AsSpan(length));
        writer.WriteUInt16((ushort)StunAttributeType.MessageIntegrity);
        writer.WriteUInt16(StunMessageIntegrity.Length);
        StunMessageIntegrity.Compute(key, bytes.AsSpan(0, length), writer.Take(StunMessageIntegrity.Length));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)(bytes.Length - StunMessage.HeaderLength));
        writer.WriteUInt16((ushort)StunAttributeType.Fingerprint);
        writer.WriteUInt16(StunFingerprint.Length);
        writer.WriteUInt32(StunFingerprint.Compute(bytes.AsSpan(0, bytes.Length - StunFingerprint.AttributeLength)));
        return bytes;
    }

    /// <summary>A request as the peer's agent would write it, with what a test wants of it.</summary>
    public byte[] StunRequest(bool useCandidate, bool claimsToControl, ulong tieBreaker, uint priority)
    {
        StunMessageWriter writer = new(_buffer, StunMessageType.BindingRequest, StunTransactionId.New(_random));
        writer.WriteUsername(Encoding.UTF8.GetBytes($"{_session!.RemoteUfrag}:{Ice.LocalCredentials.UsernameFragment}"));
        writer.WritePriority(priority);
        if (claimsToControl)
            writer.WriteIceControlling(tieBreaker);
        else
            writer.WriteIceControlled(tieBreaker);
        if (useCandidate)
            writer.WriteUseCandidate();
        return writer.TryFinish(Encoding.UTF8.GetBytes(_session.RemotePwd), out int length) ? _buffer[..length] : [];
    }

    /// <summary>The honest next packet of audio, in the clear.</summary>
    public byte[] NextRtp(ReadOnlySpan<byte> opus)
    {
        byte[] packet = new byte[RtpHeader.Length + opus.Length];
        new RtpHeader(PayloadType, false, new Serial16(++_rtpSequence), (uint)(_rtpSequence * 960), Ssrc).TryWrite(packet);
        opus.CopyTo(packet.AsSpan(RtpHeader.Length));
        return packet;
    }

    /// <summary>An honest compound, in the clear.</summary>
    public byte[] NextRtcp(Mutator mutator)
    {
        RtcpWriter writer = new(_buffer);
        RtcpSenderInfo? info = mutator.Chance(50) ? new RtcpSenderInfo(new(_random.NextUInt64()), mutator.Boundary(), 3, 300) : null;
        RtcpReportBlock? block = mutator.Chance(50)
            ? new RtcpReportBlock(VictimSsrc(), 3, 2, mutator.Boundary(), mutator.Boundary(), _random.NextUInt32(), mutator.Boundary())
            : null;
        writer.WriteReport(Ssrc, info, block);
        writer.WriteCname(Ssrc, "attacker"u8);
        if (mutator.Chance(10))
            writer.WriteBye(Ssrc);
        return writer.TryFinish(out int length) ? _buffer[..length] : [];
    }

    /// <summary>
    /// SRTP over any plaintext. Where the session's own rules refuse (an index used twice, a fifth source), a second session under the same keys does it:
    /// an attacker knows no such rules.
    /// </summary>
    public byte[] SealRtp(ReadOnlySpan<byte> rtp)
    {
        byte[] buffer = new byte[rtp.Length + SrtpSizes.MaxRtpOverhead];
        rtp.CopyTo(buffer);
        if (Srtp!.TryProtectRtp(buffer, rtp.Length, out int length))
        {
            // The honest sender goes on from the highest number that has been used.
            if (BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(8)) == Ssrc)
                _rtpSequence = BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(2));
            return buffer[..length];
        }

        using SrtpSession twin = NewSrtp();
        return twin.TryProtectRtp(buffer, rtp.Length, out length) ? buffer[..length] : buffer;
    }

    public byte[] SealRtcp(ReadOnlySpan<byte> rtcp)
    {
        byte[] buffer = new byte[rtcp.Length + SrtpSizes.MaxRtcpOverhead];
        rtcp.CopyTo(buffer);
        if (Srtp!.TryProtectRtcp(buffer, rtcp.Length, out int length))
            return buffer[..length];
        using SrtpSession twin = NewSrtp();
        return twin.TryProtectRtcp(buffer, rtcp.Length, out length) ? buffer[..length] : buffer;
    }

    /// <summary>A packet of one's own: common header and chunks, sealed by checksum.</summary>
    public byte[] SctpPacketOf(params byte[][] chunks)
    {
        byte[] packet = [.. new byte[SctpPacket.HeaderLength], .. chunks.SelectMany(c => c)];
        BinaryPrimitives.WriteUInt16BigEndian(packet, 5000);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), 5000);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), VictimTag);
        SctpPacket.Seal(packet);
        return packet;
    }

    /// <summary>One chunk, padded.</summary>
    public static byte[] ChunkOf(byte type, byte flags, ReadOnlySpan<byte> value)
    {
        byte[] chunk = new byte[Chunk.Padded(Chunk.HeaderLength + value.Length)];
        chunk[0] = type;
        chunk[1] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(2), (ushort)(Chunk.HeaderLength + value.Length));
        value.CopyTo(chunk.AsSpan(Chunk.HeaderLength));
        return chunk;
    }

    /// <summary>One DATA chunk.</summary>
    public static byte[] DataOf(Serial32 tsn, byte flags, ushort streamId, ushort ssn, uint ppid, ReadOnlySpan<byte> userData)
    {
        byte[] value = new byte[12 + userData.Length];
        BinaryPrimitives.WriteUInt32BigEndian(value, tsn.Value);
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(4), streamId);
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(6), ssn);
        BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(8), ppid);
        userData.CopyTo(value.AsSpan(12));
        return ChunkOf(ChunkType.Data, flags, value);
    }

    public void Dispose()
    {
        Dtls?.Dispose();
        Srtp?.Dispose();
        _certificate.Dispose();
    }

    public static void Remember(List<byte[]> list, ReadOnlySpan<byte> bytes)
    {
        if (list.Count == Remembered)
            list.RemoveAt(8); // The first ones are those of the handshake.
        list.Add(bytes.ToArray());
    }

    private uint VictimSsrc() => _session?.Audio?.RemoteSsrc ?? 0;

    private SrtpSession NewSrtp() => SrtpSession.FromKeyingMaterial(_profile, _exported, _session!.DtlsRole);
}
