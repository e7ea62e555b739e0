using System.Buffers.Binary;
using System.Net;
using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.DataChannels;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

/// <summary>What a round's attacker is after.</summary>
internal enum Focus
{
    /// <summary>No keys: noise, changed and repeated datagrams, plaintext records. It must not even be able to end the connection.</summary>
    Outside,

    /// <summary>Checks and answers under the right passwords, from one address and from many.</summary>
    Stun,

    /// <summary>Records under the right keys: handshake messages, alerts, whatever.</summary>
    Dtls,

    /// <summary>SCTP with the right tag and checksum.</summary>
    Sctp,

    /// <summary>Whole messages in good order with the wrong content: DCEP, PPIDs, streams.</summary>
    Messages,

    /// <summary>RTP and RTCP under the right keys. It must not be able to end the connection.</summary>
    Media,

    /// <summary>All of it at once.</summary>
    Everything,
}

/// <summary>
/// One round: connect, let the conversation run a little, attack, then see whether the victim still talks, or has ended and says why.
/// </summary>
internal sealed partial class ConnectedFuzz : IDisposable
{
    // SCTP has the most to get wrong, and its attacks end soonest.
    private static readonly Focus[] s_focuses =
    [
        Focus.Outside, Focus.Outside, Focus.Stun, Focus.Stun, Focus.Dtls, Focus.Sctp, Focus.Sctp, Focus.Sctp, Focus.Sctp, Focus.Messages, Focus.Media,
        Focus.Everything, Focus.Everything,
    ];

    private readonly Mutator _mutator;
    private ushort _nextNumber;
    private readonly SctpMutator _sctp;
    private readonly Focus _focus;
    private readonly Duel _duel;
    private readonly FuzzReport _report;
    private Serial32 _initialTsn;

    public ConnectedFuzz(int seed, FuzzReport report)
    {
        _report = report;
        _mutator = new Mutator(new Random(seed));
        _sctp = new SctpMutator(_mutator);
        _focus = _mutator.Pick(s_focuses);
        bool attackerOffers = _mutator.Chance(50);
        bool victimIsLite = _mutator.Chance(30);
        bool victimIsDtlsServer = _mutator.Chance(50);
        _duel = new Duel(
            seed,
            $"connected, {_focus}, victim lite {victimIsLite}, victim DTLS server {victimIsDtlsServer}",
            report,
            new AttackerOptions
            {
                Offers = attackerOffers,
                IceLite = !victimIsLite && _mutator.Chance(30),
                IsDtlsServer = !victimIsDtlsServer,
                CounterModeOnly = _mutator.Chance(30),
            },
            o => o with { IceLite = victimIsLite, AnswerAsDtlsServer = victimIsDtlsServer });
    }

    private Attacker Attacker => _duel.Attacker;

    public void Run(int inputs)
    {
        _duel.Connect();
        Converse();
        long end = _report.Inputs + inputs;
        if (_focus is Focus.Stun or Focus.Everything)
            _duel.Intercept = InterceptStun;
        if (_focus is Focus.Sctp or Focus.Everything)
            Attacker.InterceptSctp = InterceptSctp;
        while (_report.Inputs < end && _duel.End is null)
            Step();
        _duel.Intercept = null;
        Attacker.InterceptSctp = null;
        Finish();
    }

    public FuzzFailureException Failure(string message, Exception? inner) => _duel.Failure(message, inner);

    public void Dispose() => _duel.Dispose();

