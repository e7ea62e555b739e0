using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

namespace OpenAI.Realtime.WebRtc.Interop.Tests.OpenSsl;

/// <summary>Our DTLS against openssl's, in both roles, over loopback UDP. What openssl exports is the oracle for our keys.</summary>
public partial class DtlsOpenSslTests
{
    private const string Label = "EXTRACTOR-dtls_srtp";
    private const string BothProfiles = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM";

    [Theory]
    [InlineData("ecdsa", BothProfiles, 1200)]
    [InlineData("rsa", BothProfiles, 1200)]
    [InlineData("rsa", "SRTP_AES128_CM_SHA1_80", 600)]
    [InlineData("ecdsa", "SRTP_AEAD_AES_128_GCM", 256)]
    public void Server_serves_openssl_s_client(string key, string profiles, int maxDatagramSize)
    {
        using OpenSslCertificate certificate = key == "rsa" ? OpenSslCertificate.Rsa() : OpenSslCertificate.Ecdsa();
        using var pump = new DtlsPump(DtlsRole.Server, certificate.Der, maxDatagramSize: maxDatagramSize);
        pump.Start();
        using OpenSslProcess openssl = StartClient(pump, certificate, "-use_srtp", profiles);

        Assert.True(pump.RunUntil(() => pump.Connection.IsConnected || pump.Failure is not null), openssl.Output);
        Assert.True(pump.Failure is null, pump.Failure?.Detail + openssl.Output);
        AssertAgreed(pump, openssl, profiles);
        Assert.Equal("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", pump.Connection.CipherSuiteName);
        AssertDataBothWays(pump, openssl);
    }

    [Theory]
    [InlineData("ecdsa", BothProfiles, 1200, false)]
    [InlineData("rsa", BothProfiles, 1200, false)]
    [InlineData("rsa", "SRTP_AES128_CM_SHA1_80", 600, false)]
    [InlineData("ecdsa", "SRTP_AEAD_AES_128_GCM", 256, false)]
    [InlineData("ecdsa", BothProfiles, 1200, true)]
    public void Client_connects_to_openssl_s_server(string key, string profiles, int maxDatagramSize, bool withCookie)
    {
        using OpenSslCertificate certificate = key == "rsa" ? OpenSslCertificate.Rsa() : OpenSslCertificate.Ecdsa();
        int port = DtlsPump.FreePort();
        using OpenSslProcess openssl = StartServer(port, certificate, ["-use_srtp", profiles, .. withCookie ? (string[])["-listen"] : []]);
        using var pump = new DtlsPump(DtlsRole.Client, certificate.Der, new IPEndPoint(IPAddress.Loopback, port), maxDatagramSize);
        pump.Start();

        Assert.True(pump.RunUntil(() => pump.Connection.IsConnected || pump.Failure is not null), pump.Connection.Step + openssl.Output);
        Assert.True(pump.Failure is null, pump.Failure?.Detail + openssl.Output);
        AssertAgreed(pump, openssl, profiles);
        Assert.Equal(
            key == "rsa" ? "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" : "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", pump.Connection.CipherSuiteName);
        AssertDataBothWays(pump, openssl);
    }

    [Theory]
    [InlineData("RSA+SHA256")]
    [InlineData("RSA-PSS+SHA256")]
    public void Client_verifies_either_padding_of_an_RSA_server(string algorithm)
    {
        using OpenSslCertificate certificate = OpenSslCertificate.Rsa(4096);
        int port = DtlsPump.FreePort();
        using OpenSslProcess openssl = StartServer(port, certificate, ["-use_srtp", BothProfiles, "-sigalgs", $"{algorithm}:ECDSA+SHA256"]);
        using var pump = new DtlsPump(DtlsRole.Client, certificate.Der, new IPEndPoint(IPAddress.Loopback, port));
        pump.Start();
        Assert.True(pump.RunUntil(() => pump.Events.Count > 0), pump.Connection.Step + openssl.Output);
        Assert.True(pump.Failure is null, pump.Failure?.Detail + openssl.Output);
        AssertAgreed(pump, openssl, BothProfiles);
    }

    [Fact]
    public void Openssl_that_closes_is_told_apart_from_one_that_fails()
    {
        using OpenSslCertificate certificate = OpenSslCertificate.Ecdsa();
        using var pump = new DtlsPump(DtlsRole.Server, certificate.Der);
        pump.Start();
        using OpenSslProcess openssl = StartClient(pump, certificate, "-use_srtp", BothProfiles);
        Assert.True(pump.RunUntil(() => pump.Connection.IsConnected), openssl.Output);
        openssl.WriteLine("Q");
        Assert.True(pump.RunUntil(() => pump.Events.Count > 1), openssl.Output);
        Assert.Equal(DtlsEventKind.ClosedByPeer, pump.Events[^1].Kind);
    }

    [Fact]
    public void Openssl_understands_our_close_notify()
    {
        using OpenSslCertificate certificate = OpenSslCertificate.Ecdsa();
        using var pump = new DtlsPump(DtlsRole.Server, certificate.Der);
        pump.Start();
        using OpenSslProcess openssl = StartClient(pump, certificate, "-use_srtp", BothProfiles);
        Assert.True(pump.RunUntil(() => pump.Connection.IsConnected && openssl.Output.Contains("Keying material:", StringComparison.Ordinal)), openssl.Output);
        pump.Close();
        Assert.True(pump.RunUntil(() => openssl.HasExited), openssl.Output);
    }

