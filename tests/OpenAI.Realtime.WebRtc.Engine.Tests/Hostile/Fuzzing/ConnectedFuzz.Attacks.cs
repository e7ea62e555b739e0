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

/// <content>The attacks, a protocol at a time.</content>
internal sealed partial class ConnectedFuzz
{
    private void AttackFromOutside()
    {
        switch (_mutator.Random.Next(9))
        {
            case 0:
                _duel.Inject("outside: noise", _mutator.Noise(_mutator.Random.Next(0, 200)), Anywhere());
                break;
            case 1:
                byte[] noise = _mutator.Noise(_mutator.Random.Next(1, 200));
                noise[0] = (byte)(_mutator.Random.Next(3) switch { 0 => 0, 1 => _mutator.Random.Next(20, 64), _ => _mutator.Random.Next(128, 192) });
                _duel.Inject("outside: noise", noise, Anywhere());
                break;
            case 2 when Attacker.SentStun.Count > 0:
                _duel.Inject("outside: STUN", _mutator.Mutate(_mutator.Pick(Attacker.SentStun), _mutator.Pick(Attacker.SentStun)));
                break;
            case 3 when Attacker.SentDtls.Count > 0:
                _duel.Inject("outside: DTLS flights", _mutator.Mutate(_mutator.Pick(Attacker.SentDtls), _mutator.Pick(Attacker.SentDtls)));
                break;
            case 4:
                byte[] record = Attacker.SealSctp(_mutator.Noise(50)); // should its seal stay whole, it still says nothing
                _duel.Inject("outside: DTLS records", _mutator.Mutate(record, record, from: _mutator.Chance(50) ? RecordHeader.Size : 0));
                break;
            case 5:
                byte[] media = _mutator.Chance(50) ? Attacker.SealRtp(NotNext(Attacker.NextRtp([1, 2, 3]))) : Attacker.SealRtcp(Attacker.NextRtcp(_mutator));
                _duel.Inject("outside: SRTP", _mutator.Mutate(media, media, from: _mutator.Chance(50) ? 12 : 0));
                break;
            case 6:
                _duel.Inject("outside: replay", Replayed());
                break;
            case 7:
                byte[][] plain = [[2, 40], [1, 0], [2, 0], [20], [1], _mutator.Noise(30), Fragment(HandshakeType.ClientHello, 0, _mutator.Noise(60)), Fragment(HandshakeType.HelloRequest, 0, [])];
                _duel.Inject("outside: plaintext records", Plain((ContentType)_mutator.Random.Next(19, 26), _mutator.Chance(50) ? _mutator.Pick(plain) : _mutator.Mutate(_mutator.Pick(plain), [])));
                break;
            default:
                _duel.Inject("outside: STUN without password", UnauthenticatedRequest(), Anywhere());
                break;
        }
    }

    private void AttackStun()
    {
        switch (_mutator.Random.Next(4))
        {
            case 0: // attributes changed, then protected again
                byte[] original = Bare(_mutator.Pick(Attacker.SentStun));
                byte[] mutant = _mutator.Mutate(original, Bare(_mutator.Pick(Attacker.SentStun)), from: _mutator.Chance(80) ? StunMessage.HeaderLength : 0);
                _duel.Inject("STUN, protected again", Attacker.SealStun(mutant), _mutator.Chance(80) ? _duel.Path : Anywhere());
                break;
            case 1: // roles and tie-breakers
                ulong tieBreaker = _mutator.Pick<ulong>([0, 1, ulong.MaxValue, (ulong)_mutator.Random.NextInt64()]);
                _duel.Inject("STUN, roles", Attacker.StunRequest(_mutator.Chance(50), _mutator.Chance(50), tieBreaker, _mutator.Boundary()));
                break;
            case 2: // candidates without end
                _duel.Inject("STUN, from new addresses", Attacker.StunRequest(_mutator.Chance(10), !_duel.AttackerOptions.IceLite, 5, _mutator.Boundary()), Anywhere());
                break;
            default: // an honest one again
                _duel.Inject("STUN, replayed", _mutator.Pick(Attacker.SentStun), _mutator.Chance(90) ? _duel.Path : Anywhere());
                break;
        }
    }