    /// <summary>Fills the attacker's memory with honest packets of every kind.</summary>
    private void Converse()
    {
        Attacker.Send(Encoding.UTF8.GetBytes("""{"type":"session.created"}"""), _duel.Now);
        _duel.Act((victim, now) => victim.SendMessage(new byte[_mutator.Random.Next(1, 6000)], MessageKind.Binary, now));
        for (int i = 0; i < 3; i++)
        {
            SendHonestAudio();
            _duel.Act((victim, now) => victim.SendAudio([0xF8, 0xFF, 0xFE], _nextNumber++, (uint)(i * 960), i == 0, now));
        }

        byte[] rtcp = Attacker.NextRtcp(_mutator);
        _duel.Inject("honest", Attacker.SealRtcp(rtcp));
        _duel.Advance(TimeSpan.FromMilliseconds(_mutator.Random.Next(1, 7000)));
        if (Attacker.SentSctp.Count > 0 && _duel.Attacker.VictimCumulativeTsn is { } acked)
            _initialTsn = acked;
    }

    private void Step()
    {
        if (_mutator.Chance(8))
        {
            Live();
            return;
        }

        Focus focus = _focus == Focus.Everything ? (Focus)_mutator.Random.Next(6) : _focus;
        switch (focus)
        {
            case Focus.Outside:
                AttackFromOutside();
                break;
            case Focus.Stun:
                AttackStun();
                break;
            case Focus.Dtls:
                AttackDtls();
                break;
            case Focus.Sctp:
                AttackSctp();
                break;
            case Focus.Messages:
                AttackMessages();
                break;
            default:
                AttackMedia();
                break;
        }
    }

    /// <summary>The victim and time go on meanwhile.</summary>
    private void Live()
    {
        switch (_mutator.Random.Next(8))
        {
            case 0:
                _duel.Act((victim, now) => victim.SendMessage(_mutator.Noise(_mutator.Random.Next(1, _mutator.Chance(20) ? 60_000 : 500)), _mutator.Chance(50) ? MessageKind.Text : MessageKind.Binary, now));
                break;
            case 1:
                _duel.Act((victim, now) => victim.SendAudio(_mutator.Noise(_mutator.Random.Next(1, 1100)), _nextNumber++, _mutator.Boundary(), _mutator.Chance(50), now));
                break;
            case 2:
                _duel.ReadsMessages = !_duel.ReadsMessages;
                break;
            case 3:
                Attacker.Send(_mutator.Noise(_mutator.Random.Next(1, 3000)), _duel.Now);
                _duel.Settle();
                break;
            case 4:
                _duel.Advance(TimeSpan.FromSeconds(_mutator.Chance(10) ? _mutator.Random.Next(60) : 1));
                break;
            case 5:
                _ = _duel.Victim.GetCounters();
                break;
            default:
                _duel.Advance(TimeSpan.FromMilliseconds(_mutator.Random.Next(300)));
                break;
        }
    }

    // ── Whether it is still there ──────────────────────────────────────────────────────────────────────────────────────

    private void Finish()
    {
        _duel.ReadsMessages = true;
        _duel.Act((_, _) => { });
        bool mustLive = _focus is Focus.Outside or Focus.Media;
        if (mustLive && _duel.End is not null)
            throw _duel.Failure("The connection was ended by who should not be able to.");
        if (_duel.End is null)
            ProveAudio();
        if (_duel.End is null && !TalksByTheRules())
        {
            if (mustLive)
                throw _duel.Failure("Messages of the honest peer do not pass any more.");
            ProveMessagesByHand();
        }

        if (_duel.End is { } end)
        {
            _report.CountEnd(end.Reason.ToString());
            for (int i = 0; i < 5; i++)
                _duel.Inject("after the end", Attacker.SealSctp(_mutator.Pick(Attacker.SentSctp)));
            _duel.Advance(TimeSpan.FromMinutes(1));
        }
        else
        {
            _report.Survived++;
        }

        _ = _duel.Victim.GetCounters();
    }

    /// <summary>Audio does not depend on anything but the keys and the path.</summary>
    private void ProveAudio()
    {
        byte[] opus = [0xF8, .. _mutator.Noise(8)];
        _duel.Inject("honest", Attacker.SealRtp(Attacker.NextRtp(opus)));
        if (_duel.End is null && !_duel.LastAudio.AsSpan().SequenceEqual(opus))
            throw _duel.Failure("Audio of the honest peer does not pass any more.");
    }

