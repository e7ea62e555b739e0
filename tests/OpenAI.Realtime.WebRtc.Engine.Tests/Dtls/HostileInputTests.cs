using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Dtls;

/// <summary>Whatever a peer sends, nothing throws but AesGcm on a bad tag, which is caught at once.</summary>
public sealed class HostileInputTests : IDisposable
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<string> _thrown = [];

    public HostileInputTests() => AppDomain.CurrentDomain.FirstChanceException += Note;

    public void Dispose() => AppDomain.CurrentDomain.FirstChanceException -= Note;

    [Theory]
    [InlineData(1, 400)]
    [InlineData(2, 400)]
    public void Handshake_in_which_either_side_hears_mutants_never_throws(int seed, int handshakes)
    {
        var random = new Random(seed);
        int failed = 0, connected = 0;
        for (int i = 0; i < handshakes; i++)
        {
            using var pair = new DtlsPair(seed: (seed * 10_000) + i, mtu: i % 2 == 0 ? 1200 : 400);
            byte[][] WithMutants(byte[] datagram) => Beside(datagram, Mutator.Mutate(datagram, random), random);
            byte[][] WithMutantBodies(byte[] datagram) => Beside(datagram, MutateOneRecord(datagram, random), random);
            pair.Client.Intercept = i % 4 < 2 ? WithMutants : WithMutantBodies;
            pair.Server.Intercept = i % 4 is 1 or 2 ? WithMutants : WithMutantBodies;
            pair.Start();
            pair.RunUntil(() => pair.BothConnected || pair.Client.Failure is not null || pair.Server.Failure is not null, TimeSpan.FromSeconds(30));
            connected += pair.BothConnected ? 1 : 0;
            failed += pair.Client.Failure is not null || pair.Server.Failure is not null ? 1 : 0;
            Assert.All(((DtlsFailure?[])[pair.Client.Failure, pair.Server.Failure]).OfType<DtlsFailure>(), f => Assert.NotEmpty(f.Detail));
        }

        Assert.Empty(_thrown);

        // Both happen: a mutant can be harmless, and it can be a message that ends a handshake.
        Assert.InRange(connected, handshakes / 20, handshakes);
        Assert.InRange(failed, handshakes / 20, handshakes);
    }

    [Theory]
    [InlineData(3, 20_000)]
    public void Connected_peer_survives_mutants_of_everything_it_has_ever_been_sent(int seed, int count)
    {
        var random = new Random(seed);
        using DtlsPair pair = DtlsPair.Connected(seed);
        byte[][] corpus = [.. pair.Client.Sent];
        for (int i = 0; i < count; i++)
        {
            int which = random.Next(2 * corpus.Length);
            byte[] original = which < corpus.Length ? corpus[which] : DtlsBytes.Sealed(pair.Client.Connection, ContentType.ApplicationData, new byte[50]);
            pair.Deliver(pair.Server, Mutator.Mutate(original, random));
        }

        AssertAlive(pair);
        Assert.InRange(pair.Server.Connection.Counters.Unauthentic, count / 10, count);
        Assert.Empty(_thrown);
    }

    [Theory]
    [InlineData(4, 20_000)]
    public void Connected_peer_survives_mutants_sealed_with_its_own_keys(int seed, int count)
    {
        var random = new Random(seed);
        DtlsPair pair = DtlsPair.Connected(seed);
        byte[][] corpus =
        [
            DtlsBytes.Fragment(HandshakeType.Finished, 4, new byte[12]),
            DtlsBytes.Fragment(HandshakeType.ClientHello, 5, DtlsBytes.BrowserClientHello()),
            DtlsBytes.Fragment(HandshakeType.HelloRequest, 6, []),
            [2, 40],
            [1, 0],
            [1],
            new byte[500],
        ];
        int ended = 0;
        for (int i = 0; i < count; i++)
        {
            var type = (ContentType)(byte)random.Next((int)ContentType.ChangeCipherSpec, (int)ContentType.ApplicationData + 1);
            byte[] content = Mutator.Mutate(corpus[random.Next(corpus.Length)], random);
            pair.Deliver(pair.Server, DtlsBytes.Sealed(pair.Client.Connection, type, content));
            if (!pair.Server.Connection.IsConnected)
            {
                // A fatal alert or close_notify: right to end it.
                Assert.Equal(ContentType.Alert, type);
                ended++;
                pair.Dispose();
                pair = DtlsPair.Connected(seed + i);
            }
        }

        AssertAlive(pair);
        pair.Dispose();
        Assert.InRange(ended, 1, count / 4);
        Assert.Empty(_thrown);
    }

    [Theory]
    [InlineData(5, 100_000)]
    public void Parsers_never_throw(int seed, int count)
    {
        var random = new Random(seed);
        byte[][] corpus = CaptureMessageBodies();
        int parsed = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] body = Mutator.Mutate(corpus[random.Next(corpus.Length)], random);
            parsed += ClientHello.TryParse(body, out _) ? 1 : 0;
            parsed += ServerHello.TryParse(body, out _) ? 1 : 0;
            parsed += HelloVerifyRequest.TryParse(body, out _) ? 1 : 0;
            parsed += CertificateMessage.TryParse(body, out _) ? 1 : 0;
            parsed += ServerKeyExchange.TryParse(body, out _) ? 1 : 0;
            parsed += CertificateRequest.TryParse(body, out _) ? 1 : 0;
            parsed += ClientKeyExchange.TryParse(body, out _) ? 1 : 0;
            parsed += CertificateVerify.TryParse(body, out _) ? 1 : 0;
        }

        Assert.InRange(parsed, count / 100, 8 * count);
        Assert.Empty(_thrown);
    }

    [Theory]
    [InlineData("ecdsa", 6, 10_000)]
    [InlineData("rsa", 7, 2_000)]
    public void Certificate_of_a_peer_that_vouches_for_its_own_mutant_never_throws(string kind, int seed, int count)
    {
        // The fingerprint keeps other people's mutants out; this peer named the mutant in its own SDP.
        var random = new Random(seed);
        byte[] der = kind == "rsa" ? DotnetRsaCertificate() : DtlsCertificate.Create(DateTimeOffset.UnixEpoch, new SeededRandomSource(seed)).Der.ToArray();
        byte[] hash = SHA256.HashData(der);
        int taken = 0;
        for (int i = 0; i < count; i++)
        {
            if (!PeerPublicKey.TryParse(Mutator.Mutate(der, random), out PeerPublicKey? key, out _))
                continue;
            taken++;
            Assert.False(key!.Verify(SignatureScheme.EcdsaSecp256r1Sha256, hash, Mutator.Mutate([0x30, 6, 2, 1, 1, 2, 1, 1], random)));
            Assert.False(key.Verify(SignatureScheme.RsaPkcs1Sha256, hash, new byte[256]));
            Assert.False(key.Verify(SignatureScheme.RsaPssRsaeSha256, hash, new byte[random.Next(600)]));
            key.Dispose();
        }

        Assert.InRange(taken, count / 20, count);
        Assert.Empty(_thrown);
    }

    [Fact]
    public void Malformed_records_are_dropped_and_counted()
    {
        using DtlsPair pair = DtlsPair.Connected();
        byte[] good = DtlsBytes.Sealed(pair.Client.Connection, ContentType.ApplicationData, [1]);
        byte[][] bad =
        [
            [.. good.AsSpan(0, 12)],                                // shorter than a header
            [.. good[..^1]],                                        // longer by its header than the datagram
            [99, .. good[1..]],                                     // no such content type
            [good[0], 3, 3, .. good[3..]],                          // TLS, not DTLS
        ];
        for (int i = 0; i < bad.Length; i++)
        {
            pair.Deliver(pair.Server, bad[i]);
            Assert.Equal(i + 1, pair.Server.Connection.Counters.Malformed);
        }

        pair.Deliver(pair.Server, [good[0], 0xFE, 0xFD, 0, 2, .. good[5..]]);
        Assert.Equal(1, pair.Server.Connection.Counters.UnknownEpoch);
        AssertAlive(pair);
    }

    // What comes first counts, so that a mutant before its original does more harm than one behind it.
    private static byte[][] Beside(byte[] datagram, byte[] mutant, Random random) => random.Next(3) == 0 ? [mutant, datagram] : [datagram, mutant];

    private static void AssertAlive(DtlsPair pair)
    {
        pair.Server.Received.Clear();
        pair.Send(pair.Client, "alive"u8);
        pair.Run(TimeSpan.FromMilliseconds(50));
        Assert.Equal("alive"u8.ToArray(), pair.Server.Received[^1]);
    }

    private static byte[] DotnetRsaCertificate()
    {
        using var rsa = RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=a", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1));
        return certificate.RawData;
    }

    private static byte[][] CaptureMessageBodies()
    {
        using DtlsPair pair = DtlsPair.Connected();
        return
        [
            DtlsBytes.BrowserClientHello(),
            [0xFE, 0xFF, 4, 1, 2, 3, 4],
            .. pair.Client.Sent.Concat(pair.Server.Sent).SelectMany(DtlsBytes.Records)
                .Where(r => r[0] == (byte)ContentType.Handshake && !DtlsBytes.IsProtected(r))
                .Select(r => r[(RecordHeader.Size + HandshakeFragment.HeaderSize)..]),
        ];
    }

    /// <summary>A datagram in which the body of one plaintext handshake record is mutated and its lengths are right.</summary>
    private static byte[] MutateOneRecord(byte[] datagram, Random random)
    {
        List<byte[]> records = DtlsBytes.Records(datagram);
        int which = random.Next(records.Count);
        byte[] record = records[which];
        if (record[0] != (byte)ContentType.Handshake || DtlsBytes.IsProtected(record))
            return datagram;
        var reader = new SpanReader(record.AsSpan(RecordHeader.Size));
        Assert.True(HandshakeFragment.TryRead(ref reader, out HandshakeFragment fragment));
        byte[] body = Mutator.Mutate(fragment.Body.ToArray(), random);
        records[which] = DtlsBytes.Plain(ContentType.Handshake, DtlsBytes.Fragment(fragment.Type, fragment.Sequence, body));
        return DtlsBytes.Join(records);
    }

    private void Note(object? sender, FirstChanceExceptionEventArgs e)
    {
        if (Environment.CurrentManagedThreadId == _thread && e.Exception is not AuthenticationTagMismatchException)
            _thrown.Add(e.Exception.ToString());
    }

    /// <summary>Flips, overwrites, cuts, grows, repeats.</summary>
    private static class Mutator
    {
        private static readonly byte[] s_interesting = [0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF];

        public static byte[] Mutate(byte[] original, Random random)
        {
            byte[] bytes = [.. original];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                if (bytes.Length == 0)
                    return [(byte)random.Next(256)];
                int at = random.Next(bytes.Length);
                switch (random.Next(6))
                {
                    case 0:
                        bytes[at] ^= (byte)(1 << random.Next(8));
                        break;
                    case 1:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 2:
                        bytes[at] = s_interesting[random.Next(s_interesting.Length)];
                        break;
                    case 3:
                        bytes = bytes[..at];
                        break;
                    case 4:
                        bytes = [.. bytes[..at], .. new byte[random.Next(1, 40)], .. bytes[at..]];
                        break;
                    default:
                        bytes = [.. bytes[..at], .. bytes[at..Math.Min(bytes.Length, at + random.Next(1, 40))], .. bytes[at..]];
                        break;
                }
            }

            return bytes;
        }
    }
}
