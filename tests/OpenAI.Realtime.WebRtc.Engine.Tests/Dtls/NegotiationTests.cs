using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Dtls;

public class NegotiationTests
{
    [Theory]
    [InlineData("suite", DtlsFailureReason.NothingInCommon, AlertDescription.HandshakeFailure)]
    [InlineData("group", DtlsFailureReason.NothingInCommon, AlertDescription.HandshakeFailure)]
    [InlineData("version", DtlsFailureReason.NothingInCommon, AlertDescription.ProtocolVersion)]
    [InlineData("srtp", DtlsFailureReason.NoCommonSrtpProfile, AlertDescription.HandshakeFailure)]
    [InlineData("extended master secret", DtlsFailureReason.NoExtendedMasterSecret, AlertDescription.HandshakeFailure)]
    internal void Server_says_what_it_misses_in_a_ClientHello(string missing, DtlsFailureReason reason, AlertDescription alert)
    {
        byte[] hello = missing switch
        {
            "suite" => DtlsBytes.BrowserClientHello(suite: 0xC02F),
            "group" => DtlsBytes.BrowserClientHello(group: 24),
            "version" => DtlsBytes.BrowserClientHello(version: 0xFEFF),
            "srtp" => DtlsBytes.BrowserClientHello(profile: 0x0055),
            _ => DtlsBytes.BrowserClientHello(extendedMasterSecret: false),
        };
        using var pair = new DtlsPair();
        pair.Deliver(pair.Server, DtlsBytes.Plain(ContentType.Handshake, DtlsBytes.Fragment(HandshakeType.ClientHello, 0, hello)));
        Assert.Equal(reason, pair.Server.Failure?.Reason);
        Assert.Equal(alert, pair.Server.Failure?.Alert);
        Assert.Equal(DtlsBytes.Plain(ContentType.Alert, [2, (byte)alert], 0), Assert.Single(pair.Server.Sent));
    }

    [Theory]
    [InlineData(new ushort[] { 7, 1 }, new ushort[] { 1, 7 }, 1)]     // the server's order decides
    [InlineData(new ushort[] { 7, 1 }, new ushort[] { 7 }, 7)]
    [InlineData(new ushort[] { 1 }, new ushort[] { 7, 1 }, 1)]
    public void Srtp_profile_is_the_servers_first_among_the_clients(ushort[] client, ushort[] server, ushort chosen)
    {
        using var pair = new DtlsPair(client: o => With(o, client), server: o => With(o, server));
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(1)), pair.Describe());
        Assert.Equal((SrtpProtectionProfile)chosen, pair.Client.Connection.SrtpProfile);
        Assert.Equal((SrtpProtectionProfile)chosen, pair.Server.Connection.SrtpProfile);
    }

    [Fact]
    public void Without_profiles_use_srtp_is_left_out()
    {
        using var pair = new DtlsPair(client: o => With(o, []), server: o => With(o, []));
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(1)), pair.Describe());
        Assert.Null(pair.Client.Connection.SrtpProfile);
    }

    [Fact]
    public void Client_answers_HelloVerifyRequest_with_the_same_hello_and_the_cookie()
    {
        using var pair = new DtlsPair();
        pair.Server.Intercept = _ => [];
        pair.Start();
        byte[] first = Assert.Single(pair.Client.Sent);
        byte[] cookie = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        byte[] request = DtlsBytes.Plain(ContentType.Handshake, DtlsBytes.Fragment(HandshakeType.HelloVerifyRequest, 0, [0xFE, 0xFF, 200, .. cookie]));
        pair.Deliver(pair.Client, request);

        byte[] second = pair.Client.Sent[1];
        const int Body = RecordHeader.Size + HandshakeFragment.HeaderSize;
        const int CookieAt = Body + 2 + 32 + 1;     // version, random, empty session_id
        Assert.Equal(1, second[RecordHeader.Size + 5]);     // message_seq
        Assert.Equal(200, second[CookieAt]);
        Assert.Equal(cookie, second[(CookieAt + 1)..(CookieAt + 201)]);
        Assert.Equal(first[Body..CookieAt], second[Body..CookieAt]);
        Assert.Equal(first[(CookieAt + 1)..], second[(CookieAt + 201)..]);

        // The same request again is a repetition: the answer is repeated, once its time has come.
        pair.Deliver(pair.Client, request);
        Assert.Equal(2, pair.Client.Sent.Count);
        pair.Run(TimeSpan.FromMilliseconds(30));
        pair.Deliver(pair.Client, request);
        Assert.Equal(3, pair.Client.Sent.Count);
    }

    [Fact]
    public void A_server_that_never_stops_asking_for_cookies_is_given_up()
    {
        using var pair = new DtlsPair();
        pair.Server.Intercept = _ => [];
        pair.Start();
        for (ushort i = 0; i < 4; i++)
            pair.Deliver(pair.Client, DtlsBytes.Plain(ContentType.Handshake, DtlsBytes.Fragment(HandshakeType.HelloVerifyRequest, i, [0xFE, 0xFF, 1, 9])));
        Assert.Equal(DtlsFailureReason.UnexpectedMessage, pair.Client.Failure?.Reason);
    }

    [Fact]
    public void Renegotiation_is_refused_with_a_warning_and_the_connection_lives_on()
    {
        using DtlsPair pair = DtlsPair.Connected();
        int sent = pair.Server.Sent.Count;
        byte[] hello = DtlsBytes.Fragment(HandshakeType.ClientHello, 5, DtlsBytes.BrowserClientHello());
        pair.Deliver(pair.Server, DtlsBytes.Sealed(pair.Client.Connection, ContentType.Handshake, hello));
        Assert.Equal(sent + 1, pair.Server.Sent.Count);
        Assert.Equal((byte)ContentType.Alert, pair.Server.Sent[^1][0]);
        pair.Run(TimeSpan.FromMilliseconds(50));
        pair.Send(pair.Server, "alive"u8);
        pair.Run(TimeSpan.FromMilliseconds(50));
        Assert.Equal("alive"u8.ToArray(), Assert.Single(pair.Client.Received));
        Assert.Single(pair.Client.Events);
        Assert.Single(pair.Server.Events);
    }

    [Fact]
    public void Options_that_cannot_work_are_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>(() => new DtlsPair(client: o => new DtlsOptions
        {
            Role = o.Role,
            Certificate = o.Certificate,
            Random = o.Random,
            PeerFingerprints = [],
        }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DtlsPair(mtu: 255));
    }

    private static DtlsOptions With(DtlsOptions o, ushort[] profiles) => new()
    {
        Role = o.Role,
        Certificate = o.Certificate,
        Random = o.Random,
        PeerFingerprints = o.PeerFingerprints,
        SrtpProfiles = [.. profiles.Select(p => (SrtpProtectionProfile)p)],
    };
}