    /// <summary>Both ways, with the association that has been there all the time.</summary>
    private bool TalksByTheRules()
    {
        string text = $"alive {_mutator.Random.Next()}";
        TimeSpan limit = TimeSpan.FromSeconds(_focus is Focus.Outside or Focus.Media or Focus.Stun ? 30 : 5);
        if (!Attacker.Send(Encoding.UTF8.GetBytes(text), _duel.Now))
            return false;
        _duel.Settle();
        if (!_duel.AdvanceUntil(() => _duel.End is not null || _duel.LastText == text, limit) || _duel.End is not null)
            return _duel.End is not null;
        _duel.Act((victim, now) => victim.SendMessage(Encoding.UTF8.GetBytes(text), MessageKind.Text, now));
        return _duel.AdvanceUntil(() => _duel.End is not null || Attacker.LastText == text, limit);
    }

    /// <summary>
    /// The attacker's association no longer matches what it has made the victim believe. So it asks what the victim has got, and sends the one DATA
    /// that follows: that must arrive, or the association must end.
    /// </summary>
    private void ProveMessagesByHand()
    {
        Attacker.KeepsAssociation = false;
        for (int attempt = 0; attempt < 10 && _duel.End is null; attempt++)
        {
            // DATA that the victim has got already, or cannot take, is answered by SACK at once (RFC 9260 §6.2).
            InjectSctp("honest", Attacker.SctpPacketOf(Attacker.DataOf((Attacker.VictimCumulativeTsn ?? _initialTsn) + 0, 3, Attacker.StreamId, 0, 51, "x"u8)));
            if (_duel.End is not null || Attacker.VictimCumulativeTsn is not { } cumulative)
                continue;
            string text = $"by hand {_mutator.Random.Next()}";
            InjectSctp("honest", Attacker.SctpPacketOf(Attacker.DataOf(cumulative + 1, 3, Attacker.StreamId, 0, 51, Encoding.UTF8.GetBytes(text))));
            if (_duel.LastText == text)
                return;
            _duel.Advance(TimeSpan.FromSeconds(1));
        }

        // An association that is closing takes no more DATA; it gives up when nobody acknowledges.
        if (!_duel.AdvanceUntil(() => _duel.End is not null, TimeSpan.FromMinutes(6)))
            throw _duel.Failure("The victim neither takes messages nor ends.");
    }

    // ── Pieces ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    private IEnumerable<byte[]> InterceptStun(byte[] datagram)
    {
        if (datagram[0] >= 4 || !_mutator.Chance(30))
            return [datagram];
        _report.Count("STUN, changed on its way");
        byte[] bare = Bare(datagram);
        byte[] mutant = Attacker.SealStun(_mutator.Mutate(bare, bare, from: _mutator.Chance(90) ? StunMessage.HeaderLength : 0));
        _duel.Note("STUN, changed on its way", mutant);
        return _mutator.Chance(70) ? [mutant, datagram] : [mutant];
    }

    private IEnumerable<byte[]> InterceptSctp(byte[] packet)
    {
        if (!_mutator.Chance(20))
            return [packet];
        _report.Count("SCTP, changed on its way");
        byte[] mutant = _sctp.Mutate(packet, _mutator.Pick(Attacker.SentSctp), Attacker.VictimTag);
        _duel.Note("SCTP, changed on its way", mutant);
        return _mutator.Random.Next(4) switch { 0 => [mutant], 1 => [packet, mutant], 2 => [packet, packet], _ => [mutant, packet] };
    }

    private void InjectSctp(string kind, byte[] packet)
    {
        _duel.Note("plaintext", packet);
        byte[] record = Attacker.SealSctp(packet);
        if (kind == "honest" || record.Length > 0)
            _duel.Inject(kind, record);
        else
            _report.Count(kind);
    }

    private void InjectMedia(string kind, byte[] packet)
    {
        Attacker.Remember(Attacker.SentMedia, packet);
        _duel.Inject(kind, packet);
    }

