using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

/// <summary>
/// One round: a connection whose flights are changed on their way to the victim: checks, records, handshake messages and their fragments,
/// certificates, then INIT and COOKIE ECHO. In the end the victim is connected, or has ended and says why.
/// </summary>
internal sealed class HandshakeFuzz : IDisposable
{
    private readonly Mutator _mutator;
    private readonly SctpMutator _sctp;
    private readonly FuzzReport _report;
    private readonly Duel _duel;
    private readonly int _mutantsInHundred;
    private readonly bool _replacesCertificate;
    private byte[]? _held;

    public HandshakeFuzz(int seed, FuzzReport report)
    {
        _report = report;
        _mutator = new Mutator(new Random(seed));
        _sctp = new SctpMutator(_mutator);
        _mutantsInHundred = _mutator.Pick([20, 40, 70]);
        bool victimIsLite = _mutator.Chance(30);
        bool victimIsDtlsServer = _mutator.Chance(50);
        _replacesCertificate = _mutator.Chance(20);
        _duel = new Duel(
            seed,
            $"handshake, victim lite {victimIsLite}, victim DTLS server {victimIsDtlsServer}",
            report,
            new AttackerOptions
            {
                Offers = _mutator.Chance(50),
                IceLite = !victimIsLite && _mutator.Chance(30),
                IsDtlsServer = !victimIsDtlsServer,
                ReplaceCertificate = _replacesCertificate ? der => _mutator.Mutate(der, der) : null,
            },
            o => o with { IceLite = victimIsLite, AnswerAsDtlsServer = victimIsDtlsServer, MaxDatagramSize = _mutator.Pick([600, 1200]) });
    }

    private Attacker Attacker => _duel.Attacker;

    public void Run()
    {
        _duel.Intercept = Intercept;
        Attacker.InterceptSctp = InterceptSctp;
        _duel.Negotiate();

        // 15 s each for ICE, DTLS and the channel; whatever was held back or lost, that is all the time there is.
        if (!_duel.AdvanceUntil(() => _duel.IsOpen || _duel.End is not null, TimeSpan.FromSeconds(60)))
            throw _duel.Failure("The victim neither connects nor ends.");
        _duel.Intercept = null;
        Attacker.InterceptSctp = null;
        _duel.Act((victim, now) => victim.SendMessage([1, 2, 3], MessageKind.Binary, now));
        _duel.Advance(TimeSpan.FromSeconds(1));
        if (_duel.End is { } end)
            _report.CountEnd(end.Reason.ToString());
        else
            _report.Survived++;
        _ = _duel.Victim.GetCounters();
    }

    public FuzzFailureException Failure(string message, Exception? inner) => _duel.Failure(message, inner);

    public void Dispose() => _duel.Dispose();

    private List<byte[]> Intercept(byte[] datagram)
    {
        if (_replacesCertificate)
            datagram = WithItsCertificate(datagram);
        if (_held is { } held && _mutator.Chance(40))
        {
            _held = null;
            return [datagram, held];
        }

        if (Attacker.Dtls is { } dtls && dtls.Records.HasKeys && !_duel.IsOpen && _mutator.Chance(_mutantsInHundred))
            return [Mutant("handshake: records under the keys", SealedRecord()), datagram];
        if (!_mutator.Chance(_mutantsInHundred))
            return [datagram];
        if (_mutator.Chance(8))
        {
            _held = datagram; // reordered
            return [];
        }

        List<byte[]> sent = [.. Enumerable.Range(0, _mutator.Random.Next(1, 7)).Select(_ => MutantOf(datagram))];
        if (!_mutator.Chance(8))
            sent.Insert(_mutator.Random.Next(sent.Count + 1), datagram);
        return sent;
    }

