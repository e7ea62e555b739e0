using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Dtls;

/// <summary>The peer that does not prove who it is, is refused, and told so.</summary>
public class AuthenticationTests
{
    private static readonly DateTimeOffset s_anchor = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Wrong_fingerprint_ends_the_handshake_before_any_key_is_used(bool atClient)
    {
        using DtlsCertificate other = DtlsCertificate.Create(s_anchor, new SeededRandomSource(9));
        DtlsOptions Expecting(DtlsOptions o) => With(o, [other.Sha256Fingerprint]);
        using var pair = new DtlsPair(client: atClient ? Expecting : null, server: atClient ? null : Expecting);
        DtlsSide side = atClient ? pair.Client : pair.Server;
        pair.Start();
        pair.Run(TimeSpan.FromSeconds(10));

        Assert.Equal(DtlsFailureReason.FingerprintMismatch, side.Failure?.Reason);
        Assert.Equal(AlertDescription.BadCertificate, side.Failure?.Alert);
        Assert.Contains(other.Sha256Fingerprint.ToString(), side.Failure?.Detail, StringComparison.Ordinal);
        Assert.False(side.Connection.Records.HasKeys);
        Assert.False(side.Connection.TryExportKeyingMaterial("EXTRACTOR-dtls_srtp"u8, new byte[60]));
        Assert.Equal(DtlsFailureReason.PeerAlert, side.Peer.Failure?.Reason);
        Assert.Equal(AlertDescription.BadCertificate, side.Peer.Failure?.Alert);
    }

    [Fact]
    public void Fatal_alert_that_was_lost_is_told_again_when_the_peer_repeats_its_flight()
    {
        using DtlsCertificate other = DtlsCertificate.Create(s_anchor, new SeededRandomSource(9));
        using var pair = new DtlsPair(server: o => With(o, [other.Sha256Fingerprint]));
        int alerts = 0;
        pair.Server.Intercept = d => d[0] == (byte)ContentType.Alert && alerts++ == 0 ? [] : [d];
        pair.Start();
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(AlertDescription.BadCertificate, pair.Client.Failure?.Alert);
        Assert.Equal(2, alerts);
    }