    private void SendHonestAudio() => InjectMedia("honest", Attacker.SealRtp(Attacker.NextRtp(_mutator.Noise(60))));

    private byte[] Replayed() => _mutator.Random.Next(3) switch
    {
        0 when Attacker.SentDtls.Count > 0 => _mutator.Pick(Attacker.SentDtls),
        1 when Attacker.SentMedia.Count > 0 => _mutator.Pick(Attacker.SentMedia),
        _ => _mutator.Pick(Attacker.SentStun),
    };

    /// <summary>Another address of the attacker's, or one that is not even the victim's.</summary>
    private TransportPath Anywhere()
    {
        byte[] address = [198, 51, 100, (byte)_mutator.Random.Next(1, 255)];
        TransportAddress remote = TransportAddress.From(new IPAddress(address), _mutator.Random.Next(1, 65536));
        return _duel.Path with
        {
            Remote = _mutator.Chance(10) ? _duel.AttackerAddress : remote,
            Local = _mutator.Chance(5) ? TransportAddress.From(IPAddress.Parse("192.0.2.77"), 9) : _duel.VictimAddress,
        };
    }

    /// <summary>A packet whose sequence number the honest stream does not need.</summary>
    private static byte[] NotNext(byte[] rtp)
    {
        rtp[8] ^= 0x55;
        return rtp;
    }

    private uint LastSackedByUs()
    {
        foreach (byte[] packet in Enumerable.Reverse(Attacker.SentSctp))
        {
            ChunkReader reader = new(packet.AsSpan(12));
            while (reader.TryRead(out Chunk chunk))
            {
                if (chunk.Type == ChunkType.Sack && SackChunk.TryParse(chunk, out SackChunk sack))
                    return sack.CumulativeTsn.Value;
            }
        }

        return 0;
    }

    /// <summary>RE-CONFIG requests count from the initial TSN (RFC 6525 §4.1); requests so far have moved it on.</summary>
    private uint ReConfigNumber() => _mutator.Chance(90) ? unchecked(Attacker.InitialTsn + (uint)_mutator.Random.Next(-1, 12)) : _mutator.Boundary();

    private byte[] UnauthenticatedRequest()
    {
        byte[] buffer = new byte[300];
        StunMessageWriter writer = new(buffer, StunMessageType.BindingRequest, new((ulong)_mutator.Random.NextInt64(), (uint)_mutator.Random.Next()));
        if (_mutator.Chance(70))
            writer.WriteUsername(_mutator.Noise(_mutator.Random.Next(80)));
        if (_mutator.Chance(50))
            writer.WriteUseCandidate();
        return writer.TryFinish(_mutator.Chance(50) ? default : _mutator.Noise(20), out int length) ? buffer[..length] : [];
    }

    /// <summary>STUN without its MESSAGE-INTEGRITY and FINGERPRINT.</summary>
    internal static byte[] Bare(byte[] message)
    {
        const int Tail = StunMessageIntegrity.AttributeLength + StunFingerprint.AttributeLength;
        return message.Length >= StunMessage.HeaderLength + Tail ? message[..^Tail] : message;
    }

    internal static byte[] Plain(ContentType type, byte[] content, ulong sequence = 1000)
    {
        byte[] record = new byte[RecordHeader.Size + content.Length];
        new RecordHeader(type, ProtocolVersion.Dtls12, 0, sequence, content.Length).Write(record);
        content.CopyTo(record, RecordHeader.Size);
        return record;
    }

    internal static byte[] Fragment(HandshakeType type, ushort sequence, byte[] body)
    {
        byte[] fragment = new byte[HandshakeFragment.HeaderSize + body.Length];
        HandshakeFragment.WriteHeader(fragment, type, body.Length, sequence, 0, body.Length);
        body.CopyTo(fragment, HandshakeFragment.HeaderSize);
        return fragment;
    }
}