    private byte[] MutantOf(byte[] datagram) => datagram[0] switch
    {
        < 4 when _mutator.Chance(60) => Mutant("handshake: STUN, protected again", Attacker.SealStun(_mutator.Mutate(ConnectedFuzz.Bare(datagram), [], from: _mutator.Chance(80) ? 20 : 0))),
        >= 20 and < 64 when _mutator.Chance(70) => Mutant("handshake: messages and fragments", MutateMessages(datagram)),
        _ => Mutant("handshake: datagrams", _mutator.Mutate(datagram, datagram)),
    };

    private IEnumerable<byte[]> InterceptSctp(byte[] packet)
    {
        if (!_mutator.Chance(_mutantsInHundred))
            return [packet];
        byte[] mutant = Mutant("handshake: SCTP", _sctp.Mutate(packet, _mutator.Pick(Attacker.SentSctp), Attacker.VictimTag));
        return _mutator.Random.Next(4) switch { 0 => [mutant], 1 => [packet, mutant], _ => [mutant, packet] };
    }

    private byte[] Mutant(string kind, byte[] bytes)
    {
        _report.Count(kind);
        _duel.Note(kind, bytes);
        return bytes;
    }

    /// <summary>Finished, alerts and application data before their time, under the right keys.</summary>
    private byte[] SealedRecord() => _mutator.Random.Next(4) switch
    {
        0 => Attacker.SealRecord(ContentType.Handshake, ConnectedFuzz.Fragment(HandshakeType.Finished, (ushort)_mutator.Random.Next(8), _mutator.Noise(_mutator.Chance(80) ? 12 : _mutator.Random.Next(40)))),
        1 => Attacker.SealRecord(ContentType.ApplicationData, _mutator.Noise(_mutator.Random.Next(_mutator.Chance(80) ? 200 : 3000))),
        2 => Attacker.SealRecord(ContentType.Alert, [(byte)(_mutator.Chance(10) ? 2 : 1), (byte)_mutator.Random.Next(1, 120)]),
        _ => Attacker.SealRecord(ContentType.Handshake, _mutator.Noise(_mutator.Random.Next(60))),
    };

    /// <summary>Takes the flight apart and puts it together wrongly, with lengths that are mostly right.</summary>
    private byte[] MutateMessages(byte[] datagram)
    {
        List<byte> result = [];
        ReadOnlySpan<byte> rest = datagram;
        while (RecordHeader.TryParse(rest, out RecordHeader header))
        {
            ReadOnlySpan<byte> content = rest.Slice(RecordHeader.Size, header.Length);
            rest = rest[(RecordHeader.Size + header.Length)..];
            if (header.Type != ContentType.Handshake || header.Epoch != 0)
            {
                result.AddRange(_mutator.Chance(80) ? Record(header, content) : Record(header, _mutator.Mutate(content, content)));
                continue;
            }

            SpanReader reader = new(content);
            while (!reader.IsAtEnd && HandshakeFragment.TryRead(ref reader, out HandshakeFragment fragment))
            {
                foreach (byte[] piece in MutateFragment(fragment))
                    result.AddRange(Record(header with { Sequence = header.Sequence + (ulong)_mutator.Random.Next(100) }, piece));
            }
        }

        return result.Count > Mutator.MaxLength ? [.. result.Take(Mutator.MaxLength)] : [.. result];
    }