    private void AttackDtls()
    {
        switch (_mutator.Random.Next(6))
        {
            case 0 or 1:
                HandshakeType[] types = [HandshakeType.HelloRequest, HandshakeType.ClientHello, HandshakeType.ServerHello, HandshakeType.Finished, HandshakeType.NewSessionTicket, HandshakeType.Certificate, (HandshakeType)99];
                byte[] fragment = Fragment(_mutator.Pick(types), (ushort)(_mutator.Chance(80) ? (uint)_mutator.Random.Next(12) : _mutator.Boundary()), _mutator.Noise(_mutator.Random.Next(100)));
                _duel.Inject("DTLS, handshake under the keys", Attacker.SealRecord(ContentType.Handshake, _mutator.Chance(40) ? fragment : _mutator.Mutate(fragment, fragment)));
                break;
            case 2:
                byte[] alert = [(byte)(_mutator.Chance(3) ? _mutator.Boundary() : 1), (byte)(_mutator.Chance(3) ? 0 : _mutator.Random.Next(1, 256))];
                _duel.Inject("DTLS, alerts under the keys", Attacker.SealRecord(ContentType.Alert, _mutator.Chance(80) ? alert : _mutator.Noise(_mutator.Random.Next(10))));
                break;
            case 3:
                _duel.Inject("DTLS, other records under the keys", Attacker.SealRecord((ContentType)_mutator.Random.Next(20, 23), _mutator.Noise(_mutator.Random.Next(200))));
                break;
            case 4:
                _duel.Inject("DTLS, data that is not SCTP", Attacker.SealRecord(ContentType.ApplicationData, _mutator.Noise(_mutator.Random.Next(300))));
                break;
            default: // many records in a datagram
                List<byte> many = [];
                for (int i = _mutator.Random.Next(2, 40); i > 0 && many.Count < 4000; i--)
                    many.AddRange(Attacker.SealRecord(_mutator.Chance(50) ? ContentType.Handshake : ContentType.ApplicationData, _mutator.Noise(_mutator.Random.Next(40))));
                _duel.Inject("DTLS, many records", [.. many]);
                break;
        }
    }

    private void AttackSctp()
    {
        List<byte[]> sent = Attacker.SentSctp;
        List<byte[]> seen = Attacker.SeenSctp;
        switch (_mutator.Random.Next(8))
        {
            case 0: // what it has sent, changed
                InjectSctp("SCTP, changed", _sctp.Mutate(_mutator.Pick(sent), _mutator.Pick(sent), Attacker.VictimTag));
                break;
            case 1: // its own words sent back, changed
                InjectSctp("SCTP, reflected", _sctp.Mutate(_mutator.Pick(seen), _mutator.Pick(sent), Attacker.VictimTag));
                break;
            case 2: // replayed as it was
                InjectSctp("SCTP, replayed", _mutator.Pick(sent));
                break;
            case 3: // several packets in one datagram
                List<byte> many = [];
                for (int i = _mutator.Random.Next(2, 12); i > 0 && many.Count < 6000; i--)
                    many.AddRange(Attacker.SealSctp(_sctp.Mutate(_mutator.Pick(sent), _mutator.Pick(seen), Attacker.VictimTag)));
                _duel.Inject("SCTP, many packets", [.. many]);
                break;
            default:
                List<byte[]> chunks = [];
                for (int i = _mutator.Random.Next(1, 4); i > 0; i--)
                    chunks.Add(MakeChunk());
                byte[] packet = Attacker.SctpPacketOf([.. chunks]);
                InjectSctp("SCTP, made", _mutator.Chance(80) ? packet : _sctp.Mutate(packet, _mutator.Pick(sent), Attacker.VictimTag));
                break;
        }
    }