    [Fact]
    public void Any_one_of_several_fingerprints_is_enough()
    {
        using DtlsCertificate other = DtlsCertificate.Create(s_anchor, new SeededRandomSource(9));
        using var pair = new DtlsPair(client: o => With(o, [other.Sha256Fingerprint, .. o.PeerFingerprints]));
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(1)), pair.Describe());
    }

    [Fact]
    public void Client_without_a_certificate_is_refused()
    {
        using DtlsPair pair = WithClientFlight(records => records.Select(r => DtlsBytes.IsHandshake(r, HandshakeType.Certificate)
            ? DtlsBytes.Plain(ContentType.Handshake, DtlsBytes.Fragment(HandshakeType.Certificate, 1, [0, 0, 0]))
            : r));
        Assert.Equal(DtlsFailureReason.NoPeerCertificate, pair.Server.Failure?.Reason);
        Assert.Equal(DtlsFailureReason.PeerAlert, pair.Client.Failure?.Reason);
    }

    [Fact]
    public void Client_that_leaves_its_CertificateVerify_out_is_refused()
    {
        // Its Finished then has the number that CertificateVerify would have had.
        using DtlsPair pair = WithClientFlight(records => records
            .Where(r => !DtlsBytes.IsHandshake(r, HandshakeType.CertificateVerify) && !DtlsBytes.IsProtected(r))
            .Append(null!), (pair, _) => DtlsBytes.Sealed(
                pair.Client.Connection, ContentType.Handshake, DtlsBytes.Fragment(HandshakeType.Finished, 3, new byte[12])));
        Assert.Equal(DtlsFailureReason.UnexpectedMessage, pair.Server.Failure?.Reason);
        Assert.Contains("waiting for CertificateVerify", pair.Server.Failure?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Client_that_does_not_hold_the_key_of_its_certificate_is_refused()
    {
        using DtlsPair pair = WithClientFlight(records => records.Select(r => DtlsBytes.IsHandshake(r, HandshakeType.CertificateVerify) ? FlipLast(r) : r));
        Assert.Equal(DtlsFailureReason.BadSignature, pair.Server.Failure?.Reason);
        Assert.Equal(AlertDescription.DecryptError, pair.Client.Failure?.Alert);
    }

    [Fact]
    public void Server_whose_key_exchange_is_not_signed_by_its_certificate_is_refused()
    {
        using var pair = new DtlsPair();
        pair.Server.Intercept = d =>
            [DtlsBytes.Join(DtlsBytes.Records(d).Select(r => DtlsBytes.IsHandshake(r, HandshakeType.ServerKeyExchange) ? FlipLast(r) : r))];
        pair.Start();
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(DtlsFailureReason.BadSignature, pair.Client.Failure?.Reason);
        Assert.Equal(AlertDescription.DecryptError, pair.Server.Failure?.Alert);
    }

    [Fact]
    public void Finished_that_does_not_match_is_refused()
    {
        using DtlsPair pair = WithClientFlight(records => records.Where(r => !DtlsBytes.IsProtected(r)).Append(null!), (pair, _) => DtlsBytes.Sealed(
            pair.Client.Connection, ContentType.Handshake, DtlsBytes.Fragment(HandshakeType.Finished, 4, new byte[12])));
        Assert.Equal(DtlsFailureReason.BadFinished, pair.Server.Failure?.Reason);
        Assert.False(pair.Server.Connection.IsConnected);
        Assert.Equal(AlertDescription.DecryptError, pair.Client.Failure?.Alert);
    }

    [Fact]
    public void Finished_in_the_clear_is_refused()
    {
        using DtlsPair pair = WithClientFlight(records => records.Where(r => !DtlsBytes.IsProtected(r))
            .Append(DtlsBytes.Plain(ContentType.Handshake, DtlsBytes.Fragment(HandshakeType.Finished, 4, new byte[12]))));
        Assert.Equal(DtlsFailureReason.UnexpectedMessage, pair.Server.Failure?.Reason);
    }

    [Theory]
    [InlineData("off the curve")]
    [InlineData("compressed")]
    [InlineData("infinity")]
    [InlineData("too large")]
    public void Ephemeral_key_that_is_no_point_of_the_curve_is_refused(string kind)
    {
        byte[] point = kind switch
        {
            "off the curve" => [4, .. Enumerable.Repeat((byte)1, 64)],
            "compressed" => [2, .. new byte[32]],
            "infinity" => [0],
            _ => [4, .. Enumerable.Repeat((byte)0xFF, 64)],
        };
        using DtlsPair pair = WithClientFlight(records => records.Select(r => DtlsBytes.IsHandshake(r, HandshakeType.ClientKeyExchange)
            ? DtlsBytes.Plain(ContentType.Handshake, DtlsBytes.Fragment(HandshakeType.ClientKeyExchange, 2, [(byte)point.Length, .. point]))
            : r));
        Assert.Equal(DtlsFailureReason.IllegalParameter, pair.Server.Failure?.Reason);
        Assert.Contains("secp256r1", pair.Server.Failure?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Tampering_with_the_ClientHello_on_the_way_is_noticed()
    {
        using var pair = new DtlsPair();
        pair.Client.Intercept = d => [DtlsBytes.IsHandshake(d, HandshakeType.ClientHello) ? WithoutFirstSrtpProfile(d) : d];
        pair.Start();
        pair.Run(TimeSpan.FromSeconds(5));
        Assert.False(pair.Client.Connection.IsConnected);
        Assert.False(pair.Server.Connection.IsConnected);
        Assert.Equal(DtlsFailureReason.BadSignature, pair.Server.Failure?.Reason);  // CertificateVerify covers the ClientHello
    }

    // use_srtp stands last: … profiles length (2), 0x0007, 0x0001, mki length (1). The first is made one that does not exist.
    private static byte[] WithoutFirstSrtpProfile(byte[] datagram)
    {
        byte[] copy = [.. datagram];
        copy[^4] = 0x55;
        return copy;
    }

    private static byte[] FlipLast(byte[] record) => [.. record[..^1], (byte)(record[^1] ^ 1)];

    private static DtlsOptions With(DtlsOptions o, IReadOnlyList<CertificateFingerprint> fingerprints) => new()
    {
        Role = o.Role,
        Certificate = o.Certificate,
        Random = o.Random,
        PeerFingerprints = fingerprints,
    };

    /// <summary>A handshake in which the records of the client's second flight are replaced.</summary>
    private static DtlsPair WithClientFlight(Func<IEnumerable<byte[]>, IEnumerable<byte[]>> replace, Func<DtlsPair, byte[], byte[]>? last = null)
    {
        var pair = new DtlsPair();
        pair.Client.Intercept = datagram => DtlsBytes.IsHandshake(datagram, HandshakeType.ClientHello)
            ? [datagram]
            : [DtlsBytes.Join(replace(DtlsBytes.Records(datagram)).Select(r => r ?? last!(pair, datagram)))];
        pair.Start();
        pair.Run(TimeSpan.FromSeconds(1));
        return pair;
    }
}