    private List<byte[]> MutateFragment(in HandshakeFragment fragment)
    {
        byte[] body = fragment.Body.ToArray();
        bool isWhole = body.Length == fragment.Length;
        switch (_mutator.Random.Next(9))
        {
            case 0 or 1 or 2: // the body: extensions, key shares, signatures, certificates; the lengths around it tell the truth
                byte[] mutant = _mutator.Mutate(body, body);
                return isWhole ? [ConnectedFuzz.Fragment(fragment.Type, fragment.Sequence, mutant)] : [Piece(fragment, mutant, fragment.Length, fragment.Offset)];
            case 3: // another type
                return [ConnectedFuzz.Fragment((HandshakeType)_mutator.Random.Next(25), fragment.Sequence, body)];
            case 4: // another message_seq
                return [ConnectedFuzz.Fragment(fragment.Type, (ushort)(_mutator.Chance(80) ? fragment.Sequence + _mutator.Random.Next(-2, 12) : (int)_mutator.Boundary()), body)];
            case 5: // a total length that lies
                return [Piece(fragment, body, _mutator.Chance(50) ? fragment.Length + _mutator.Random.Next(-3, 20) : (int)(_mutator.Boundary() & 0xFF_FFFF), fragment.Offset)];
            case 6: // an offset that lies
                return [Piece(fragment, body, fragment.Length, (_mutator.Chance(50) ? fragment.Offset + _mutator.Random.Next(-20, 20) : (int)(_mutator.Boundary() & 0xFF_FFFF)) & 0xFF_FFFF)];
            case 7: // small pieces that overlap, in any order
                List<byte[]> pieces = [];
                for (int at = 0; at < body.Length && pieces.Count < 60;)
                {
                    int length = Math.Min(body.Length - at, _mutator.Random.Next(1, 60));
                    pieces.Add(Piece(fragment, body.AsSpan(at, length), fragment.Length, fragment.Offset + at));
                    at += Math.Max(1, length - _mutator.Random.Next(8));
                }

                for (int i = pieces.Count - 1; i > 0; i--)
                {
                    int j = _mutator.Random.Next(i + 1);
                    (pieces[i], pieces[j]) = (pieces[j], pieces[i]);
                }

                return pieces;
            default: // as it was, and something that contradicts it
                return [Piece(fragment, body, fragment.Length, fragment.Offset), Piece(fragment, _mutator.Noise(body.Length), fragment.Length, fragment.Offset)];
        }
    }

    private static byte[] Piece(in HandshakeFragment of, ReadOnlySpan<byte> body, int total, int offset)
    {
        byte[] fragment = new byte[HandshakeFragment.HeaderSize + body.Length];
        HandshakeFragment.WriteHeader(fragment, of.Type, total, of.Sequence, offset, body.Length);
        body.CopyTo(fragment.AsSpan(HandshakeFragment.HeaderSize));
        return fragment;
    }

    private static byte[] Record(in RecordHeader header, ReadOnlySpan<byte> content)
    {
        byte[] record = new byte[RecordHeader.Size + content.Length];
        (header with { Length = content.Length }).Write(record);
        content.CopyTo(record.AsSpan(RecordHeader.Size));
        return record;
    }

    /// <summary>Puts the certificate that the SDP vouches for in place of the one that the attacker's machine has.</summary>
    private byte[] WithItsCertificate(byte[] datagram)
    {
        if (datagram[0] != (byte)ContentType.Handshake)
            return datagram;
        List<byte> result = [];
        ReadOnlySpan<byte> rest = datagram;
        while (RecordHeader.TryParse(rest, out RecordHeader header))
        {
            ReadOnlySpan<byte> content = rest.Slice(RecordHeader.Size, header.Length);
            rest = rest[(RecordHeader.Size + header.Length)..];
            SpanReader reader = new(content);
            if (header.Epoch == 0 && header.Type == ContentType.Handshake && HandshakeFragment.TryRead(ref reader, out HandshakeFragment fragment)
                && fragment.Type == HandshakeType.Certificate && fragment.Body.Length == fragment.Length && reader.IsAtEnd)
            {
                byte[] certificate = Attacker.Certificate;
                byte[] body = new byte[6 + certificate.Length];
                SpanWriter writer = new(body);
                writer.WriteUInt24(3 + certificate.Length);
                writer.WriteUInt24(certificate.Length);
                writer.WriteBytes(certificate);
                result.AddRange(Record(header, Mutant("handshake: certificates vouched for", ConnectedFuzz.Fragment(HandshakeType.Certificate, fragment.Sequence, body))));
            }
            else
            {
                result.AddRange(Record(header, content));
            }
        }

        return [.. result];
    }
}