    /// <summary>A well-formed chunk that says something odd.</summary>
    private byte[] MakeChunk()
    {
        Random random = _mutator.Random;
        Serial32 cumulative = Attacker.VictimCumulativeTsn ?? _initialTsn;
        Serial32 near = cumulative + (_mutator.Chance(70) ? random.Next(-3, 6) : random.Next(-6000, 6000));
        uint U32() => _mutator.Chance(50) ? _mutator.Boundary() : (uint)random.NextInt64(1L << 32);
        ushort U16() => (ushort)(_mutator.Chance(50) ? _mutator.Boundary() : (uint)random.Next(65536));
        switch (random.Next(11))
        {
            case 0 or 1:
                byte flags = (byte)(_mutator.Chance(85) ? 3 : random.Next(16));
                return Attacker.DataOf(near, flags, _mutator.Chance(60) ? Attacker.StreamId : U16(), U16(), _mutator.Chance(60) ? 51u : (uint)random.Next(49, 60), _mutator.Noise(random.Next(_mutator.Chance(95) ? 1 : 0, 900)));
            case 2:
                byte[] sack = new byte[12 + (4 * random.Next(0, 30))];
                BinaryPrimitives.WriteUInt32BigEndian(sack, LastSackedByUs() + (uint)random.Next(-2, 4));
                BinaryPrimitives.WriteUInt32BigEndian(sack.AsSpan(4), U32());
                BinaryPrimitives.WriteUInt16BigEndian(sack.AsSpan(8), (ushort)((sack.Length - 12) / 4));
                for (int i = 12; i < sack.Length; i += 2)
                    BinaryPrimitives.WriteUInt16BigEndian(sack.AsSpan(i), (ushort)(_mutator.Chance(70) ? ((i - 12) / 2) + 2 : U16()));
                return Attacker.ChunkOf(ChunkType.Sack, 0, sack);
            case 3:
                byte[] forward = new byte[4 + (4 * random.Next(0, 5))];
                BinaryPrimitives.WriteUInt32BigEndian(forward, _mutator.Chance(90) ? near.Value : unchecked(cumulative.Value + U32()));
                return Attacker.ChunkOf(ChunkType.ForwardTsn, 0, forward);
            case 4:
                return Attacker.ChunkOf(ChunkType.Heartbeat, 0, _mutator.Noise(random.Next(_mutator.Chance(90) ? 60 : 3000)));
            case 5 or 6:
                // RE-CONFIG: a request or an answer of each kind, with numbers near those that are expected.
                byte[] parameter = new byte[random.Next(2, 40) * 2];
                _mutator.Noise(parameter.Length).CopyTo(parameter, 0);
                BinaryPrimitives.WriteUInt16BigEndian(parameter, (ushort)random.Next(13, 19));
                BinaryPrimitives.WriteUInt16BigEndian(parameter.AsSpan(2), (ushort)parameter.Length);
                if (parameter.Length >= 16)
                {
                    BinaryPrimitives.WriteUInt32BigEndian(parameter.AsSpan(4), ReConfigNumber());
                    BinaryPrimitives.WriteUInt32BigEndian(parameter.AsSpan(8), _mutator.Chance(50) ? (uint)random.Next(8) : near.Value);
                    BinaryPrimitives.WriteUInt32BigEndian(parameter.AsSpan(12), near.Value);
                    if (_mutator.Chance(95)) // seldom our own channel, which ends it
                    {
                        for (int i = 16; i + 2 <= parameter.Length; i += 2)
                            BinaryPrimitives.WriteUInt16BigEndian(parameter.AsSpan(i), (ushort)random.Next(100, 65535));
                    }
                }

                return Attacker.ChunkOf(ChunkType.ReConfig, 0, parameter);
            case 7:
                byte[] init = new byte[16 + (4 * random.Next(6))];
                _mutator.Noise(init.Length).CopyTo(init, 0);
                return Attacker.ChunkOf(_mutator.Chance(50) ? ChunkType.Init : ChunkType.InitAck, 0, init);
            case 8:
                return Attacker.ChunkOf(ChunkType.CookieEcho, 0, _mutator.Noise(random.Next(120)));
            case 9:
                byte[] types = [ChunkType.HeartbeatAck, ChunkType.CookieAck, ChunkType.Error, ChunkType.ShutdownComplete, ChunkType.ShutdownAck, 64, 128, 192, 255];
                byte type = _mutator.Chance(2) ? _mutator.Pick<byte>([ChunkType.Abort, ChunkType.Shutdown]) : _mutator.Pick(types);
                return Attacker.ChunkOf(type, (byte)random.Next(2), _mutator.Noise(random.Next(40)));
            default:
                return Attacker.ChunkOf((byte)random.Next(15, 256), (byte)random.Next(256), _mutator.Noise(random.Next(300)));
        }
    }

