using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.DataChannels;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;
using OpenAI.Realtime.WebRtc.Engine.Rtp;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Handshake;
using OpenAI.Realtime.WebRtc.Engine.Sdp;
using OpenAI.Realtime.WebRtc.Engine.Srtp;
using OpenAI.Realtime.WebRtc.Engine.Stun;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

/// <summary>Every parser, without a connection around it. Honest packets come from a real connection.</summary>
internal sealed class ParserFuzz : IDisposable
{
    private static readonly byte[] s_key = new byte[32];

    /// <summary>What the parsers are called, without anything made yet.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "parser: STUN", "parser: DTLS records", "parser: DTLS messages", "parser: DTLS fragments", "parser: certificates", "parser: RTP", "parser: RTCP",
        "parser: SRTP and SRTCP", "parser: SCTP packets", "parser: SCTP chunks", "parser: DCEP", "parser: SDP lines",
    ];

    private readonly FuzzReport _report;
    private readonly (string Name, byte[][] Corpus, Func<byte[], int> Parse)[] _targets;
    private readonly SrtpSession _gcm = new(SrtpProtectionProfile.AeadAes128Gcm, new byte[16], new byte[12], new byte[16], new byte[12]);
    private readonly SrtpSession _cm = new(SrtpProtectionProfile.Aes128CmHmacSha1_80, new byte[16], new byte[14], new byte[16], new byte[14]);
    private readonly string _offer;
    private byte[] _last = [];
    private string _target = "";

    public ParserFuzz(int seed, FuzzReport report)
    {
        _report = report;
        using Duel duel = new(seed, "corpus", report, new AttackerOptions());
        duel.Connect();
        duel.Act((victim, now) => victim.SendMessage(new byte[3000], MessageKind.Binary, now));
        duel.Advance(TimeSpan.FromSeconds(8));
        Mutator mutator = new(new Random(seed));
        Attacker attacker = duel.Attacker;
        byte[][] stun = [.. attacker.SentStun];
        byte[][] records = [.. attacker.SentDtls, attacker.SealSctp([1, 2, 3])];
        byte[][] messages = [.. records.SelectMany(Messages)];
        byte[][] sctp = [.. attacker.SentSctp.Concat(attacker.SeenSctp)];
        byte[][] chunks = [.. sctp.SelectMany(SctpMutator.Split)];
        byte[][] rtp = [attacker.NextRtp([1, 2, 3, 4]), [0xB2, 111, .. new byte[60]]];
        byte[][] rtcp = [attacker.NextRtcp(mutator), attacker.NextRtcp(mutator), .. attacker.SeenRtcp];
        byte[][] dcep = [[3, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0, 1, 65, 66, 67], [2]];
        _offer = attacker.CreateOffer();
        byte[][] text = [.. _offer.Split("\r\n").Select(Encoding.UTF8.GetBytes)];
        byte[][] certificates = [attacker.Certificate];
        _targets =
        [
            ("parser: STUN", stun, ParseStun),
            ("parser: DTLS records", records, ParseRecords),
            ("parser: DTLS messages", messages, ParseMessages),
            ("parser: DTLS fragments", [.. messages.Select(m => ConnectedFuzz.Fragment(HandshakeType.ClientHello, 0, m))], ParseFragments),
            ("parser: certificates", certificates, ParseCertificate),
            ("parser: RTP", rtp, ParseRtp),
            ("parser: RTCP", rtcp, ParseRtcp),
            ("parser: SRTP and SRTCP", [.. rtp, .. rtcp], Unprotect),
            ("parser: SCTP packets", sctp, ParsePacket),
            ("parser: SCTP chunks", chunks, ParseChunk),
            ("parser: DCEP", dcep, ParseDcep),
            ("parser: SDP lines", text, ParseLine),
        ];
    }

    public void Run(int seed, int inputs)
    {
        Mutator mutator = new(new Random(seed));
        for (int i = 0; i < inputs; i++)
        {
            (_target, byte[][] corpus, Func<byte[], int> parse) = mutator.Pick(_targets);
            if (corpus.Length == 0)
                throw Failure("There is nothing to change.", null);
            _last = mutator.Chance(3) ? mutator.Noise(mutator.Random.Next(400)) : mutator.Mutate(mutator.Pick(corpus), mutator.Pick(corpus));
            _report.Count(_target);
            _report.Parsed += parse(_last);
        }
    }

    /// <summary>Honest inputs for the parser of that name.</summary>
    public byte[][] CorpusOf(string target) => _targets.Single(t => t.Name == target).Corpus;

    /// <summary>Gives one input to the parser of that name: for what is kept in the corpus.</summary>
    public void Parse(string target, byte[] bytes)
    {
        (_target, _, Func<byte[], int> parse) = _targets.Single(t => t.Name == target);
        _last = bytes;
        parse(bytes);
    }

    public FuzzFailureException Failure(string message, Exception? inner) => new($"{message} [{_target}]: {Convert.ToHexString(_last)}", inner);

    public void Dispose()
    {
        _gcm.Dispose();
        _cm.Dispose();
    }

    private static IEnumerable<byte[]> Messages(byte[] datagram)
    {
        List<byte[]> messages = [];
        ReadOnlySpan<byte> rest = datagram;
        while (RecordHeader.TryParse(rest, out RecordHeader header))
        {
            ReadOnlySpan<byte> content = rest.Slice(RecordHeader.Size, header.Length);
            rest = rest[(RecordHeader.Size + header.Length)..];
            SpanReader reader = new(content);
            while (header.Epoch == 0 && header.Type == ContentType.Handshake && HandshakeFragment.TryRead(ref reader, out HandshakeFragment fragment))
                messages.Add(fragment.Body.ToArray());
        }

        return messages;
    }

    private static int ParseStun(byte[] bytes)
    {
        bool isNamed = StunRecipient.TryRead(bytes, out ReadOnlySpan<byte> recipient);
        if (!StunMessage.TryParse(bytes, out StunMessage message))
            return 0;
        WrittenAgain.Check(message);
        Span<StunAttributeType> unknown = stackalloc StunAttributeType[4];
        int parsed = message.FindUnknownRequired(unknown) == 0 ? 1 : 0;
        if (message.TryGetUsername(out ReadOnlySpan<byte> username))
        {
            // The quick look by which a shared port finds the agent sees what the agent will see.
            int colon = username.IndexOf((byte)':');
            if (message.Type == StunMessageType.BindingRequest && colon > 0 && !(isNamed && recipient.SequenceEqual(username[..colon])))
                throw new FuzzFailureException("A request is for somebody else than its USERNAME says.");
            parsed++;
        }

        parsed += message.TryGetPriority(out _) ? 1 : 0;
        parsed += message.TryGetIceControlled(out _) ? 1 : 0;
        parsed += message.TryGetIceControlling(out _) ? 1 : 0;
        parsed += message.TryGetXorMappedAddress(out _) ? 1 : 0;
        parsed += message.TryGetErrorCode(out _) ? 1 : 0;
        return parsed + (message.VerifyIntegrity(s_key) ? 1 : 0);
    }

    private static int ParseRecords(byte[] bytes)
    {
        int parsed = 0;
        for (ReadOnlySpan<byte> rest = bytes; RecordHeader.TryParse(rest, out RecordHeader header); parsed++)
        {
            WrittenAgain.Check(header);
            rest = rest[(RecordHeader.Size + header.Length)..];
        }

        return parsed;
    }

    private static int ParseMessages(byte[] bytes)
    {
        int parsed = ClientHello.TryParse(bytes, out _) ? 1 : 0;
        parsed += ServerHello.TryParse(bytes, out _) ? 1 : 0;
        parsed += HelloVerifyRequest.TryParse(bytes, out _) ? 1 : 0;
        parsed += CertificateMessage.TryParse(bytes, out _) ? 1 : 0;
        parsed += ServerKeyExchange.TryParse(bytes, out _) ? 1 : 0;
        parsed += CertificateRequest.TryParse(bytes, out _) ? 1 : 0;
        parsed += ClientKeyExchange.TryParse(bytes, out _) ? 1 : 0;
        return parsed + (CertificateVerify.TryParse(bytes, out _) ? 1 : 0);
    }

    private static int ParseFragments(byte[] bytes)
    {
        int parsed = 0;
        HandshakeReassembler reassembler = new();
        SpanReader reader = new(bytes);
        while (!reader.IsAtEnd && HandshakeFragment.TryRead(ref reader, out HandshakeFragment fragment))
        {
            WrittenAgain.Check(fragment);
            reassembler.Add(fragment, 0);
            while (reassembler.TryTakeNext(out _))
                parsed++;
        }

        return parsed;
    }

    private static int ParseCertificate(byte[] bytes)
    {
        if (!PeerPublicKey.TryParse(bytes, out PeerPublicKey? key, out _))
            return 0;
        using (key)
            return key.Verify(SignatureScheme.EcdsaSecp256r1Sha256, s_key, bytes.AsSpan(0, Math.Min(bytes.Length, 71))) ? 2 : 1;
    }

    private static int ParseRtp(byte[] bytes)
    {
        RtpReceiveStatistics statistics = new();
        if (!RtpPacket.TryParse(bytes, out RtpPacket packet))
            return 0;
        WrittenAgain.Check(packet);
        statistics.HandlePacket(packet, Instant.Zero);
        return statistics.TryTakeReportBlock(Instant.Zero, out _) ? 2 : 1;
    }

    private static int ParseRtcp(byte[] bytes)
    {
        int parsed = 0;
        RtcpReader reader = new(bytes);
        while (reader.TryReadNext(out RtcpPacket packet))
        {
            if (RtcpReport.TryParse(packet, out RtcpReport report))
            {
                for (; report.TryReadNext(out RtcpReportBlock block); parsed++)
                    WrittenAgain.Check(report, block);
            }

            if (RtcpSourceDescription.TryFindCname(packet, 1, out ReadOnlySpan<byte> cname))
            {
                WrittenAgain.CheckCname(1, cname);
                parsed++;
            }

            parsed += RtcpBye.IsFrom(packet, 1) ? 1 : 0;
        }

        RtpSender sender = new(new SeededRandomSource(1), 5, 111);
        RtcpSession session = new(new SeededRandomSource(1), DateTimeOffset.UnixEpoch, "a", sender, new RtpReceiveStatistics());
        session.HandleRtcp(bytes, new Instant(1));
        return parsed;
    }

    private int Unprotect(byte[] bytes)
    {
        int parsed = _gcm.TryUnprotectRtp([.. bytes], out _) ? 1 : 0;
        parsed += _cm.TryUnprotectRtp([.. bytes], out _) ? 1 : 0;
        parsed += _gcm.TryUnprotectRtcp([.. bytes], out _) ? 1 : 0;
        parsed += _cm.TryUnprotectRtcp([.. bytes], out _) ? 1 : 0;
        byte[] room = [.. bytes, .. new byte[32]];
        parsed += _gcm.TryProtectRtp([.. room], bytes.Length, out _) ? 1 : 0;
        return parsed + (_cm.TryProtectRtcp([.. room], bytes.Length, out _) ? 1 : 0);
    }

    private static int ParsePacket(byte[] bytes)
    {
        SctpAssociation association = new(new SctpOptions { Random = new SeededRandomSource(1) });
        association.Start(Instant.Zero);
        byte[] packet = [.. bytes];
        if (packet.Length >= SctpPacket.HeaderLength)
            SctpPacket.Seal(packet);
        association.HandlePacket(packet, Instant.Zero);
        byte[] buffer = new byte[1200];
        int sent = 0;
        while (association.TryTakePacket(buffer, out _))
        {
            if (++sent > 20)
                throw new FuzzFailureException("Packets without end.");
        }

        return sent;
    }

    private static int ParseChunk(byte[] bytes)
    {
        int parsed = 0;
        ChunkReader chunks = new(bytes);
        while (chunks.TryRead(out Chunk chunk))
            parsed += ParseOne(chunk);
        return parsed;
    }

    private static int ParseDcep(byte[] bytes)
    {
        if (!DcepMessage.TryParse(bytes, out DcepMessage message))
            return 0;
        WrittenAgain.Check(message);
        return 1;
    }

    private static int ParseOne(in Chunk chunk)
    {
        int parsed = DataChunk.TryParse(chunk, out DataChunk data) ? 1 : 0;
        if (parsed > 0)
            WrittenAgain.Check(data);
        if (SackChunk.TryParse(chunk, out SackChunk sack))
        {
            for (int i = 0; i < sack.GapCount; i++)
                parsed += sack.Gap(i).Start == 0 ? 1 : 0;
        }

        Span<byte> room = stackalloc byte[64];
        SpanWriter unrecognized = new(room);
        if (InitChunk.TryParse(chunk, out InitChunk init) && InitParameters.TryRead(init.Parameters, ref unrecognized, out _))
            parsed++;
        parsed += ForwardTsnChunk.TryParse(chunk, out _) ? 1 : 0;
        parsed += ShutdownChunk.TryParse(chunk, out _) ? 1 : 0;
        parsed += HeartbeatChunk.TryParseAck(chunk, out _, out _) ? 1 : 0;
        parsed += ErrorCause.FirstOf(chunk) == 0 ? 0 : 1;
        parsed += StateCookie.TryParse(s_key, chunk.Value, out _) ? 1 : 0;
        ParameterReader parameters = new(chunk.Value);
        while (parameters.TryRead(out _))
            parsed++;
        return parsed;
    }

    private int ParseLine(byte[] bytes)
    {
        string line = Encoding.UTF8.GetString(bytes);
        string value = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..];
        int parsed = SdpCandidate.TryParse(line.StartsWith("a=", StringComparison.Ordinal) ? line[2..] : line, out SdpCandidate candidate) ? 1 : 0;
        if (parsed > 0)
            WrittenAgain.Check(candidate);
        if (SdpFingerprint.TryParse(value, out CertificateFingerprint? fingerprint)
            && !(SdpFingerprint.TryParse(fingerprint.ToString(), out CertificateFingerprint? again) && again.Equals(fingerprint)))
            throw new FuzzFailureException($"A fingerprint is not read as it is written: {fingerprint}");
        parsed += SdpDirection.TryParse(value, out _) ? 1 : 0;
        parsed += SdpSetupNames.TryParse(value, out _) ? 1 : 0;
        SdpRedaction.LineForMessage(line);
        return parsed + (SessionDescription.TryParse(_offer.Replace("a=mid:0", line, StringComparison.Ordinal), out _, out _) ? 1 : 0);
    }
}