    [Fact]
    public void Client_without_a_certificate_is_refused_and_learns_it()
    {
        using OpenSslCertificate certificate = OpenSslCertificate.Ecdsa();
        using var pump = new DtlsPump(DtlsRole.Server, certificate.Der);
        pump.Start();
        using var openssl = new OpenSslProcess(
            "s_client", "-dtls1_2", "-connect", $"127.0.0.1:{pump.Port}", "-use_srtp", BothProfiles);
        Assert.True(pump.RunUntil(() => pump.Failure is not null), openssl.Output);
        Assert.Equal(DtlsFailureReason.NoPeerCertificate, pump.Failure!.Reason);
        Assert.True(pump.RunUntil(() => openssl.Output.Contains("alert handshake failure", StringComparison.Ordinal)), openssl.Output);
    }

    [Fact]
    public void Certificate_with_another_fingerprint_is_refused_and_openssl_learns_it()
    {
        using OpenSslCertificate certificate = OpenSslCertificate.Ecdsa();
        using OpenSslCertificate expected = OpenSslCertificate.Ecdsa();
        using var pump = new DtlsPump(DtlsRole.Server, expected.Der);
        pump.Start();
        using OpenSslProcess openssl = StartClient(pump, certificate, "-use_srtp", BothProfiles);
        Assert.True(pump.RunUntil(() => pump.Failure is not null), openssl.Output);
        Assert.Equal(DtlsFailureReason.FingerprintMismatch, pump.Failure!.Reason);
        Assert.True(pump.RunUntil(() => openssl.Output.Contains("alert bad certificate", StringComparison.Ordinal)), openssl.Output);
    }

    [Fact]
    public void Alert_of_openssl_is_named()
    {
        using OpenSslCertificate certificate = OpenSslCertificate.Ecdsa();
        int port = DtlsPump.FreePort();
        using OpenSslProcess openssl = StartServer(port, certificate, ["-use_srtp", BothProfiles, "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"]);
        using var pump = new DtlsPump(DtlsRole.Client, certificate.Der, new IPEndPoint(IPAddress.Loopback, port));
        pump.Start();
        Assert.True(pump.RunUntil(() => pump.Failure is not null), openssl.Output);
        Assert.Equal(DtlsFailureReason.PeerAlert, pump.Failure!.Reason);
        Assert.Equal(AlertDescription.HandshakeFailure, pump.Failure.Alert);
        Assert.Contains("waiting for ServerHello", pump.Failure.Detail, StringComparison.Ordinal);
    }

    private static OpenSslProcess StartClient(DtlsPump pump, OpenSslCertificate certificate, params string[] more) => new(
        [
            "s_client", "-dtls1_2", "-connect", $"127.0.0.1:{pump.Port}", "-cert", certificate.CertificateFile, "-key", certificate.KeyFile,
            "-keymatexport", Label, "-keymatexportlen", "60", .. more,
        ]);

    private static OpenSslProcess StartServer(int port, OpenSslCertificate certificate, string[] more)
    {
        var process = new OpenSslProcess(
            [
                "s_server", "-dtls1_2", "-accept", $"127.0.0.1:{port}", "-cert", certificate.CertificateFile, "-key", certificate.KeyFile,
                "-Verify", "1", "-keymatexport", Label, "-keymatexportlen", "60", .. more,
            ]);
        Assert.True(SpinWait.SpinUntil(() => process.Output.Contains("ACCEPT", StringComparison.Ordinal), TimeSpan.FromSeconds(20)), process.Output);
        return process;
    }

    /// <summary>Both exported the same, and chose the profile that we like best among those that openssl knows.</summary>
    private static void AssertAgreed(DtlsPump pump, OpenSslProcess openssl, string profiles)
    {
        Assert.True(pump.RunUntil(() => KeyingMaterial().IsMatch(openssl.Output)), openssl.Output);
        var exported = new byte[60];
        Assert.True(pump.Connection.TryExportKeyingMaterial("EXTRACTOR-dtls_srtp"u8, exported));
        Assert.Equal(KeyingMaterial().Match(openssl.Output).Groups[1].Value, Convert.ToHexString(exported));

        // openssl says which profile was chosen; a server of openssl's chooses by its own order.
        string chosen = SrtpProfile().Match(openssl.Output).Groups[1].Value;
        Assert.Contains(chosen, profiles.Split(':'));
        Assert.Equal(
            chosen == "SRTP_AEAD_AES_128_GCM" ? SrtpProtectionProfile.AeadAes128Gcm : SrtpProtectionProfile.Aes128CmHmacSha1_80,
            pump.Connection.SrtpProfile);
    }

    private static void AssertDataBothWays(DtlsPump pump, OpenSslProcess openssl)
    {
        for (int i = 0; i < 3; i++)
        {
            string down = string.Create(CultureInfo.InvariantCulture, $"to openssl {i}"), up = string.Create(CultureInfo.InvariantCulture, $"from openssl {i}");
            pump.Send(down + "\n");
            openssl.WriteLine(up);
            Assert.True(
                pump.RunUntil(() => pump.Received.Contains(up, StringComparison.Ordinal) && openssl.Output.Contains(down, StringComparison.Ordinal)),
                openssl.Output);
        }
    }

    [GeneratedRegex(@"Keying material: ([0-9A-F]{120})\b")]
    private static partial Regex KeyingMaterial();

    [GeneratedRegex(@"SRTP Extension negotiated, profile=(\w+)")]
    private static partial Regex SrtpProfile();
}