    private void AttackMessages()
    {
        byte[] open = new byte[12 + 10];
        "\u0003"u8.CopyTo(open);
        open[9] = 5;
        open[11] = 5;
        byte[] content = _mutator.Random.Next(4) switch
        {
            0 => open,
            1 => _mutator.Mutate(open, open),
            2 => _mutator.Chance(50) ? [2] : [3],
            _ => _mutator.Noise(_mutator.Random.Next(1, _mutator.Chance(5) ? 70_000 : 400)),
        };
        uint ppid = _mutator.Random.Next(5) switch
        {
            0 or 1 => PayloadProtocol.Dcep,
            2 => PayloadProtocol.Text,
            3 => (uint)_mutator.Random.Next(50, 60),
            _ => _mutator.Boundary(),
        };
        ushort stream = _mutator.Chance(40) ? Attacker.StreamId : (ushort)_mutator.Random.Next(65535);
        _report.Count("messages of odd content");
        _duel.Note("message", content);
        if (!Attacker.SendRaw(stream, ppid, content, _duel.Now))
            _duel.Advance(TimeSpan.FromMilliseconds(500));
        _duel.Settle();
    }

    private void AttackMedia()
    {
        byte[] rtp = Attacker.NextRtp(_mutator.Noise(_mutator.Random.Next(100)));
        switch (_mutator.Random.Next(5))
        {
            case 0:
                InjectMedia("SRTP over changed RTP", Attacker.SealRtp(_mutator.Mutate(rtp, rtp)));
                break;
            case 1: // another source, another number
                if (_mutator.Chance(50))
                    BinaryPrimitives.WriteUInt32BigEndian(rtp.AsSpan(8), (uint)_mutator.Random.Next());
                BinaryPrimitives.WriteUInt16BigEndian(rtp.AsSpan(2), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(rtp.AsSpan(2)) + _mutator.Pick([-200, -1, 0, 1, 2, 100, 3001, 20_000])));
                BinaryPrimitives.WriteUInt32BigEndian(rtp.AsSpan(4), _mutator.Boundary());
                InjectMedia("SRTP, sources and numbers", Attacker.SealRtp(rtp));
                break;
            case 2: // header extensions, contributing sources, padding
                rtp[0] = (byte)(0x80 | _mutator.Random.Next(64));
                InjectMedia("SRTP over changed RTP", Attacker.SealRtp([.. rtp, .. _mutator.Noise(_mutator.Random.Next(1300))]));
                break;
            case 3:
                byte[] rtcp = Attacker.NextRtcp(_mutator);
                InjectMedia("SRTCP over changed RTCP", Attacker.SealRtcp(_mutator.Mutate(rtcp, _mutator.Pick<byte[]>([rtcp, rtp]))));
                break;
            default:
                InjectMedia("SRTCP, compounds", Attacker.SealRtcp([.. Attacker.NextRtcp(_mutator), .. Attacker.NextRtcp(_mutator)]));
                break;
        }
    }
}
